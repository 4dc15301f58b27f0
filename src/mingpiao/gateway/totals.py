"""/writeoff/months/{month}/totals: a unit's own totals of a month, held against its bills on the platform."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

import msgspec
from litestar import get, put
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response.base import ASGIResponse
from msgspec import Meta

from mingpiao.composition import GatewayServices
from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.contract import SuccessAnswer, contract
from mingpiao.gateway.decoding import decode_with_tree, read_body
from mingpiao.gateway.incoming import misspelt_lines
from mingpiao.gateway.model import IdentityView
from mingpiao.gateway.months import MONTH, month_from
from mingpiao.gateway.views import answer
from mingpiao.kernel.clock import to_shanghai
from mingpiao.kernel.codes import BillIdentity, is_code, is_number
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date
from mingpiao.kernel.money import plain
from mingpiao.writeoff.service import (
    MAX_BILLS,
    MAX_LINES,
    DeclaredLine,
    DeclaredMonth,
    DifferingBill,
    LineSums,
    TotalsDifference,
    absent_bills,
    compare_totals,
    declare_totals,
    declared_month,
    differing_bills,
    require_closed_month,
)

MAX_TOTALS_BYTES = 4 * 1024 * 1024
MAX_IDENTITIES = 20_000
_MOST_PROBLEMS = 50
_NO_DAY = date.min
_AMOUNT = Meta(
    extra_json_schema={
        "oneOf": [
            {"type": "string", "pattern": r"^(0|[1-9][0-9]{0,11})(\.[0-9]{1,2})?$"},
            {"type": "number", "minimum": 0, "maximum": 999_999_999_999.99},
        ]
    }
)


class TotalsLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一天、一个地点、一个票据种类、一个收款项目的合计。"""

    day: Annotated[str, Meta(description="开票日期，写成“年-月-日”。")]
    place: Annotated[
        str, Meta(description="开票点编码，至多50字，可以不填；比对时各地点合计，因为票据上没有地点。")
    ] = ""
    kind: Annotated[str, Meta(description="票据种类编码。")]
    item: Annotated[
        str, Meta(description="收款项目编码；不填表示该种类的全部票据，同一天同一种类各行须一致。")
    ] = ""
    blue_count: Annotated[int, Meta(description="蓝票份数（含有该项目的份数）。", ge=0)]
    blue_amount: Annotated[Decimal, _AMOUNT, Meta(description="蓝票金额，单位元。")]
    red_count: Annotated[int, Meta(description="红票份数。", ge=0)] = 0
    red_amount: Annotated[Decimal, _AMOUNT, Meta(description="红票金额，填正数，单位元。")] = Decimal(0)


class IdentityBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """一张票据。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    number: Annotated[str, Meta(description="票据号码，10位数字。")]


class TotalsBody(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """本单位系统中一个月的合计。"""

    lines: Annotated[
        list[TotalsLine],
        Meta(description="全部合计，每次整体替换；该月没有开票的为空。", max_length=MAX_LINES),
    ]
    bills: Annotated[
        Annotated[list[IdentityBody], Meta(max_length=MAX_IDENTITIES)] | None,
        Meta(
            description="本单位系统中的票据，用来逐张比对，不保存；可以只报有差异的日期的。不逐张比对的不填。"
        ),
    ] = None


class LineSumsView(msgspec.Struct, frozen=True, kw_only=True):
    """一行合计。"""

    blue_count: Annotated[int, Meta(description="蓝票份数。")]
    blue_amount: Annotated[str, Meta(description="蓝票金额，单位元，2位小数。")]
    red_count: Annotated[int, Meta(description="红票份数。")]
    red_amount: Annotated[str, Meta(description="红票金额，正数，单位元，2位小数。")]


class LineDifferenceView(msgspec.Struct, frozen=True, kw_only=True):
    """一处差异。"""

    day: Annotated[date, Meta(description="开票日期。")]
    kind: Annotated[str, Meta(description="票据种类编码。")]
    item: Annotated[str, Meta(description="收款项目编码；为空表示该种类的全部票据。")]
    declared: Annotated[LineSumsView, Meta(description="本单位报送的，各地点合计。")]
    issued: Annotated[LineSumsView, Meta(description="平台票据的。")]


class DifferingBillView(msgspec.Struct, frozen=True, kw_only=True):
    """差异所涉及的一张平台票据。"""

    code: Annotated[str, Meta(description="票据代码，8位数字。")]
    number: Annotated[str, Meta(description="票据号码，10位数字。")]
    kind: Annotated[str, Meta(description="票据种类编码。")]
    color: Annotated[str, Meta(description="blue 蓝票，red 红票。")]
    business_no: Annotated[str, Meta(description="业务流水号。")]
    issued_at: Annotated[datetime, Meta(description="开具时间，ISO 8601。")]
    total: Annotated[str, Meta(description="合计金额，单位元，2位小数；红票为负数。")]
    listed: Annotated[
        bool | None,
        Meta(description="是否在报送的 bills 中，false 表示贵系统没有这张票；没有报送 bills 时为 null。"),
    ]


class ComparisonView(msgspec.Struct, frozen=True, kw_only=True):
    """报送的合计与平台票据的比对结果。"""

    month: Annotated[str, Meta(description="月份，写成“年-月”。")]
    lines: Annotated[int | None, Meta(description="保存的合计行数；没有报送过为 null。")]
    declared_at: Annotated[datetime | None, Meta(description="报送时间；没有报送过为 null。")]
    agrees: Annotated[bool, Meta(description="是否报送过并且没有差异。")]
    differences: Annotated[tuple[LineDifferenceView, ...], Meta(description="各处差异；没有报送过时为空。")]
    bills: Annotated[
        tuple[DifferingBillView, ...], Meta(description=f"差异所涉及的平台票据，至多{MAX_BILLS:,}张。")
    ]
    bills_total: Annotated[int, Meta(description="差异所涉及的平台票据的张数。")]
    absent: Annotated[tuple[IdentityView, ...], Meta(description="报送的 bills 中，平台该月没有的票据。")]


_decoder = msgspec.json.Decoder(TotalsBody)
_PROBLEMS = (
    "request.parameter_invalid", "writeoff.month_open", "writeoff.before_unit", "writeoff.not_in_force",
)  # fmt: skip


@put(
    "/writeoff/months/{month:str}/totals",
    operation_id="putTotals",
    tags=["核销"],
    summary="报送合计并比对",
    description=(
        f"报送本单位系统中该月的合计，按日期、地点、票据种类和收款项目，蓝票红票分开，至多{MAX_LINES:,}行；整体替换此前报送的，"
        "重复报送相同内容不改变什么。应答是与平台票据的差异，逐行，并列出有差异的那些天的平台票据；报送了 bills 的，"
        "还指明哪一方缺哪张票。"
    ),
    request_max_body_size=MAX_TOTALS_BYTES,
    opt=contract(
        SuccessAnswer(status=200, description="比对结果。", content=ComparisonView),
        parameters=(MONTH,),
        body=TotalsBody,
        problems=(*_PROBLEMS, "amount.not_finite", "writeoff.totals_invalid", "writeoff.month_settled"),
    ),
)
async def put_totals(
    request: ApiRequest, services: NamedDependency[GatewayServices], month: FromPath[str]
) -> ASGIResponse:
    """Keep a month's totals and compare them."""
    data = await read_body(request)
    # Megabytes take a while to read; others go on meanwhile.
    body, tree = await asyncio.to_thread(decode_with_tree, _decoder, data)
    wanted, caller = month_from(month), request.auth
    lines = _lines(body, misspelt_lines(tree, "lines", ("blue_amount", "red_amount")))
    named = None if body.bills is None else _identities(body.bills)
    catalog = await services.catalog.get()
    async with services.database.system() as connection:  # system: a verb writes
        await declare_totals(connection, caller.unit_id, wanted, lines, catalog=catalog, acting=caller.acting)
    return await _compared(request, services, wanted, named)


@get(
    "/writeoff/months/{month:str}/totals",
    operation_id="getTotals",
    tags=["核销"],
    summary="查询合计的比对结果",
    description="此前报送的合计与平台票据的差异，与报送时的应答相同（没有逐张比对）。",
    opt=contract(
        SuccessAnswer(status=200, description="比对结果。", content=ComparisonView),
        parameters=(MONTH,),
        problems=_PROBLEMS,
    ),
)
async def get_totals(
    request: ApiRequest, services: NamedDependency[GatewayServices], month: FromPath[str]
) -> ASGIResponse:
    """The comparison of the totals that are kept."""
    wanted, caller = month_from(month), request.auth
    async with services.database.scoped(caller.scope) as connection:
        await require_closed_month(connection, caller.unit_id, wanted)
    return await _compared(request, services, wanted, None)


