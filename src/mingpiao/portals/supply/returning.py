"""号段 of a unit and giving one back; 退回注销 as departments list it."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.numbering.model import (
    HeldSegment,
    ReturnedFilter,
    ReturnedNumbers,
    ReturnWay,
    SegmentFilter,
    SegmentState,
)
from mingpiao.numbering.service import list_returned, list_segments
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT, allowed
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name, kind_options, kind_options_of_unit
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    Here,
    Options,
    RegionFilter,
    UnitFilter,
)
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.supply.parts import fresh_number, typed_number
from mingpiao.portals.supply.rights import UNIT_POINTS, UNIT_SUPPLY_ORDER
from mingpiao.storage.paging import Page
from mingpiao.supply.service import (
    MAX_RETURN_REASON,
    get_segment,
    give_back_segment,
    transfer_segment,
)
from mingpiao.units.service import points_of_unit

_SEGMENTS = "/unit/supply/segments"
#: The member of the address that means the unit's common stock; no point is called so.
COMMON = "*"
COMMON_NAME = "单位公共库存"
_CRUMBS = (("首页", "/unit"), ("票据申领", "/unit/supply"))
_COLOURS = {
    SegmentState.IN_STOCK: "blue",
    SegmentState.IN_USE: "green",
    SegmentState.USED: "secondary",
    SegmentState.RETURNED: "orange",
}


class SegmentRow(msgspec.Struct, frozen=True, kw_only=True):
    """A segment with the names of its kind and its holder, and where its unused numbers are given back or transferred;
    empty where none are.
    """

    segment: HeldSegment
    kind: str
    holder: str
    back: str
    onward: str


class ReturnedRow(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers that were given back, with the name of their kind."""

    given: ReturnedNumbers
    kind: str


