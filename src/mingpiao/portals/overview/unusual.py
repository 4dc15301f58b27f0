"""/finance/unusual: units that stand out against their own past, each with the reason in one sentence."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from mingpiao.issuing.service import UnusualUnit, list_unusual_units
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Column
from mingpiao.portals.list_filters import Here, RegionFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of


class UnusualRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that stands out, with its name."""

    found: UnusualUnit
    unit: str


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[UnusualRow]:
    prefix = region_prefix(wanted["region"])
    found = await list_unusual_units(here.connection, region_prefix=prefix, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    rows = tuple(UnusualRow(found=each, unit=names.get(each.unit_id, "")) for each in found.items)
    return Page(items=rows, next_key=found.next_key)


def _bills(row: UnusualRow) -> str:
    first = row.found.day - timedelta(days=6)
    query = {"unit": row.unit, "from": first.isoformat(), "to": row.found.day.isoformat()}
    return f"/finance/bills?{urlencode(query)}"


UNUSUAL: Listing[UnusualRow] = Listing(
    name="finance_unusual",
    address="/finance/unusual",
    title="用票异常单位",
    crumbs=(("概览", "/finance"),),
    filters=(RegionFilter(),),
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.unit,
            link=lambda row: f"/finance/units/{row.found.unit_id}",
        ),
        Column(name="reason", label="为什么", kind="long", value=lambda row: row.found.sentence),
        Column(name="day", label="截至", kind="day", phone=False, value=lambda row: row.found.day),
        Column(
            name="bills",
            label="票据",
            value=lambda _row: "近7天票据",
            text=_bills,
            link=_bills,
            link_label=lambda row: f"{row.unit}近7天的票据",
        ),
        Column(
            name="watch",
            label="重点监控",
            phone=False,
            value=lambda _row: "列入",
            text=lambda _row: "",
            link=lambda row: f"/finance/watches/new?unit={row.found.unit_id}&source=unusual",
            link_label=lambda row: f"把{row.unit}列入重点监控",
        ),
    ),
    fetch=_fetch,
    empty=(
        "没有用票异常的单位",
        "每天早晨把各单位近7天的冲红、拦截、核实后照开和命中与其自身前8周相比；明显偏多的会出现在这里。",
    ),
    export=ExportFile(action="unusual_unit:export", file="unusual-units", right=FINANCE_VIEW),
)
