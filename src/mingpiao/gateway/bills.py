"""POST /bills: issue one bill. It is the busiest call, so it does no more than necessary."""

from typing import assert_never

from litestar import post
from litestar.di import NamedDependency
from litestar.response.base import ASGIResponse

from mingpiao.applications.model import Pending, Submitted
from mingpiao.composition import GatewayServices
from mingpiao.gateway.application_views import application_path, application_view
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import SuccessAnswer, contract
from mingpiao.gateway.decoding import read_body
from mingpiao.gateway.incoming import Incoming, read_request
from mingpiao.gateway.model import ApplicationView, BillView
from mingpiao.gateway.problems import problem_response
from mingpiao.gateway.views import answer, bill_path, bill_view, confirmation_problems
from mingpiao.issuing.model import (
    AwaitsEvidence,
    Issued,
    IssueRequest,
    NeedsChecking,
    NeedsConfirmation,
    Refused,
    Unresolved,
)

ISSUE_PROBLEMS = (
    "text.required", "text.too_long", "text.padded", "text.bad_character", "text.no_glyph",
    "amount.not_finite", "amount.not_positive", "amount.too_large", "amount.too_precise",
    "payer.uscc_invalid", "payer.resident_id_invalid", "aux_item.sum_exceeds", "extension.wrong_type",
    "bill.kind_unknown", "bill.kind_not_allowed", "bill.items_count",
    "bill.aux_items_count", "bill.total_mismatch", "item.unknown", "item.not_for_kind", "item.not_allowed",
    "item.not_open", "item.not_for_unit_type", "item.not_for_region",
    "item.rate_out_of_bounds", "item.amount_mismatch", "aux_item.unrelated", "extension.unknown",
    "extension.not_a_choice", "extension.bad_date", "extension.bad_number", "extension.out_of_range",
    "extension.sum_mismatch",
    "bill.checker_not_agreed", "point.not_of_unit",
    "bill.confirmations_count", "bill.reason_thin", "evidence.required", "evidence.too_many", "evidence.unknown", "evidence.duplicate",
    "evidence.unreadable", "evidence.not_read", "rule.violation", "rule.confirmation_needed",
    "application.in_progress", "application.rejected", "application.review_required",
    "bill.business_no_conflict", "bill.business_no_reversed", "numbering.out_of_stock", "unit.issuing_locked",
    "unit.writeoff_required",
    "sealing.no_key", "sealing.face_unwritable", "sealing.key_mismatch", "sealing.signer_unavailable",
    "service.busy", "service.clock_wrong", "service.internal", "service.outcome_unknown",
)  # fmt: skip


@post(
    "/bills",
    operation_id="issueBill",
    tags=["开票"],
    summary="开具一张票据",
    description=(
        "校验、赋码、签名、登记一次完成，应答即为已生效的票据。同一业务流水号、同一内容再次提交，返回原来那张票（200）；"
        "内容不同则拒绝（409），facts 中带有原票的代码和号码；原票已冲红的也拒绝（409 bill.business_no_reversed），"
        "facts 中带有原票和红票的代码和号码。超时或收到 503 时，用同一业务流水号原样重试即可，不会重复开票。"
        "开具前按监管规则逐条检查：违反拦截类规则的拒绝（422 rule.violation，逐条列出）；核实类规则有疑问的返回 409 "
        "rule.confirmation_needed，核实无误后在 confirmations 中逐条写明理由，用同一业务流水号重新提交。"
    ),
    opt=contract(
        SuccessAnswer(status=201, description="新开具的票据。", content=BillView),
        SuccessAnswer(status=200, description="此前已用同一请求开具的票据，原样返回。", content=BillView),
        SuccessAnswer(
            status=202,
            description="尚未开具：佐证材料仍在识别、财政部门正在复核，或须由本单位复核人同意。按 Location 查询这份开票申请的进展。",
            content=ApplicationView,
        ),
        body=IssueRequest,
        problems=ISSUE_PROBLEMS,
    ),
)
async def issue_bill(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Issue one bill: 201 for a new one, 200 for one that the same request issued before, or a problem."""
    incoming = read_request(await read_body(request))
    caller = request.auth
    outcome = (
        await repeat_or_refusal(services, caller.unit_id, incoming)
        if incoming.problems
        else await services.applications.submit(caller.unit_id, incoming.request, acting=caller.acting)
    )
    return outcome_response(outcome, services.settings.site_url())


async def repeat_or_refusal(services: GatewayServices, unit_id: int, incoming: Incoming) -> Issued | Refused:
    """The answer to a request whose numbers do not follow the grammar.

    Releases before the grammar accepted some of them; a request that was issued then gets its bill again.
    """
    return await services.desk.repeat_of(unit_id, incoming.request) or Refused(problems=incoming.problems)


def outcome_response(outcome: Submitted | AwaitsEvidence | NeedsChecking, site_url: str) -> ASGIResponse:
    """The result of a request as a response."""
    match outcome:
        case Issued(bill=bill, repeated=repeated, warnings=warnings):
            view = bill_view(bill, site_url, warnings)
            headers = {"Location": bill_path(view.code, view.number)}
            return answer(view, 200 if repeated else 201, headers)
        case NeedsConfirmation():
            return problem_response(confirmation_problems(outcome))
        case Pending(application=application):
            headers = {"Location": application_path(application.application_id)}
            return answer(application_view(application), 202, headers)
        case Refused() | AwaitsEvidence() | NeedsChecking() | Unresolved():
            return problem_response(outcome.problems)
        case _:
            assert_never(outcome)
