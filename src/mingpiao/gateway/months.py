"""/writeoff/months: a unit's closed months as programs see them, and their submission for write-off."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest, Caller
from mingpiao.gateway.contract import Parameter, SuccessAnswer, contract
from mingpiao.gateway.decoding import decode_with_tree, read_body
from mingpiao.gateway.errors import ERROR_TYPES
from mingpiao.gateway.incoming import misspelt_lines
from mingpiao.gateway.views import BASE_PATH, answer
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_month
from mingpiao.kernel.money import plain
from mingpiao.writeoff.model import (
    BillException,
    CaseFinding,
    Cycle,
    DifferenceReason,
    MonthStanding,
    WriteOff,
    WriteOffState,
)
from mingpiao.writeoff.service import (
    MonthLine,
    close_so_far,
    exceptions_of,
    month_standing,
    require_closed_month,
    standing_order,
    submit,
    unit_months,
)

MONTH = Parameter(
    name="month",
    description="月份，写成“年-月”。",
    schema={"type": "string", "pattern": "^20[0-9]{2}-(0[1-9]|1[0-2])$"},
    example="2027-01",
)
#: Any amount in 元 with at most two places, also a negative one.
SIGNED = Meta(
    extra_json_schema={
        "oneOf": [
            {"type": "string", "pattern": r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"},
            {"type": "number", "minimum": -999_999_999_999.99, "maximum": 999_999_999_999.99},
        ]
    }
)
_UNIT_PROBLEMS = ("writeoff.month_open", "writeoff.before_unit", "writeoff.not_in_force")
_SOURCES = "payment 缴款平台，statement 银行流水，manual 单位登记，interface 接口报送。"


class KindSumsView(msgspec.Struct, frozen=True, kw_only=True):
    """一个票据种类在该月的合计。"""

    kind: Annotated[str, Meta(description="票据种类编码。")]
    name: Annotated[str, Meta(description="票据种类名称。")]
    blue_count: Annotated[int, Meta(description="蓝票份数。")]
    blue_amount: Annotated[str, Meta(description="蓝票金额，单位元，2位小数。")]
    red_count: Annotated[int, Meta(description="红票份数。")]
    red_amount: Annotated[str, Meta(description="红票金额，正数，单位元，2位小数。")]
    net_amount: Annotated[str, Meta(description="净额，单位元，2位小数。")]


class ReceivedView(msgspec.Struct, frozen=True, kw_only=True):
    """一个来源的到账合计。"""

    source: Annotated[str, Meta(description=_SOURCES)]
    amount: Annotated[str, Meta(description="金额，单位元，2位小数。")]


class ReasonView(msgspec.Struct, frozen=True, kw_only=True):
    """差额的一项原因。"""

    code: Annotated[str, Meta(description="原因编码。")]
    amount: Annotated[str, Meta(description="金额，单位元，2位小数；到账多于开票的为负数。")]
    words: Annotated[str, Meta(description="说明。")]


class WriteOffView(msgspec.Struct, frozen=True, kw_only=True):
    """核销申请。"""

    id: Annotated[int, Meta(description="申请编号。")]
    state: Annotated[
        str, Meta(description="checking 核对中，done 已核销，failed 未通过，superseded 已被取代。")
    ]
    state_name: Annotated[str, Meta(description="状态的名称。")]
    serial: Annotated[str, Meta(description="核销编号；未核销时为空。")]
    partial: Annotated[bool, Meta(description="是否为部分核销。")]
    automatic: Annotated[bool, Meta(description="是否由平台自动提交。")]
    issued_net: Annotated[str, Meta(description="提交时的开票净额，单位元，2位小数。")]
    received: Annotated[str, Meta(description="提交时的到账金额，单位元，2位小数。")]
    reasons: Annotated[tuple[ReasonView, ...], Meta(description="差额原因。")]
    submitted_at: Annotated[datetime, Meta(description="提交时间，ISO 8601。")]
    finished_at: Annotated[datetime | None, Meta(description="结束时间；核对中为 null。")]
    exceptions: Annotated[int, Meta(description="列为异常票据的份数。")]
    failure: Annotated[str, Meta(description="未通过的原因，否则为空。")]


class CaseFindingView(msgspec.Struct, frozen=True, kw_only=True):
    """异常票据的一项原因。"""

    rule: Annotated[str, Meta(description="规则编码。")]
    name: Annotated[str, Meta(description="规则名称。")]
    message: Annotated[str, Meta(description="说明。")]
    basis: Annotated[str, Meta(description="法规依据，没有时为空。")]


class ExceptionView(msgspec.Struct, frozen=True, kw_only=True):
    """一份异常票据。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    number: Annotated[str, Meta(description="票据号码，10位数字。")]
    kind: Annotated[str, Meta(description="票据种类编码。")]
    total: Annotated[str, Meta(description="合计金额，单位元，2位小数；红票为负数。")]
    state: Annotated[
        str,
        Meta(
            description="open 待处理，asked 待说明，answered 已说明，cleared 已解除，breached 违规，"
            "rectifying 整改中，rectified 已整改。"
        ),
    ]
    state_name: Annotated[str, Meta(description="状态的名称。")]
    findings: Annotated[tuple[CaseFindingView, ...], Meta(description="列为异常的原因。")]


