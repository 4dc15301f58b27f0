"""核实记录: requests that rules asked about, as a unit and a department see them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.applications.model import AskedFilter, AskedRequest, AskEnding
from mingpiao.applications.service import list_asked, rules_that_asked
from mingpiao.kernel.codes import BillIdentity
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import (
    ChoiceFilter,
    DaysFilter,
    Here,
    Options,
    TextFilter,
    UnitFilter,
    usual_days,
)
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of

_COLOURS = {
    AskEnding.WAITING: "orange",
    AskEnding.REFUSED: "red",
    AskEnding.GIVEN_UP: "secondary",
    AskEnding.APPEALED: "blue",
}


class AskedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A request with the names that a list shows for it."""

    asked: AskedRequest
    kind: str
    unit: str


async def _rows(
    here: Here, wanted: Mapping[str, Any], key: str, limit: int, unit_id: int | None
) -> Page[AskedRow]:
    asked = AskedFilter(
        unit_id=unit_id,
        business_no=wanted["business_no"],
        rule=wanted["rule"],
        ending=wanted["ending"],
        asked_from=wanted["from"],
        asked_to=wanted["to"],
    )
    found = await list_asked(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(
        AskedRow(asked=each, kind=kind_name(here.catalog, each.kind), unit=names.get(each.unit_id, ""))
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _own(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AskedRow]:
    return await _rows(here, wanted, key, limit, unit_of(here.account))


async def _of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[AskedRow]:
    return await _rows(here, wanted, key, limit, wanted["unit_id"])


async def _rule_options(here: Here) -> Options:
    return await rules_that_asked(here.connection)


def _ending(row: AskedRow) -> Badge:
    ending = row.asked.ending
    return Badge(ending.label, _COLOURS.get(ending, "green"))


def _bill(row: AskedRow) -> str:
    bill_id = row.asked.bill_id
    return "" if bill_id is None else BillIdentity.from_bill_id(bill_id).number


def _bill_address(base: str, row: AskedRow) -> str:
    if row.asked.bill_id is None:
        return ""
    identity = BillIdentity.from_bill_id(row.asked.bill_id)
    return f"{base}/{identity.code}/{identity.number}"


def _times(row: AskedRow) -> Parts:
    times = row.asked.times
    return Parts((row.asked.asked_at, Note(f"共提交 {times} 次") if times > 1 else ""))


def _columns(portal: str, applications: str, *, units: bool) -> tuple[Column[AskedRow], ...]:
    return (
        Column(name="asked", label="首次提交时间", kind="moment", phone=False, value=_times),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            head=True,
            value=lambda row: row.asked.business_no,
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            phone=False,
            shown=units,
            value=lambda row: row.unit,
            link=(lambda row: f"/finance/units/{row.asked.unit_id}") if units else None,
        ),
        Column(name="kind", label="票据种类", kind="wide", shown=False, value=lambda row: row.kind),
        Column(
            name="payer", label="缴款人", kind="wide", phone=False, value=lambda row: row.asked.payer_name
        ),
        Column(
            name="amount", label="金额（元）", kind="money", phone=False, value=lambda row: row.asked.total
        ),
        Column(
            name="rules",
            label="核实事项",
            kind="wide",
            value=lambda row: "；".join(hit.name for hit in row.asked.hits),
        ),
        Column(
            name="questions",
            label="系统提示",
            kind="long",
            shown=False,
            value=lambda row: "；".join(hit.message for hit in row.asked.hits),
        ),
        Column(name="ending", label="处理结果", value=_ending),
        Column(
            name="bill",
            label="开具的票据",
            kind="code",
            phone=False,
            value=lambda row: _bill(row) or None,
            link=lambda row: _bill_address(f"/{portal}/bills", row),
        ),
        Column(
            name="application",
            label="开票申请",
            kind="code",
            phone=False,
            value=lambda row: row.asked.application_id,
            text=lambda row: str(row.asked.application_id or ""),
            link=lambda row: f"{applications}/{row.asked.application_id}" if row.asked.application_id else "",
        ),
        Column(name="times", label="提交次数", kind="count", shown=False, value=lambda row: row.asked.times),
        Column(
            name="asked_last",
            label="最近提交时间",
            kind="moment",
            shown=False,
            value=lambda row: row.asked.asked_last_at,
        ),
        Column(name="by", label="提交方", shown=False, value=lambda row: row.asked.asked_by),
    )


_FILTERS = (
    DaysFilter(label="提交日期"),
    TextFilter(name="business_no", label="业务流水号"),
    ChoiceFilter(name="ending", label="处理结果", options=[(each.value, each.label) for each in AskEnding]),
    ChoiceFilter(
        name="rule", label="核实事项", width="col-12 col-lg-6", options=_rule_options, may_be_gone=True
    ),
)
_EMPTY = "没有符合条件的核实记录"

UNIT_ASKED: Listing[AskedRow] = Listing(
    name="unit_asked",
    address="/unit/asked",
    title="核实记录",
    crumbs=(("首页", "/unit"),),
    filters=_FILTERS,
    usual=usual_days,
    columns=_columns("unit", "/unit/applications", units=False),
    fetch=_own,
    empty=(_EMPTY, "业务系统提交、因规则需要核实而没有当即开具的请求会出现在这里；可以放宽日期后重新查询。"),
    export=ExportFile(action="asked_request:export", file="asked", right=UNIT_EXPORT),
)
FINANCE_ASKED: Listing[AskedRow] = Listing(
    name="finance_asked",
    address="/finance/asked",
    title="核实记录",
    filters=(*_FILTERS, UnitFilter()),
    usual=usual_days,
    columns=_columns("finance", "/finance/reviews", units=True),
    fetch=_of_region,
    empty=(
        _EMPTY,
        "各单位业务系统提交、因规则需要核实而没有当即开具的请求会出现在这里；可以放宽日期后重新查询。",
    ),
    export=ExportFile(action="asked_request:export", file="asked", right=FINANCE_VIEW),
)
