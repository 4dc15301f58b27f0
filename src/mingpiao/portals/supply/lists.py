"""The lists of 申领: a unit's own requests, and those of a department's units."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name, kind_options, kind_options_of_unit
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, DaysFilter, Here, RegionFilter, UnitFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.supply.model import ListedRequisition, Requisition, RequisitionFilter, RequisitionState
from mingpiao.supply.service import list_requisitions

COLOURS = {
    RequisitionState.GRANTED: "green",
    RequisitionState.REFUSED: "red",
    RequisitionState.REVIEW: "orange",
    RequisitionState.WITHDRAWN: "secondary",
}
#: A department's list shows what waits, unless another state is asked for.
_ALL = "all"


class RequisitionRow(msgspec.Struct, frozen=True, kw_only=True):
    """A requisition with the names of its unit and kind."""

    made: Requisition
    unit: str
    kind: str


def state_badge(made: Requisition) -> Badge:
    """The state of a requisition as a badge."""
    return Badge(made.state.label, COLOURS[made.state])


async def _found(here: Here, asked: RequisitionFilter, key: str, limit: int) -> Page[RequisitionRow]:
    found: Page[ListedRequisition] = await list_requisitions(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        RequisitionRow(
            made=each.requisition,
            unit=each.unit_name,
            kind=kind_name(here.catalog, each.requisition.kind_code),
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _wanted(wanted: Mapping[str, Any], **more: Any) -> RequisitionFilter:
    state = wanted["state"]
    return RequisitionFilter(
        kind_code=wanted["kind"],
        state="" if state == _ALL else state,
        asked_from=wanted["from"],
        asked_to=wanted["to"],
        **more,
    )


async def _of_unit(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[RequisitionRow]:
    return await _found(here, _wanted(wanted, unit_id=unit_of(here.account)), key, limit)


async def _of_department(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[RequisitionRow]:
    region = wanted["region"]
    prefix = region_prefix(region) if region else ""
    return await _found(here, _wanted(wanted, unit_id=wanted["unit_id"], region_prefix=prefix), key, limit)


def _waiting_first(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or RequisitionState.REVIEW.value}


def _columns(base: str, *, units: bool) -> tuple[Column[RequisitionRow], ...]:
    return (
        Column(
            name="asked",
            label="申领时间",
            kind="moment",
            head=True,
            value=lambda row: row.made.asked_at,
            link=lambda row: f"{base}/{row.made.requisition_id}",
        ),
        Column(name="unit", label="用票单位", kind="wide", shown=units, value=lambda row: row.unit),
        Column(name="kind", label="票据种类", kind="wide", value=lambda row: row.kind),
        Column(name="quantity", label="申领数量", kind="count", value=lambda row: row.made.quantity),
        Column(name="granted", label="发放数量", kind="count", value=lambda row: row.made.granted or None),
        Column(
            name="state",
            label="状态",
            value=lambda row: Parts((state_badge(row.made), Note(_why(row.made)))),
            text=lambda row: row.made.state.label,
        ),
        Column(name="purpose", label="用途", kind="long", shown=False, value=lambda row: row.made.purpose),
        Column(
            name="why",
            label="审核说明",
            kind="long",
            shown=False,
            value=lambda row: " ".join([*(each.message for each in row.made.findings), row.made.reason]),
        ),
        Column(
            name="origin", label="方式", kind="short", shown=False, value=lambda row: row.made.origin.label
        ),
        Column(name="point", label="开票点", kind="code", shown=False, value=lambda row: row.made.point_code),
        Column(name="by", label="申领人", shown=False, value=lambda row: row.made.asked_by_name),
        Column(name="decided", label="审核人", shown=False, value=lambda row: row.made.decided_by_name),
        Column(
            name="first",
            label="起始号码",
            kind="code",
            shown=False,
            value=lambda row: _number(row.made.first),
        ),
        Column(
            name="last", label="终止号码", kind="code", shown=False, value=lambda row: _number(row.made.last)
        ),
        Column(name="code", label="票据代码", kind="code", shown=False, value=lambda row: row.made.code),
        Column(
            name="number", label="申请编号", kind="code", shown=False, value=lambda row: row.made.request_no
        ),
    )


def _number(value: int | None) -> str:
    return "" if value is None else f"{value:010d}"


def _why(made: Requisition) -> str:
    if made.state is RequisitionState.REFUSED and made.findings and not made.reason:
        return made.findings[0].message
    return ""


_EXPORTED = (
    "asked", "kind", "quantity", "granted", "state", "purpose", "why", "code", "first", "last", "origin",
    "point", "by", "decided", "number",
)  # fmt: skip
_STATES = tuple((each.value, each.label) for each in RequisitionState)
_KIND = ChoiceFilter(name="kind", label="票据种类", options=kind_options, may_be_gone=True)
_OWN_KIND = ChoiceFilter(name="kind", label="票据种类", options=kind_options_of_unit, may_be_gone=True)
_EMPTY = "没有符合条件的申领"

UNIT_REQUISITIONS: Listing[RequisitionRow] = Listing(
    name="unit_requisitions",
    address="/unit/supply/requests",
    title="申领记录",
    crumbs=(("首页", "/unit"), ("票据申领", "/unit/supply")),
    filters=(
        ChoiceFilter(name="state", label="状态", options=_STATES),
        _OWN_KIND,
        DaysFilter(label="申领日期"),
    ),
    columns=_columns("/unit/supply", units=False),
    fetch=_of_unit,
    empty=(_EMPTY, "在“票据申领”中申领以后，每次申领都记在这里。"),
    export=ExportFile(action="requisition:export", file="requisitions", right=UNIT_EXPORT, columns=_EXPORTED),
)
FINANCE_REQUISITIONS: Listing[RequisitionRow] = Listing(
    name="finance_requisitions",
    address="/finance/supply",
    title="票据申领",
    filters=(
        ChoiceFilter(name="state", label="状态", options=(*_STATES, (_ALL, "全部"))),
        _KIND,
        DaysFilter(label="申领日期"),
        UnitFilter(),
        RegionFilter(own=False),
    ),
    usual=_waiting_first,
    columns=_columns("/finance/supply", units=True),
    fetch=_of_department,
    empty=(_EMPTY, "平台自动审核能决定的申领；需要人工审核的会出现在这里，并发消息告知。"),
    export=ExportFile(
        action="requisition:export", file="requisitions", right=FINANCE_VIEW, columns=("unit", *_EXPORTED)
    ),
)