class MonthSummary(msgspec.Struct, frozen=True, kw_only=True):
    """一个已结账的月份。"""

    month: Annotated[str, Meta(description="月份，写成“年-月”。")]
    due_on: Annotated[date, Meta(description="核销期限，当日24时以前提交。")]
    written_off: Annotated[bool, Meta(description="是否已核销。")]
    net_amount: Annotated[str, Meta(description="开票净额，单位元，2位小数。")]
    received: Annotated[str, Meta(description="到账金额，单位元，2位小数。")]
    difference: Annotated[str, Meta(description="差额：开票净额减到账，单位元，2位小数。")]
    catch_up: Annotated[bool, Meta(description="是否补核销专项的月份：可以按任意先后核销，不影响以后月份。")]


class MonthList(msgspec.Struct, frozen=True, kw_only=True):
    """本单位已结账的月份。"""

    automatic: Annotated[bool, Meta(description="是否已开启自动核销（由本单位的票据管理员在网页开启）。")]
    months: Annotated[tuple[MonthSummary, ...], Meta(description="最近的在前，包括补核销专项的月份。")]


class MonthView(MonthSummary, frozen=True, kw_only=True):
    """一个已结账的月份的核销情况。"""

    kinds: Annotated[tuple[KindSumsView, ...], Meta(description="各票据种类的合计。")]
    sources: Annotated[tuple[ReceivedView, ...], Meta(description="各来源的到账合计。")]
    writeoff: Annotated[WriteOffView | None, Meta(description="最近一次核销申请；没有时为 null。")]
    exceptions: Annotated[tuple[ExceptionView, ...], Meta(description="异常票据，至多列出1000份。")]
    exceptions_total: Annotated[int, Meta(description="异常票据的份数。")]


class ReasonBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """差额的一项原因。"""

    code: Annotated[
        str,
        Meta(
            description="other_month 跨期到账，cash_not_banked 现金未缴，refund 退款，fee 手续费，arrears 欠费未收，"
            "insurance 医保待结算，other 其他（须写说明）。"
        ),
    ]
    amount: Annotated[
        Decimal, SIGNED, Meta(description="已开票而未到账的金额，单位元；到账多于开票的填负数，不能为零。")
    ]
    words: Annotated[str, Meta(description="说明，至多200字。")] = ""


class SubmitBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """提交核销。"""

    reasons: Annotated[
        list[ReasonBody],
        Meta(description="差额的原因，各项金额之和等于差额；没有差额时不填。", max_length=50),
    ] = []
    partial: Annotated[
        bool, Meta(description="true 为部分核销：没有匹配到账的票据列为异常票据，其余核销。")
    ] = False


_submit_decoder = msgspec.json.Decoder(SubmitBody)


def month_from(text: str) -> date:
    """The first day of a month of a path, like 2027-01. Raises `Refusal` (`request.parameter_invalid`, 400)."""
    month = read_month(text)
    if month is None:
        message = "参数 month 不正确，月份应写作 2027-01。"
        code = "request.parameter_invalid"
        raise refuse(code, message, field="month", status=ERROR_TYPES[code].status)
    return month


