"""/applications: the state of a request that was not issued at once; appealing and withdrawing it."""

from typing import Annotated
from urllib.parse import unquote

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.applications.model import MAX_REASON, Application
from mingpiao.applications.service import get as get_application
from mingpiao.applications.service import newest
from mingpiao.composition import GatewayServices
from mingpiao.gateway.application_views import application_path, application_view
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.bills import ISSUE_PROBLEMS
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import decode_with_tree, read_body, read_json
from mingpiao.gateway.incoming import number_problems
from mingpiao.gateway.model import ApplicationView
from mingpiao.gateway.problems import problem_response
from mingpiao.gateway.views import answer
from mingpiao.issuing.model import IssueRequest, Refused
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.text import unprintable

_BY_BUSINESS_NO = "/applications/by-business-no/"
_LONGEST_BUSINESS_NO = 50
_LARGEST_ID = 2**63 - 1
_ID = Parameter(
    name="application_id",
    description="申请编号。",
    schema={"type": "integer", "minimum": 1, "maximum": _LARGEST_ID},
    example="1024",
)
_BUSINESS_NO = Parameter(
    name="business_no",
    description="业务流水号，按 URL 规则编码（如斜杠写作 %2F）。",
    schema={"type": "string", "minLength": 1, "maxLength": _LONGEST_BUSINESS_NO},
    example="HT-2026-0017",
)
_STATE = SuccessAnswer(status=200, description="申请的现状。", content=ApplicationView)
_REASON_PROBLEMS = ("application.reason_required", "application.reason_thin", "application.reason_invalid")


class AppealBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """对一份待确认的开票申请提出申诉。"""

    reason: Annotated[str, Meta(description=f"申诉理由，1至{MAX_REASON}字。")]


class WithdrawalBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """撤回一份开票申请。"""

    reason: Annotated[str, Meta(description=f"撤回说明，至多{MAX_REASON}字。")] = ""


class AppealedRequestBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """对一个开票请求的核实事项提出申诉。"""

    request: Annotated[
        IssueRequest, Meta(description="开票请求，与单张开票相同；其中的 confirmations 不起作用。")
    ]
    reason: Annotated[str, Meta(description=f"申诉理由，1至{MAX_REASON}字。")]


_appeal_decoder = msgspec.json.Decoder(AppealBody)
_withdrawal_decoder = msgspec.json.Decoder(WithdrawalBody)
_request_decoder = msgspec.json.Decoder(AppealedRequestBody)


def _unknown() -> Refusal:
    return refuse("application.unknown", "没有找到该开票申请，请核对编号，或您无权查看。", status=404)


def _shown(application: Application, status: int = 200) -> ASGIResponse:
    headers = {"Location": application_path(application.application_id)} if status == 202 else {}
    return answer(application_view(application), status, headers)


@post(
    "/applications",
    operation_id="appealRequest",
    tags=["开票申请"],
    summary="申请人工复核",
    description=(
        "开票得到 409 rule.confirmation_needed、而本单位不认可系统判断时，把同一请求连同理由提交同级财政部门人工复核。"
        "复核通过后由平台立即开具，无需再次提交。违反拦截类规则的不能申诉（409 application.not_appealable，其余 errors 是拦截原因）。"
    ),
    opt=contract(
        SuccessAnswer(status=202, description="申请已受理。按 Location 查询进展。", content=ApplicationView),
        body=AppealedRequestBody,
        problems=(
            *ISSUE_PROBLEMS,
            *_REASON_PROBLEMS,
            "application.not_appealable",
            "application.nothing_to_appeal",
            "application.wrong_state",
        ),
    ),
)
async def appeal_request(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Submit a request to the department: 202 with its application, or a problem."""
    body, tree = decode_with_tree(_request_decoder, await read_body(request))
    problems = number_problems(tree["request"], "request/")
    if problems:
        return problem_response(problems)
    caller = request.auth
    brought = await services.applications.appeal_request(
        caller.unit_id, body.request, body.reason, acting=caller.acting
    )
    return problem_response(brought.problems) if isinstance(brought, Refused) else _shown(brought, 202)


@get(
    "/applications/{application_id:int}",
    operation_id="getApplication",
    tags=["开票申请"],
    summary="按申请编号查询",
    description="查询本单位一份开票申请的现状。状态为 issued 时 bill 给出票据；为 needs_confirmation 时 findings 给出核实事项。",
    opt=contract(_STATE, parameters=(_ID,), problems=("application.unknown",)),
)
async def get_by_id(
    request: ApiRequest, services: NamedDependency[GatewayServices], application_id: FromPath[int]
) -> ASGIResponse:
    """Return one application of the caller's unit."""
    async with services.database.scoped(request.auth.scope) as connection:
        return _shown(await get_application(connection, application_id))


@get(
    _BY_BUSINESS_NO + "{business_no:path}",
    operation_id="findApplication",
    tags=["开票申请"],
    summary="按业务流水号查询申请",
    description="查询某个业务流水号最近的一份开票申请。",
    opt=contract(_STATE, parameters=(_BUSINESS_NO,), problems=("application.unknown",)),
)
async def get_application_by_business_no(
    request: ApiRequest, services: NamedDependency[GatewayServices]
) -> ASGIResponse:
    """Return the newest application of a business number, which is read from the raw path as for bills."""
    raw = request.scope["raw_path"].decode("latin-1").partition(_BY_BUSINESS_NO)[2]
    business_no = unquote(raw, errors="replace")
    if len(business_no) > _LONGEST_BUSINESS_NO or unprintable(business_no) is not None:
        raise _unknown()
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        found = await newest(connection, caller.unit_id, business_no)
    if found is None:
        raise _unknown()
    return _shown(found)


@post(
    "/applications/{application_id:int}/appeal",
    operation_id="appealApplication",
    tags=["开票申请"],
    summary="对待确认的申请提出申诉",
    description="申请处于 needs_confirmation 时，连同理由提交同级财政部门人工复核。复核通过后由平台立即开具。",
    status_code=200,
    opt=contract(
        _STATE,
        parameters=(_ID,),
        body=AppealBody,
        problems=(
            *_REASON_PROBLEMS,
            "application.unknown",
            "application.wrong_state",
            "application.nothing_to_appeal",
        ),
    ),
)
async def appeal_application(
    request: ApiRequest, services: NamedDependency[GatewayServices], application_id: FromPath[int]
) -> ASGIResponse:
    """Submit an existing application to the department."""
    body = await read_json(request, _appeal_decoder)
    caller = request.auth
    return _shown(
        await services.applications.appeal(caller.unit_id, application_id, body.reason, acting=caller.acting)
    )


@post(
    "/applications/{application_id:int}/withdraw",
    operation_id="withdrawApplication",
    tags=["开票申请"],
    summary="撤回申请",
    description="撤回尚未决定的申请，此后不再开具；同一业务流水号可以重新提交。已经开具或驳回的不能撤回。",
    status_code=200,
    opt=contract(
        _STATE,
        parameters=(_ID,),
        body=WithdrawalBody,
        problems=("application.unknown", "application.wrong_state", "application.reason_invalid"),
    ),
)
async def withdraw_application(
    request: ApiRequest, services: NamedDependency[GatewayServices], application_id: FromPath[int]
) -> ASGIResponse:
    """Withdraw an application."""
    body = await read_json(request, _withdrawal_decoder)
    caller = request.auth
    return _shown(
        await services.applications.withdraw(
            caller.unit_id, application_id, body.reason, acting=caller.acting
        )
    )
