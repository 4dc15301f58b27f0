"""Lists of write-off for departments: units that are behind, and a month of all units."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options, RegionFilter, UnitFilter
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.portals.units.lists import TYPES
from mingpiao.portals.writeoff.rights import REMIND
from mingpiao.storage.paging import Page
from mingpiao.units.model import UnitType
from mingpiao.writeoff.service import (
    Arrears,
    ArrearsFilter,
    Lateness,
    MonthEnd,
    MonthFilter,
    UnitMonth,
    closed_months,
    last_day,
    list_arrears,
    list_unit_months,
)

FIGURES = "/finance/writeoff"
_CRUMBS = (("核销情况", FIGURES),)
_ALL = "all"
_LATENESS = ((Lateness.OVER.value, "已逾期"), (Lateness.SOON.value, "3天内到期"), (_ALL, "全部未核销"))
_END_COLOURS = {
    MonthEnd.ON_TIME: "green",
    MonthEnd.LATE: "orange",
    MonthEnd.OPEN: "blue",
    MonthEnd.OVERDUE: "red",
}


class ArrearsRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that is behind, with the name of its region."""

    found: Arrears
    region: str


class UnitMonthRow(msgspec.Struct, frozen=True, kw_only=True):
    """A month of a unit, with the name of its region."""

    found: UnitMonth
    region: str


async def _behind(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ArrearsRow]:
    asked = ArrearsFilter(
        region_prefix=region_prefix(wanted["region"]),
        unit_type=wanted["type"],
        lateness=None if wanted["overdue"] == _ALL else Lateness(wanted["overdue"]),
    )
    found = await list_arrears(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        ArrearsRow(found=each, region=here.catalog.region_path(each.region_code)) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _months(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UnitMonthRow]:
    known = {month_text(each): each for each in await closed_months(here.connection)}
    month = known.get(wanted["month"]) or next(iter(known.values()), None)
    asked = MonthFilter(
        # Without a unit it is one month: all months of all units would be read for a page of them.
        month=month if wanted["month"] or wanted["unit_id"] is None else None,
        unit_id=wanted["unit_id"],
        region_prefix=region_prefix(wanted["region"]),
        unit_type=wanted["type"],
        end=wanted["end"],
    )
    found = await list_unit_months(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        UnitMonthRow(found=each, region=here.catalog.region_path(each.region_code)) for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def month_text(month: date) -> str:
    """A month as it stands in an address: 2027-01."""
    return f"{month:%Y-%m}"


def month_name(month: date) -> str:
    """A month as people read it: 2027年1月."""
    return f"{month.year}年{month.month}月"


async def month_options(here: Here) -> Options:
    """The months that can be chosen, the newest first."""
    return [(month_text(each), month_name(each)) for each in await closed_months(here.connection)]


def _usual_behind(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"overdue": values["overdue"] or Lateness.OVER.value}


def _bills_of(unit: str, month: date) -> str:
    query = {"unit": unit, "from": month.isoformat(), "to": last_day(month).isoformat()}
    return f"/finance/bills?{urlencode(query)}"


def _months_of(unit: str) -> str:
    return f"{FIGURES}/months?{urlencode({'unit': unit})}"


def _due(row: ArrearsRow) -> Parts:
    found = row.found
    left = (found.due_on - today()).days
    told = f"逾期 {found.days_late} 天" if found.days_late else f"还剩 {left} 天"
    return Parts((found.due_on, Note(told)))


BEHIND: Listing[ArrearsRow] = Listing(
    name="finance_writeoff_behind",
    address=f"{FIGURES}/behind",
    title="未核销单位",
    template="writeoff/behind.html",
    crumbs=_CRUMBS,
    filters=(
        RegionFilter(),
        ChoiceFilter(name="type", label="单位类型", options=TYPES),
        ChoiceFilter(name="overdue", label="期限", options=_LATENESS, empty=""),
    ),
    usual=_usual_behind,
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.found.unit,
            link=lambda row: _months_of(row.found.unit),
        ),
        Column(name="region", label="地区", phone=False, value=lambda row: row.region),
        Column(
            name="type",
            label="单位类型",
            phone=False,
            shown=False,
            value=lambda row: UnitType(row.found.unit_type).label,
        ),
        Column(
            name="oldest",
            label="最早未核销月份",
            kind="short",
            value=lambda row: month_name(row.found.oldest),
            link=lambda row: _bills_of(row.found.unit, row.found.oldest),
            link_label=lambda row: f"{row.found.unit}{month_name(row.found.oldest)}的票据",
        ),
        Column(name="months", label="未核销月数", kind="count", value=lambda row: row.found.months),
        Column(
            name="due",
            label="核销期限",
            kind="short",
            value=_due,
            text=lambda row: row.found.due_on.isoformat(),
            text_kind="day",
        ),
        Column(
            name="late", label="逾期天数", kind="count", shown=False, value=lambda row: row.found.days_late
        ),
        Column(name="bills", label="票据份数", kind="count", phone=False, value=lambda row: row.found.bills),
        Column(name="net", label="净额（元）", kind="money", value=lambda row: row.found.net),
        Column(name="last", label="最近开票", kind="day", phone=False, value=lambda row: row.found.last_bill_on),
        Column(name="reminded", label="最近提醒", kind="day", value=lambda row: row.found.reminded_on),
    ),
    fetch=_behind,
    empty=("没有符合条件的未核销单位", "月末结账后，尚未核销的单位会出现在这里。请修改期限、地区或单位类型后重新查询。"),
    batch=Batch(
        address=f"{FIGURES}/behind/remind",
        template="writeoff/_remind.html",
        right=REMIND,
        noun="单位",
        row_id=lambda row: str(row.found.unit_id),
        offered=lambda row, _account: row.found.reminded_on != today(),
    ),
    export=ExportFile(
        action="writeoff_arrears:export",
        file="writeoff-behind",
        right=FINANCE_VIEW,
        columns=(
            "unit", "region", "type", "oldest", "months", "due", "late", "bills", "net", "last", "reminded",
        ),
    ),
)  # fmt: skip

