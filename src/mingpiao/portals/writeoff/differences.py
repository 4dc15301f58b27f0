"""The list of reasons of differences, for departments: what each figure of 差额原因 is made of."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import msgspec

from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.grammar import read_month
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, UnitFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.units.lists import TYPES
from mingpiao.portals.writeoff.lists import FIGURES, UNIT_MONTHS, month_name, month_options, month_text
from mingpiao.storage.paging import Page
from mingpiao.units.model import UnitType
from mingpiao.writeoff.model import DIFFERENCE_REASONS
from mingpiao.writeoff.service import ToldDifference, ToldDifferenceFilter, list_differences

ADDRESS = f"{FIGURES}/differences"


class ToldDifferenceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A reason of a unit's month, with the name of its region."""

    found: ToldDifference
    region: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ToldDifferenceRow]:
    asked = ToldDifferenceFilter(
        # What is no month finds nothing.
        first=(read_month(wanted["from"]) or date.max) if wanted["from"] else date.min,
        last=(read_month(wanted["to"]) or date.min) if wanted["to"] else date.max,
        code=wanted["reason"],
        region_prefix=region_prefix(wanted["region"]),
        unit_type=wanted["type"],
        unit_id=wanted["unit_id"],
    )
    found = await list_differences(here.connection, asked, after=key, limit=limit)
    rows = tuple(
        ToldDifferenceRow(found=each, region=here.catalog.region_path(each.region_code))
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _month_of(row: ToldDifferenceRow) -> str:
    query = {"unit": row.found.unit, "month": month_text(row.found.month)}
    return f"{UNIT_MONTHS.address}?{urlencode(query)}"


def _missing(row: ToldDifferenceRow) -> Decimal | None:
    return row.found.amount if row.found.amount > 0 else None


def _surplus(row: ToldDifferenceRow) -> Decimal | None:
    return -row.found.amount if row.found.amount < 0 else None


DIFFERENCES: Listing[ToldDifferenceRow] = Listing(
    name="finance_writeoff_differences",
    address=ADDRESS,
    title="差额原因明细",
    crumbs=(("核销情况", FIGURES),),
    filters=(
        ChoiceFilter(
            name="reason", label="差额原因", width="col-6 col-lg-2", options=tuple(DIFFERENCE_REASONS.items())
        ),
        ChoiceFilter(
            name="from", label="月份从", width="col-6 col-lg-2", options=month_options, may_be_gone=True
        ),
        ChoiceFilter(name="to", label="到", width="col-6 col-lg-2", options=month_options, may_be_gone=True),
        RegionFilter(width="col-6 col-lg-2"),
        ChoiceFilter(name="type", label="单位类型", width="col-6 col-lg-2", options=TYPES),
        UnitFilter(width="col-12 col-lg-4"),
    ),
    columns=(
        Column(name="unit", label="用票单位", kind="wide", head=True, value=lambda row: row.found.unit),
        Column(name="region", label="地区", phone=False, value=lambda row: row.region),
        Column(
            name="type",
            label="单位类型",
            phone=False,
            shown=False,
            value=lambda row: UnitType(row.found.unit_type).label,
        ),
        Column(
            name="month",
            label="月份",
            kind="short",
            value=lambda row: month_name(row.found.month),
            link=_month_of,
            link_label=lambda row: f"{row.found.unit}{month_name(row.found.month)}的核销",
        ),
        Column(name="reason", label="差额原因", kind="short", value=lambda row: row.found.label),
        Column(name="missing", label="未到账（元）", kind="money", card="sum", value=_missing),
        Column(name="surplus", label="多到账（元）", kind="money", value=_surplus),
        Column(name="words", label="说明", kind="long", value=lambda row: row.found.words),
        Column(
            name="who",
            label="提交人",
            phone=False,
            shown=False,
            value=lambda row: row.found.submitted_by_name,
        ),
        Column(
            name="at", label="提交时间", kind="moment", phone=False, value=lambda row: row.found.submitted_at
        ),
    ),
    fetch=_fetch,
    empty=(
        "没有符合条件的差额原因",
        "已核销的月份说明过差额的，逐条列在这里。请修改原因、月份、地区或单位后重新查询。",
    ),
    export=ExportFile(action="writeoff_differences:export", file="writeoff-differences", right=FINANCE_VIEW),
)


def differences_address(code: str, region: str, months: tuple[date, ...]) -> str:
    """The list of one reason in a region, from the first of some months to the last."""
    query = {"reason": code, "region": region, "from": month_text(months[0]), "to": month_text(months[-1])}
    return f"{ADDRESS}?{urlencode(query)}"
