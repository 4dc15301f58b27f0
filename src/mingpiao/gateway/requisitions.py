"""POST /requisitions, GET /requisitions/{request_no}: a unit's program asks for numbers, and looks what became of it."""

from datetime import datetime
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import decode, read_body
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.views import answer
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import refuse
from mingpiao.supply.model import RequestOrigin, Requisition, SupplyFinding, WantedNumbers
from mingpiao.supply.service import MAX_PURPOSE, find_by_number, request_numbers

_STATES = "granted 已发放，refused 未通过，review 待审核，withdrawn 已撤回。"


class RequisitionBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一次申领。"""

    request_no: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            description="本单位的申请编号，首尾没有空格；同一编号、同样内容只申领一次。",
        ),
    ]
    kind: Annotated[str, Meta(max_length=4, description="票据种类编码。")]
    quantity: Annotated[int, Meta(description="申领的号码个数，1至1000000。")]
    purpose: Annotated[str, Meta(max_length=MAX_PURPOSE, description="用途，2至200字。")]
    estimate: Annotated[
        int | None, Meta(description="预计每月用量；该票据种类还没有一个完整月份的用量时必填。")
    ] = None
    point: Annotated[
        str, Meta(max_length=20, description="以哪个开票点的名义申领，填它的代码；不区分的不填。")
    ] = ""


class SupplyFindingView(msgspec.Struct, frozen=True, kw_only=True):
    """自动审核的一项说明。"""

    code: Annotated[str, Meta(description="稳定的编码。")]
    message: Annotated[str, Meta(description="说明，以及怎样办理。")]


class RequisitionView(msgspec.Struct, frozen=True, kw_only=True):
    """一次申领和它的结果。"""

    request_no: Annotated[str, Meta(description="申请编号。")]
    kind: Annotated[str, Meta(description="票据种类编码。")]
    quantity: Annotated[int, Meta(description="申领的号码个数。")]
    purpose: Annotated[str, Meta(description="用途。")]
    point: Annotated[str, Meta(description="以其名义申领的开票点的代码；不区分的为空。")]
    state: Annotated[str, Meta(description=_STATES)]
    state_name: Annotated[str, Meta(description="状态的名称。")]
    findings: Annotated[tuple[SupplyFindingView, ...], Meta(description="自动审核的说明；没有时为空。")]
    reason: Annotated[str, Meta(description="财政部门的说明；没有时为空。")]
    granted: Annotated[int, Meta(description="发放的号码个数；没有发放的为0。")]
    code: Annotated[str, Meta(description="发放的票据代码，8位数字；没有发放的为空。")]
    first_number: Annotated[str, Meta(description="起始号码，10位数字；没有发放的为空。")]
    last_number: Annotated[str, Meta(description="终止号码，10位数字；没有发放的为空。")]
    proposed: Annotated[int | None, Meta(description="平台按用量建议的个数；没有用量可以参照时为 null。")]
    free: Annotated[int, Meta(description="申领时库存的号码个数。")]
    asked_at: Annotated[datetime, Meta(description="申领时间，ISO 8601。")]
    decided_at: Annotated[datetime | None, Meta(description="审核时间；待审核时为 null。")]


_NUMBER = Parameter(
    name="request_no",
    description="本单位的申请编号。",
    schema={"type": "string", "maxLength": 64},
    example="SL-2026-0012",
)
_decoder = msgspec.json.Decoder(RequisitionBody)


@post(
    "/requisitions",
    operation_id="requestNumbers",
    tags=["库存与目录"],
    summary="申领票据号码",
    status_code=200,
    description=(
        "由平台自动审核：已按期核销、证书有效、没有逾期的整改，数量在规定月数的用量以内的，立即发放入库；超过的减少发放，"
        "findings 中说明。没有通过的也应答 200，state 为 refused。在线开票单位开票时自动领取号码，不需要申领。"
    ),
    opt=contract(
        SuccessAnswer(status=200, description="申领的结果。", content=RequisitionView),
        body=RequisitionBody,
        problems=(
            "numbering.online_unit",
            "numbering.pool_empty",
            "numbering.region_short",
            "point.not_of_unit",
            "supply.request_invalid",
            "supply.request_no_used",
            "supply.request_open",
            "unit.kind_not_granted",
        ),
    ),
)
async def post_requisition(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """Ask for numbers."""
    body, caller = decode(_decoder, await read_body(request)), request.auth
    wanted = WantedNumbers(
        kind_code=body.kind,
        quantity=body.quantity,
        purpose=body.purpose,
        request_no=body.request_no,
        point_code=body.point,
        estimate=body.estimate,
        origin=RequestOrigin.API,
    )
    catalog = await services.catalog.get()
    async with services.database.system() as connection:  # system: a verb writes
        made = await request_numbers(connection, caller.unit_id, wanted, catalog, acting=caller.acting)
    return answer(requisition_view(made))


@get(
    "/requisitions/{request_no:str}",
    operation_id="getRequisition",
    tags=["库存与目录"],
    summary="查询申领",
    description="按本单位的申请编号查询一次申领的结果。",
    opt=contract(
        SuccessAnswer(status=200, description="申领。", content=RequisitionView),
        parameters=(_NUMBER,),
        problems=("supply.request_unknown",),
    ),
)
async def get_requisition(
    request: ApiRequest, services: NamedDependency[GatewayServices], request_no: FromPath[str]
) -> ASGIResponse:
    """What became of a request."""
    caller = request.auth
    async with services.database.scoped(caller.scope) as connection:
        made = await find_by_number(connection, caller.unit_id, request_no.replace("\x00", ""))
    if made is None:
        raise refuse(
            "supply.request_unknown",
            "没有这个申请编号的申领，请核对编号。",
            status=ERROR_TYPES["supply.request_unknown"].status,
        )
    return answer(requisition_view(made))


def requisition_view(made: Requisition) -> RequisitionView:
    """A requisition in the form that programs get."""
    return RequisitionView(
        request_no=made.request_no,
        kind=made.kind_code,
        quantity=made.quantity,
        purpose=made.purpose,
        point=made.point_code,
        state=made.state.value,
        state_name=made.state.label,
        findings=tuple(map(_finding_view, made.findings)),
        reason=made.reason,
        granted=made.granted,
        code=made.code,
        first_number=_digits(made.first),
        last_number=_digits(made.last),
        proposed=made.proposed,
        free=made.free,
        asked_at=to_shanghai(made.asked_at),
        decided_at=None if made.decided_at is None else to_shanghai(made.decided_at),
    )


def _finding_view(finding: SupplyFinding) -> SupplyFindingView:
    return SupplyFindingView(code=finding.code, message=finding.message)


def _digits(number: int | None) -> str:
    return "" if number is None else f"{number:010d}"