def _lines(body: TotalsBody, problems: Sequence[Problem]) -> list[DeclaredLine]:
    """The lines as values. Raises `Refusal` for days and numbers that are none."""
    found = list(problems)
    days = [read_date(each.day) for each in body.lines]
    wrong = [index for index, day in enumerate(days) if day is None]
    found += [
        Problem(
            code="writeoff.totals_invalid",
            field=f"lines/{index}/day",
            message="日期应写作 2027-01-31。",
            status=422,
        )
        for index in wrong[:_MOST_PROBLEMS]
    ]
    if found:
        raise Refusal(*found[:_MOST_PROBLEMS])
    return [
        DeclaredLine(
            day=day or _NO_DAY,
            place=line.place.strip(),
            kind_code=line.kind,
            item_code=line.item,
            blue_count=line.blue_count,
            blue_amount=line.blue_amount,
            red_count=line.red_count,
            red_amount=line.red_amount,
        )
        for day, line in zip(days, body.lines, strict=True)
    ]


def _identities(bills: Sequence[IdentityBody]) -> set[BillIdentity]:
    """Bills that a caller named. Raises `Refusal` for what cannot be one."""
    wrong = [
        index for index, each in enumerate(bills) if not is_code(each.code) or not is_number(each.number)
    ]
    if wrong:
        raise Refusal(
            *(
                Problem(
                    code="writeoff.totals_invalid",
                    field=f"bills/{index}",
                    message="票据代码应为8位数字，票据号码应为10位数字。",
                    status=422,
                )
                for index in wrong[:_MOST_PROBLEMS]
            )
        )
    return {BillIdentity(each.code, each.number) for each in bills}


async def _compared(
    request: ApiRequest, services: GatewayServices, month: date, named: Collection[BillIdentity] | None
) -> ASGIResponse:
    caller = request.auth
    differences: Sequence[TotalsDifference] = ()
    bills: Sequence[DifferingBill] = ()
    absent: Sequence[BillIdentity] = ()
    count = 0
    async with services.database.scoped(caller.scope) as connection:
        declared = await declared_month(connection, caller.unit_id, month)
        if declared is not None:
            compared = await compare_totals(connection, [caller.unit_id], month)
            differences = compared.get(caller.unit_id, ())
        if differences:
            bills, count = await differing_bills(connection, caller.unit_id, month, differences)
        if named:
            absent = await absent_bills(connection, caller.unit_id, month, named)
    return answer(_view(month, declared, differences, bills, count, absent, named))


def _view(
    month: date,
    declared: DeclaredMonth | None,
    differences: Sequence[TotalsDifference],
    bills: Sequence[DifferingBill],
    count: int,
    absent: Sequence[BillIdentity],
    named: Collection[BillIdentity] | None,
) -> ComparisonView:
    return ComparisonView(
        month=f"{month:%Y-%m}",
        lines=None if declared is None else declared.lines,
        declared_at=None if declared is None else to_shanghai(declared.declared_at),
        agrees=declared is not None and not differences,
        differences=tuple(map(_difference_view, differences)),
        bills=tuple(_bill_view(each, named) for each in bills),
        bills_total=count,
        absent=tuple(IdentityView(code=each.code, number=each.number) for each in absent),
    )


def _difference_view(found: TotalsDifference) -> LineDifferenceView:
    return LineDifferenceView(
        day=found.day,
        kind=found.kind_code,
        item=found.item_code,
        declared=_sums_view(found.declared),
        issued=_sums_view(found.issued),
    )


def _sums_view(sums: LineSums) -> LineSumsView:
    return LineSumsView(
        blue_count=sums.blue_count,
        blue_amount=plain(sums.blue_amount),
        red_count=sums.red_count,
        red_amount=plain(sums.red_amount),
    )


def _bill_view(bill: DifferingBill, named: Collection[BillIdentity] | None) -> DifferingBillView:
    return DifferingBillView(
        code=bill.identity.code,
        number=bill.identity.number,
        kind=bill.kind_code,
        color=bill.color,
        business_no=bill.business_no,
        issued_at=bill.issued_at,
        total=plain(bill.total),
        listed=None if named is None else bill.identity in named,
    )