@get(
    "/writeoff/months",
    operation_id="listMonths",
    tags=["核销"],
    summary="查询各月核销情况",
    description="本单位已结账的月份，最近的在前。没有开票的月份和不需要核销的月份不列出；"
    "补核销专项的月份标为 catch_up。",
    opt=contract(SuccessAnswer(status=200, description="各月。", content=MonthList)),
)
async def list_months(request: ApiRequest, services: NamedDependency[GatewayServices]) -> ASGIResponse:
    """The closed months of the caller's unit."""
    await _close(services, request.auth)
    async with services.database.scoped(request.auth.scope) as connection:
        found = await unit_months(connection, request.auth.unit_id, caught_up=True)
        order = await standing_order(connection, request.auth.unit_id)
    return answer(MonthList(automatic=order.active, months=tuple(map(_listed, found))))


@get(
    "/writeoff/months/{month:str}",
    operation_id="getMonth",
    tags=["核销"],
    summary="查询一个月的核销情况",
    description=(
        "该月各票据种类的合计、到账、差额、期限、核销申请及其结果、异常票据和原因。提交核销后用它得知结果。"
    ),
    opt=contract(
        SuccessAnswer(status=200, description="该月的核销情况。", content=MonthView),
        parameters=(MONTH,),
        problems=("request.parameter_invalid", "writeoff.nothing", *_UNIT_PROBLEMS),
    ),
)
async def get_month(
    request: ApiRequest, services: NamedDependency[GatewayServices], month: FromPath[str]
) -> ASGIResponse:
    """One closed month of the caller's unit."""
    wanted, caller = month_from(month), request.auth
    async with services.database.scoped(caller.scope) as connection:
        await require_closed_month(connection, caller.unit_id, wanted)
    await _close(services, caller)
    catalog = await services.catalog.get()
    async with services.database.scoped(caller.scope) as connection:
        return answer(await _month_view(connection, caller.unit_id, wanted, catalog))


@post(
    "/writeoff/months/{month:str}",
    operation_id="submitMonth",
    tags=["核销"],
    summary="提交核销",
    description=(
        "提交一个月的核销，平台随即在后台核对；应答 202，结果用“查询一个月的核销情况”得知。"
        "开票净额与到账应当一致，或用 reasons 逐项说明差额（同一原因合计达到开票净额的十分之一或1万元的，"
        "须写明具体情况），或用 partial 先核销已匹配到账的票据。"
        "重复提交得到同一申请，已经核销的应答 200。没有内容可说明时，请求体为 {}。"
    ),
    opt=contract(
        SuccessAnswer(status=202, description="已提交，正在核对。", content=WriteOffView),
        SuccessAnswer(status=200, description="此前已经核销。", content=WriteOffView),
        parameters=(MONTH,),
        body=SubmitBody,
        problems=(
            "request.parameter_invalid",
            "amount.not_finite",
            *_UNIT_PROBLEMS,
            "writeoff.nothing",
            "writeoff.earlier_open",
            "writeoff.difference",
            "writeoff.reason_invalid",
        ),
    ),
)
async def submit_month(
    request: ApiRequest, services: NamedDependency[GatewayServices], month: FromPath[str]
) -> ASGIResponse:
    """Submit a month: 202 with the request."""
    body, tree = decode_with_tree(_submit_decoder, await read_body(request))
    wanted, caller = month_from(month), request.auth
    problems = misspelt_lines(tree, "reasons", ("amount",))
    if problems:
        raise Refusal(*problems)
    async with services.database.system() as connection:  # system: a verb writes
        try:
            asked = await submit(
                connection,
                caller.unit_id,
                wanted,
                reasons=[DifferenceReason(code=r.code, amount=r.amount, words=r.words) for r in body.reasons],
                partial=body.partial,
                acting=caller.acting,
            )
        except Refusal as refusal:
            raise _with_paths(refusal) from refusal
    ended = asked.state is not WriteOffState.CHECKING
    place = f"{BASE_PATH}/writeoff/months/{wanted:%Y-%m}"
    return answer(writeoff_view(asked), 200 if ended else 202, {"Location": place})


