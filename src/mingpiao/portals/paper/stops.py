"""/finance/paper/stops: ending ordinary paper, by region and by unit."""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.paper.model import PaperStop, StopSum
from mingpiao.paper.service import list_stops, stop_of, stop_paper, stop_sums
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import Here, RegionFilter
from mingpiao.portals.list_model import Button, ExportFile, Listing, RowAction
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.paper.common import FINANCE_HOME
from mingpiao.portals.paper.rights import PAPER_MOVE
from mingpiao.portals.paper.sheets import reason_field
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.storage.paging import KeyColumn, Keyset, Page

ADDRESS = f"{FINANCE_HOME}/stops"
_UNITS = f"{ADDRESS}/units"
_CRUMBS = (("纸质票据", FINANCE_HOME),)
_BY_REGION = Keyset(KeyColumn("region", str))
_BY_UNIT = Keyset(KeyColumn("unit_id", int))
_COLOURS = {
    "未停用": "secondary",
    "待盘点": "orange",
    "待核销": "orange",
    "待销毁": "orange",
    "已完成": "green",
}


class StopRow(msgspec.Struct, frozen=True, kw_only=True):
    """A region with its units' progress; the region itself counts its own units only where it has regions below."""

    region: str
    name: str
    sums: StopSum
    below: str


class StopUnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the name of its region."""

    unit_id: int
    stop: PaperStop
    region: str


async def _rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[StopRow]:
    catalog, region = here.catalog, wanted["region"]
    below = [each.code for each in catalog.live_regions() if each.parent == region]
    # The region's own row has all units below it too: it is the sum.
    prefixes = {each: region_prefix(each) for each in (region, *below)}
    after = str(_BY_REGION.read(key)[0]) if key else ""
    rows = [
        StopRow(
            region=each.region_code,
            name=catalog.region_path(each.region_code),
            sums=each,
            below=f"{_UNITS}?region={each.region_code}",
        )
        for each in await stop_sums(here.connection, prefixes)
        if each.region_code > after and (each.units or each.region_code == region)
    ]
    return _BY_REGION.page(sorted(rows, key=lambda row: row.region), limit)


def _stage(stage: str) -> Column[StopRow]:
    return Column(
        name=stage,
        label=stage,
        kind="count",
        phone=stage in ("未停用", "已完成"),
        value=lambda row: row.sums.by_stage.get(stage, 0),
    )


STOP_SUMS: Listing[StopRow] = Listing(
    name="finance_paper_stops",
    address=ADDRESS,
    title="停用进度",
    crumbs=_CRUMBS,
    filters=(RegionFilter(),),
    columns=(
        Column(
            name="region",
            label="地区",
            kind="wide",
            head=True,
            value=lambda row: row.name,
            link=lambda row: row.below,
        ),
        Column(name="units", label="单位", kind="count", value=lambda row: row.sums.units),
        *(_stage(each) for each in _COLOURS),
        Column(name="left", label="剩余（张）", kind="count", value=lambda row: row.sums.left),
        Column(
            name="void", label="作废待销毁（张）", kind="count", phone=False, value=lambda row: row.sums.void
        ),
        Column(
            name="destroyed",
            label="已销毁（张）",
            kind="count",
            phone=False,
            value=lambda row: row.sums.destroyed,
        ),
    ),
    fetch=_rows,
    empty=("没有传统纸质票据", "单位有传统纸质票据以后，停用的进度在这里。"),
    buttons=(Button(label="按单位查看", address=_UNITS),),
    export=ExportFile(action="paper_stop:export", file="paper-stops", right=FINANCE_VIEW),
)


async def _unit_rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[StopUnitRow]:
    after: Any = _BY_UNIT.read(key)[0] if key else 0
    prefix = region_prefix(wanted["region"]) if wanted["region"] else ""
    found = await list_stops(here.connection, region_prefix=prefix, after=after, limit=limit + 1)
    rows = [
        StopUnitRow(unit_id=each.unit_id, stop=each, region=here.catalog.region_path(each.region_code))
        for each in found
    ]
    return _BY_UNIT.page(rows, limit)


STOP_UNITS: Listing[StopUnitRow] = Listing(
    name="finance_paper_stop_units",
    address=_UNITS,
    title="停用进度：单位",
    crumbs=(*_CRUMBS, (STOP_SUMS.title, ADDRESS)),
    filters=(RegionFilter(),),
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.stop.name,
            link=lambda row: f"/finance/units/{row.unit_id}",
        ),
        Column(name="region", label="地区", kind="wide", phone=False, value=lambda row: row.region),
        Column(
            name="stage",
            label="进度",
            kind="short",
            value=lambda row: Badge(row.stop.stage, _COLOURS[row.stop.stage]),
            text=lambda row: row.stop.stage,
        ),
        Column(
            name="at", label="停用时间", kind="moment", phone=False, value=lambda row: row.stop.stopped_at
        ),
        Column(name="left", label="剩余（张）", kind="count", value=lambda row: row.stop.left),
        Column(name="void", label="作废待销毁（张）", kind="count", value=lambda row: row.stop.void),
        Column(name="destroyed", label="已销毁（张）", kind="count", value=lambda row: row.stop.destroyed),
    ),
    fetch=_unit_rows,
    empty=("没有传统纸质票据", "单位有传统纸质票据以后，停用的进度在这里。"),
    actions=(
        RowAction(
            label=lambda _row: "停用",
            spoken=lambda row: f"停用{row.stop.name}的传统纸质票据",
            address=lambda row: f"{ADDRESS}/{row.unit_id}",
            right=PAPER_MOVE,
            offered=lambda row, _account: row.stop.stopped_at is None,
        ),
    ),
    export=ExportFile(action="paper_stop_unit:export", file="paper-stop-units", right=FINANCE_VIEW),
)


@post("/paper/stops/{unit_id:int}", guards=[require_right(PAPER_MOVE)], status_code=200)
async def stop_unit(
    call: NamedDependency[PageCall], unit_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Ask for the reason and tell what follows, then stop."""
    typed = await read_form(call.request)
    async with call.reads() as connection:
        found = await stop_of(connection, unit_id)
    if found is None:
        raise refuse("unit.unknown", "没有找到该用票单位，或您无权查看。", status=404)
    if not is_confirmed(typed):
        return _sure(call, found, {})
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await stop_paper(connection, unit_id, note=typed.get("note", ""), acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _sure(call, found, typed, refusal.problems)
    return redirect(call.request, _UNITS)


def _sure(
    call: PageCall, found: PaperStop, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    told = Consequences(
        title="停用传统纸质票据",
        facts=[("用票单位", found.name), ("剩余（张）", f"{found.left:,}")],
        told=(
            "该单位不能再领用和使用传统纸质票据，换开专用的不受影响。",
            "剩余的由单位盘点、作废、申请销毁，或者退回。",
            "停用以后不能恢复。",
        ),
        address=f"{ADDRESS}/{found.unit_id}",
        button="停用",
        back=_UNITS,
        fields=(reason_field("停用的原因", "单位会看到。最多200字。"),),
    )
    crumbs = [*_CRUMBS, (STOP_SUMS.title, ADDRESS)]
    return consequences_page(call.request, told, crumbs=crumbs, values=values, problems=problems)


HANDLERS = [*list_handlers(STOP_SUMS), *list_handlers(STOP_UNITS), stop_unit]
