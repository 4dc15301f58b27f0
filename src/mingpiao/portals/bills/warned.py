"""提示记录: issued bills that rules warned of, as a unit and a department see them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.issuing.service import WarnedBill, WarnedFilter, list_warned, rules_that_warned
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column
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


class WarnedRow(msgspec.Struct, frozen=True, kw_only=True):
    """A bill with warnings, and the names that a list shows for it."""

    warned: WarnedBill
    kind: str
    unit: str


async def _rows(
    here: Here, wanted: Mapping[str, Any], key: str, limit: int, unit_id: int | None
) -> Page[WarnedRow]:
    asked = WarnedFilter(
        unit_id=unit_id,
        business_no=wanted["business_no"],
        rule=wanted["rule"],
        issued_from=wanted["from"],
        issued_to=wanted["to"],
    )
    found = await list_warned(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(
        WarnedRow(warned=each, kind=kind_name(here.catalog, each.kind), unit=names.get(each.unit_id, ""))
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _own(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[WarnedRow]:
    return await _rows(here, wanted, key, limit, unit_of(here.account))


async def _of_region(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[WarnedRow]:
    return await _rows(here, wanted, key, limit, wanted["unit_id"])


async def _rule_options(here: Here) -> Options:
    return await rules_that_warned(here.connection)


def _columns(portal: str, *, units: bool) -> tuple[Column[WarnedRow], ...]:
    return (
        Column(
            name="at", label="开票时间", kind="moment", phone=False, value=lambda row: row.warned.warned_at
        ),
        Column(
            name="code",
            label="票据代码",
            kind="code",
            shown=False,
            value=lambda row: row.warned.identity.code,
        ),
        Column(
            name="number",
            label="票据号码",
            kind="code",
            head=True,
            value=lambda row: row.warned.identity.number,
            link=lambda row: f"/{portal}/bills/{row.warned.identity.code}/{row.warned.identity.number}",
        ),
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            shown=units,
            value=lambda row: row.unit,
            link=(lambda row: f"/finance/units/{row.warned.unit_id}") if units else None,
        ),
        Column(name="kind", label="票据种类", kind="wide", shown=False, value=lambda row: row.kind),
        Column(
            name="payer", label="缴款人", kind="wide", phone=False, value=lambda row: row.warned.payer_name
        ),
        Column(name="amount", label="金额（元）", kind="money", value=lambda row: row.warned.total),
        Column(
            name="rules",
            label="提示事项",
            kind="wide",
            value=lambda row: "；".join(hit.name for hit in row.warned.warnings),
        ),
        Column(
            name="warnings",
            label="提示内容",
            kind="long",
            value=lambda row: "；".join(hit.message for hit in row.warned.warnings),
        ),
        Column(
            name="state",
            label="状态",
            phone=False,
            value=lambda row: Badge("已冲红", "red") if row.warned.reversed else Badge("正常", "green"),
        ),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            shown=not units,
            phone=False,
            value=lambda row: row.warned.business_no,
        ),
    )


_FILTERS = (
    DaysFilter(label="开票日期"),
    TextFilter(name="business_no", label="业务流水号"),
    ChoiceFilter(
        name="rule", label="提示事项", width="col-12 col-lg-6", options=_rule_options, may_be_gone=True
    ),
)
_EMPTY = ("没有符合条件的提示记录", "开具时有规则给出提示的票据会出现在这里；可以放宽日期后重新查询。")

UNIT_WARNED: Listing[WarnedRow] = Listing(
    name="unit_warned",
    address="/unit/warnings",
    title="提示记录",
    crumbs=(("首页", "/unit"),),
    filters=_FILTERS,
    usual=usual_days,
    columns=_columns("unit", units=False),
    fetch=_own,
    empty=_EMPTY,
    export=ExportFile(action="bill_warning:export", file="warnings", right=UNIT_EXPORT),
)
FINANCE_WARNED: Listing[WarnedRow] = Listing(
    name="finance_warned",
    address="/finance/warnings",
    title="提示记录",
    filters=(*_FILTERS, UnitFilter()),
    usual=usual_days,
    columns=_columns("finance", units=True),
    fetch=_of_region,
    empty=_EMPTY,
    export=ExportFile(action="bill_warning:export", file="warnings", right=FINANCE_VIEW),
)