def _with_paths(refusal: Refusal) -> Refusal:
    """The same problems with fields as the interface writes them: reasons/0/amount."""
    return Refusal(
        *(msgspec.structs.replace(each, field=each.field.replace(".", "/")) for each in refusal.problems)
    )


async def _close(services: GatewayServices, caller: Caller) -> None:
    """Months that are over are closed now, if the worker has not come to it yet."""
    async with services.database.system() as connection:  # system: closing a month writes its cycles
        await close_so_far(connection, caller.unit_id)


async def _month_view(connection: AsyncConnection, unit_id: int, month: date, catalog: Catalog) -> MonthView:
    standing = await month_standing(connection, unit_id, month)
    if not standing.cycles:
        raise refuse("writeoff.nothing", f"{month:%Y年%-m月}没有需要核销的票据。", status=404)
    exceptions, count = await exceptions_of(connection, unit_id, month)
    return MonthView(
        **msgspec.structs.asdict(_summary(standing)),
        kinds=tuple(_kind_view(each, catalog) for each in standing.cycles),
        sources=tuple(
            ReceivedView(source=source, amount=plain(amount)) for source, amount in standing.received.items()
        ),
        writeoff=None if standing.writeoff is None else writeoff_view(standing.writeoff),
        exceptions=tuple(map(_exception_view, exceptions)),
        exceptions_total=count,
    )


def _listed(line: MonthLine) -> MonthSummary:
    return MonthSummary(
        month=f"{line.month:%Y-%m}",
        due_on=line.due_on,
        written_off=line.is_written_off,
        net_amount=plain(line.net),
        received=plain(line.received),
        difference=plain(line.difference),
        catch_up=line.is_catch_up,
    )


def _summary(standing: MonthStanding) -> MonthSummary:
    return MonthSummary(
        month=f"{standing.month:%Y-%m}",
        due_on=standing.due_on,
        written_off=standing.is_written_off,
        net_amount=plain(standing.issued_net),
        received=plain(standing.received_total),
        difference=plain(standing.difference),
        catch_up=standing.is_catch_up,
    )


def _kind_view(cycle: Cycle, catalog: Catalog) -> KindSumsView:
    kind = catalog.kinds.get(cycle.kind_code)
    return KindSumsView(
        kind=cycle.kind_code,
        name=kind.name if kind else "",
        blue_count=cycle.issued_count,
        blue_amount=plain(cycle.issued_amount),
        red_count=cycle.reversed_count,
        red_amount=plain(cycle.reversed_amount),
        net_amount=plain(cycle.net_amount),
    )


def writeoff_view(asked: WriteOff) -> WriteOffView:
    """A request for write-off in the form that programs get."""
    done = asked.state in (WriteOffState.DONE, WriteOffState.SUPERSEDED)
    return WriteOffView(
        id=asked.writeoff_id,
        state=asked.state.value,
        state_name=asked.state.label,
        serial=asked.serial if done else "",
        partial=asked.partial,
        automatic=asked.automatic,
        issued_net=plain(asked.issued_net),
        received=plain(asked.received),
        reasons=tuple(
            ReasonView(code=each.code, amount=plain(each.amount), words=each.words) for each in asked.reasons
        ),
        submitted_at=to_shanghai(asked.submitted_at),
        finished_at=None if asked.finished_at is None else to_shanghai(asked.finished_at),
        exceptions=asked.exceptions,
        failure=asked.failure,
    )


def _exception_view(found: BillException) -> ExceptionView:
    return ExceptionView(
        code=found.identity.code,
        number=found.identity.number,
        kind=found.kind_code,
        total=plain(found.total),
        state=found.state.value,
        state_name=found.state.label,
        findings=tuple(map(_finding_view, found.findings)),
    )


def _finding_view(finding: CaseFinding) -> CaseFindingView:
    return CaseFindingView(rule=finding.rule, name=finding.name, message=finding.message, basis=finding.basis)