UNIT_MONTHS: Listing[UnitMonthRow] = Listing(
    name="finance_writeoff_months",
    address=f"{FIGURES}/months",
    title="各单位核销明细",
    crumbs=_CRUMBS,
    filters=(
        ChoiceFilter(
            name="month", label="月份", width="col-6 col-lg-2", options=month_options, empty="最近一个月", may_be_gone=True
        ),
        RegionFilter(width="col-6 col-lg-3"),
        ChoiceFilter(name="type", label="单位类型", width="col-6 col-lg-2", options=TYPES),
        ChoiceFilter(
            name="end",
            label="核销状态",
            width="col-6 col-lg-2",
            options=[(each.value, each.label) for each in MonthEnd],
        ),
        UnitFilter(width="col-12 col-lg-3", hint="填写单位后列出其全部月份。"),
    ),
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.found.unit,
            link=lambda row: _months_of(row.found.unit),
        ),
        Column(name="region", label="地区", phone=False, value=lambda row: row.region),
        Column(
            name="type", label="单位类型", shown=False, value=lambda row: UnitType(row.found.unit_type).label
        ),
        Column(name="month", label="月份", kind="short", value=lambda row: month_name(row.found.month)),
        Column(
            name="bills",
            label="票据份数",
            kind="count",
            value=lambda row: row.found.bills,
            link=lambda row: _bills_of(row.found.unit, row.found.month),
            link_label=lambda row: f"{row.found.unit}{month_name(row.found.month)}的{row.found.bills}份票据",
        ),
        Column(name="net", label="净额（元）", kind="money", value=lambda row: row.found.net),
        Column(
            name="end",
            label="核销状态",
            value=lambda row: Badge(row.found.end.label, _END_COLOURS[row.found.end]),
        ),
        Column(name="due", label="核销期限", kind="day", phone=False, value=lambda row: row.found.due_on),
        Column(
            name="done", label="核销时间", kind="moment", phone=False, value=lambda row: row.found.written_off_at
        ),
        Column(
            name="undecided",
            label="待处理异常",
            kind="count",
            value=lambda row: row.found.undecided,
        ),
    ),
    fetch=_months,
    empty=("没有符合条件的核销周期", "有票据的月份结束后由平台结账，结账后出现在这里。请修改条件后重新查询。"),
    export=ExportFile(
        action="unit_months:export",
        file="writeoff-months",
        right=FINANCE_VIEW,
        columns=(
            "unit", "region", "type", "month", "bills", "net", "end", "due", "done", "undecided",
        ),
    ),
)  # fmt: skip