async def _segment_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[SegmentRow]:
    unit_id = unit_of(here.account)
    asked = SegmentFilter(
        unit_id=unit_id,
        kind_code=wanted["kind"],
        state=wanted["state"],
        point_code={"": None, COMMON: ""}.get(wanted["point"], wanted["point"]),
    )
    found = await list_segments(here.connection, asked, after=key, limit=limit)
    points = {each.code: each.name for each in await points_of_unit(here.connection, unit_id)}
    may = allowed(here.account.role, UNIT_SUPPLY_ORDER)
    rows = tuple(
        SegmentRow(
            segment=each,
            kind=kind_name(here.catalog, each.kind_code),
            holder=points.get(each.point_code, each.point_code) or COMMON_NAME,
            back=f"{_SEGMENTS}/{each.segment_id}/return" if may and each.free else "",
            onward=f"{_SEGMENTS}/{each.segment_id}/transfer" if may and each.free and points else "",
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _returned_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ReturnedRow]:
    asked = ReturnedFilter(
        unit_id=wanted["unit_id"],
        region_prefix=region_prefix(wanted["region"]) if wanted["region"] else "",
        kind_code=wanted["kind"],
        way=wanted["way"],
        since=wanted["from"],
        until=wanted["to"],
    )
    found = await list_returned(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        ReturnedRow(given=each, kind=kind_name(here.catalog, each.kind_code)) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _holders(here: Here) -> Options:
    points = await points_of_unit(here.connection, unit_of(here.account))
    return ((COMMON, COMMON_NAME), *((each.code, each.name) for each in points))


UNIT_SEGMENTS: Listing[SegmentRow] = Listing(
    name="unit_segments",
    address=_SEGMENTS,
    title="号段",
    crumbs=_CRUMBS,
    filters=(
        ChoiceFilter(
            name="state", label="状态", options=tuple((each.value, each.label) for each in SegmentState)
        ),
        ChoiceFilter(name="kind", label="票据种类", options=kind_options_of_unit, may_be_gone=True),
        ChoiceFilter(name="point", label="持有", options=_holders, may_be_gone=True),
    ),
    columns=(
        Column(
            name="at", label="领取时间", kind="moment", head=True, value=lambda row: row.segment.allotted_at
        ),
        Column(
            name="kind",
            label="票据种类",
            kind="wide",
            value=lambda row: Parts((row.kind, Note(row.segment.code))),
            text=lambda row: row.kind,
        ),
        Column(name="code", label="票据代码", kind="code", shown=False, value=lambda row: row.segment.code),
        Column(name="first", label="起始号码", kind="code", value=lambda row: f"{row.segment.first:010d}"),
        Column(name="last", label="终止号码", kind="code", value=lambda row: f"{row.segment.last:010d}"),
        Column(
            name="count",
            label="数量",
            kind="count",
            value=lambda row: row.segment.last - row.segment.first + 1,
        ),
        Column(name="free", label="未使用", kind="count", value=lambda row: row.segment.free),
        Column(name="point", label="持有", value=lambda row: row.holder),
        Column(
            name="origin",
            label="来源",
            kind="short",
            value=lambda row: "自动领取" if row.segment.drawn_by_bill else "发放",
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: Badge(row.segment.state.label, _COLOURS[row.segment.state]),
        ),
        Column(
            name="back",
            label="办理",
            kind="short",
            value=lambda row: "退回" if row.back else "",
            link=lambda row: row.back,
        ),
        Column(
            name="onward",
            label="调拨",
            kind="short",
            value=lambda row: "调拨" if row.onward else "",
            link=lambda row: row.onward,
        ),
    ),
    fetch=_segment_rows,
    empty=("没有号段", "申领的号码发放以后，或者在线开票自动领取以后，这里列出每一段。"),
    export=ExportFile(
        action="segment:export",
        file="segments",
        right=UNIT_EXPORT,
        columns=("at", "kind", "code", "first", "last", "count", "free", "point", "origin", "state"),
    ),
)
RETURNED_NUMBERS: Listing[ReturnedRow] = Listing(
    name="finance_returned_numbers",
    address="/finance/supply/returned",
    title="退回注销清册",
    crumbs=(("票据申领", "/finance/supply"), ("号码库存", "/finance/supply/stock")),
    filters=(
        ChoiceFilter(
            name="way",
            label="原因",
            options=tuple((each.value, each.label) for each in ReturnWay if each.value),
        ),
        ChoiceFilter(name="kind", label="票据种类", options=kind_options, may_be_gone=True),
        DaysFilter(label="退回日期"),
        UnitFilter(),
        RegionFilter(own=False),
    ),
    columns=(
        Column(
            name="at", label="注销时间", kind="moment", head=True, value=lambda row: row.given.returned_at
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            value=lambda row: row.given.unit_name,
            link=lambda row: f"/finance/units/{row.given.unit_id}",
        ),
        Column(name="kind", label="票据种类", kind="wide", value=lambda row: row.kind),
        Column(name="code", label="票据代码", kind="code", value=lambda row: row.given.code),
        Column(name="first", label="起始号码", kind="code", value=lambda row: f"{row.given.first:010d}"),
        Column(name="last", label="终止号码", kind="code", value=lambda row: f"{row.given.last:010d}"),
        Column(
            name="count", label="数量", kind="count", value=lambda row: row.given.last - row.given.first + 1
        ),
        Column(name="way", label="原因", kind="short", value=lambda row: row.given.way.label),
        Column(name="reason", label="说明", kind="long", shown=False, value=lambda row: row.given.reason),
        Column(name="by", label="经办人", shown=False, value=lambda row: row.given.made_by_name),
    ),
    fetch=_returned_rows,
    empty=(
        "没有退回注销的号码",
        "单位退回号码、被收回票据种类或注销以后，没有使用的号码列在这里，不再发放。",
    ),
    export=ExportFile(
        action="returned_numbers:export",
        file="returned-numbers",
        right=FINANCE_VIEW,
        columns=("at", "unit", "kind", "code", "first", "last", "count", "way", "reason", "by"),
    ),
)


@get("/supply/segments/{segment_id:int}/return", guards=[require_right(UNIT_SUPPLY_ORDER)])
async def return_page(call: NamedDependency[PageCall], segment_id: FromPath[int]) -> Response[str]:
    """What would be given back, for ever, and the reason for it."""
    return await _return_page(call, segment_id, use_kept_members(call.request) or {})


async def _return_page(
    call: PageCall, segment_id: int, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        held = await get_segment(connection, unit_of(call.session.account), segment_id)
    name = kind_name(catalog, held.kind_code)
    form = PageForm(
        address=f"{_SEGMENTS}/{segment_id}/return",
        fields=(
            FormField(
                name="reason",
                label="退回的原因",
                required=True,
                hint=f"例如：业务停办。最多{MAX_RETURN_REASON}字。",
                attributes={"maxlength": MAX_RETURN_REASON},
            ),
        ),
        note=f"{name}（票据代码{held.code}）没有使用的号码{held.next:010d}至{held.last:010d}，共{held.free:,}个，"
        "退回后立即注销，不再发放给任何单位，不能恢复；已经开具的票据不受影响。",
        button="退回并注销",
        cancel=_SEGMENTS,
    )
    return form_page(
        call.request,
        form,
        values,
        problems,
        title="退回号码",
        crumbs=[*_CRUMBS, (UNIT_SEGMENTS.title, _SEGMENTS)],
    )


@post("/supply/segments/{segment_id:int}/return", guards=[require_right(UNIT_SUPPLY_ORDER)], status_code=200)
async def return_segment(
    call: NamedDependency[PageCall], segment_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Give the rest of a segment back."""
    typed = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            unit_id = unit_of(call.session.account)
            reason = typed.get("reason", "")
            await give_back_segment(connection, unit_id, segment_id, reason, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _return_page(call, segment_id, typed, refusal.problems)
    return redirect(call.request, _SEGMENTS)


@get("/supply/segments/{segment_id:int}/transfer", guards=[require_right(UNIT_POINTS)])
async def transfer_page(call: NamedDependency[PageCall], segment_id: FromPath[int]) -> Response[str]:
    """How many of a segment's unused numbers go to which point, or back to the common stock."""
    usual = {"request_no": fresh_number()}
    return await _transfer_page(call, segment_id, use_kept_members(call.request) or usual)


async def _transfer_page(
    call: PageCall, segment_id: int, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        held = await get_segment(connection, unit_id, segment_id)
        points = await points_of_unit(connection, unit_id)
    name = kind_name(catalog, held.kind_code)
    holders = {COMMON: COMMON_NAME} | {
        each.code: f"{each.name}（{each.code}）" for each in points if each.active
    }
    holders.pop(held.point_code or COMMON, None)
    form = PageForm(
        address=f"{_SEGMENTS}/{segment_id}/transfer",
        fields=(
            FormField(
                name="to_point",
                label="调拨给",
                kind="select",
                required=True,
                options=tuple(holders.items()),
                empty="请选择",
            ),
            FormField(
                name="quantity",
                label="数量（个）",
                required=True,
                hint=f"最多{held.free:,}个，从这个号段的末尾划出。",
                attributes={"inputmode": "numeric", "maxlength": 9},
            ),
        ),
        note=f"{name}（票据代码{held.code}）没有使用的号码{held.next:010d}至{held.last:010d}，共{held.free:,}个。"
        "调拨后，这个开票点开票时先用自己的号码，用完了再用单位公共库存。",
        button="调拨",
        cancel=_SEGMENTS,
    )
    return form_page(
        call.request,
        form,
        {"quantity": str(held.free)} | dict(values),
        problems,
        template="supply/transfer.html",
        title="调拨号码",
        crumbs=[*_CRUMBS, (UNIT_SEGMENTS.title, _SEGMENTS)],
    )


@post("/supply/segments/{segment_id:int}/transfer", guards=[require_right(UNIT_POINTS)], status_code=200)
async def transfer(
    call: NamedDependency[PageCall], segment_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Transfer the end of a segment."""
    typed = await read_form(call.request)
    chosen = typed.get("to_point", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await transfer_segment(
                connection,
                unit_of(call.session.account),
                segment_id,
                # What nobody chose is no point of the unit.
                {"": COMMON, COMMON: ""}.get(chosen, chosen),
                typed_number(typed.get("quantity", "")),
                typed.get("request_no", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _transfer_page(call, segment_id, typed, refusal.problems)
    return redirect(call.request, _SEGMENTS)


UNIT_HANDLERS = [
    *list_handlers(UNIT_SEGMENTS),
    return_page,
    return_segment,
    transfer_page,
    transfer,
]
FINANCE_HANDLERS = list_handlers(RETURNED_NUMBERS)
