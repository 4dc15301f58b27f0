"""POST /bills/{code}/{number}/reversal: reverse a bill (冲红)."""

import msgspec
from litestar import post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.bills import outcome_response
from mingpiao.gateway.contract import CODE, NUMBER, SuccessAnswer, contract
from mingpiao.gateway.decoding import read_json
from mingpiao.gateway.model import BillView, ReversalBody
from mingpiao.issuing.model import ReversalRequest

_decoder = msgspec.json.Decoder(ReversalBody)

REVERSAL_PROBLEMS = (
    "bill.unknown", "bill.already_reversed", "bill.red_not_reversible", "bill.kind_not_allowed",
    "text.required", "text.too_long", "text.padded", "text.bad_character", "text.no_glyph",
    "numbering.out_of_stock", "unit.issuing_locked", "unit.writeoff_required", "sealing.no_key", "sealing.face_unwritable",
    "sealing.key_mismatch", "sealing.signer_unavailable", "service.busy", "service.clock_wrong", "service.internal",
    "service.outcome_unknown",
)  # fmt: skip


@post(
    "/bills/{code:str}/{number:str}/reversal",
    operation_id="reverseBill",
    tags=["冲红"],
    summary="冲红一张票据",
    description=(
        "整张冲红：开出一张金额为负的红票，与原蓝票相互关联，原蓝票状态变为“已冲红”。一张蓝票只能冲红一次；"
        "再次冲红得到 409 bill.already_reversed，facts 中带有红票的代码、号码、校验码和开票时间，据此可知前一次已经成功。"
    ),
    opt=contract(
        SuccessAnswer(status=201, description="新开具的红票。", content=BillView),
        parameters=(CODE, NUMBER),
        body=ReversalBody,
        problems=REVERSAL_PROBLEMS,
    ),
)
async def reverse_bill(
    request: ApiRequest,
    services: NamedDependency[GatewayServices],
    code: FromPath[str],
    number: FromPath[str],
) -> ASGIResponse:
    """Reverse a bill: 201 with the red bill, or a problem."""
    body = await read_json(request, _decoder)
    wanted = ReversalRequest(code=code, number=number, reason=body.reason, handler=body.handler)
    caller = request.auth
    (outcome,) = await services.desk.reverse(caller.unit_id, (wanted,), acting=caller.acting)
    return outcome_response(outcome, services.settings.site_url())
