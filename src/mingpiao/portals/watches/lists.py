"""The list of 重点监控."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import today
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here, RegionFilter, UnitOrIdFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.watches.rights import WATCHES_DECIDE
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of
from mingpiao.watches.model import Watch, WatchFigures, WatchFilter, WatchSource
from mingpiao.watches.service import figures_of, list_watches

_ACTIVE, _OVER, _ALL = "active", "over", "all"


class WatchRow(msgspec.Struct, frozen=True, kw_only=True):
    """A watch with its unit's name and what the unit did meanwhile."""

    watch: Watch
    unit: str
    department: str
    figures: WatchFigures


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[WatchRow]:
    source = wanted["source"]
    asked = WatchFilter(
        active={_ACTIVE: True, _OVER: False, _ALL: None}[wanted["state"]],
        source=WatchSource(source) if source else None,
        region=wanted["region"],
        unit_id=wanted["unit_id"],
    )
    found = await list_watches(here.connection, asked, after=key, limit=limit)
    names = await names_of(here.connection, {each.unit_id for each in found.items})
    figures = await figures_of(here.connection, found.items)
    rows = tuple(
        WatchRow(
            watch=each,
            unit=names.get(each.unit_id, ""),
            department=here.catalog.departments[each.region_code].name,
            figures=figures[each.watch_id],
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or _ACTIVE}


def watch_badge(watch: Watch) -> Badge:
    """Whether a watch holds, and until when."""
    left = (watch.last_day - today()).days
    if not watch.is_active(today()):
        return Badge("已解除" if watch.ended_at and watch.end_reason != "监控期满" else "已期满", "secondary")
    return Badge("监控中" if left > 7 else f"还剩 {left + 1} 天", "red" if left > 7 else "orange")


WATCHES: Listing[WatchRow] = Listing(
    name="finance_watches",
    address="/finance/watches",
    title="重点监控",
    filters=(
        ChoiceFilter(
            name="state",
            label="状态",
            options=((_ACTIVE, "监控中"), (_OVER, "已结束"), (_ALL, "全部")),
            empty="",
        ),
        ChoiceFilter(
            name="source", label="来源", options=tuple((each.value, each.label) for each in WatchSource)
        ),
        RegionFilter(label="监控部门的地区"),
        UnitOrIdFilter(),
    ),
    usual=_usual,
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.unit,
            link=lambda row: f"/finance/watches/{row.watch.watch_id}",
        ),
        Column(
            name="state",
            label="状态",
            value=lambda row: watch_badge(row.watch),
        ),
        Column(
            name="source", label="来源", kind="short", phone=False, value=lambda row: row.watch.source.label
        ),
        Column(name="first", label="开始", kind="day", phone=False, value=lambda row: row.watch.first_day),
        Column(name="last", label="结束", kind="day", value=lambda row: row.watch.last_day),
        Column(name="bills", label="期间开票（张）", kind="count", value=lambda row: row.figures.bills),
        Column(name="amount", label="期间金额（元）", kind="money", value=lambda row: row.figures.amount),
        Column(name="large", label="大额", kind="count", phone=False, value=lambda row: row.figures.large),
        Column(name="reversals", label="冲红", kind="count", value=lambda row: row.figures.reversals),
        Column(
            name="refusals", label="被拦截", kind="count", phone=False, value=lambda row: row.figures.refusals
        ),
        Column(
            name="overrides",
            label="核实后照开",
            kind="count",
            phone=False,
            value=lambda row: row.figures.overrides,
        ),
        Column(name="watcher", label="监控人", phone=False, value=lambda row: row.watch.watcher_name),
        Column(
            name="department", label="监控部门", kind="wide", shown=False, value=lambda row: row.department
        ),
        Column(name="reason", label="原因", kind="long", shown=False, value=lambda row: row.watch.reason),
    ),
    fetch=_fetch,
    empty=("没有重点监控的单位", "在用票单位、群众线索或异常票据的页面上列入，或点“列入重点监控”。"),
    buttons=(
        Button(
            label="列入重点监控",
            address="/finance/watches/new",
            icon="plus",
            right=WATCHES_DECIDE,
            primary=True,
        ),
    ),
    export=ExportFile(action="watch:export", file="watches", right=FINANCE_VIEW),
)
