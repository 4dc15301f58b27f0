"""/finance/monitor: 实时监控, and the feed that keeps it fresh."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.forms import clean_text, read_query
from mingpiao.portals.monitor.figures import (
    board_map,
    day_chart,
    minutes_chart,
    tables_of,
    texts_of,
    usual_words,
)
from mingpiao.portals.monitor.late import late_of_area, late_of_platform
from mingpiao.portals.regions import chosen_region, crumbs_above
from mingpiao.portals.rendering import page
from mingpiao.portals.session import BY_ITSELF, PageCall
from mingpiao.supervision.service import MEASURES, WEEKS, Board, busiest_units
from mingpiao.units.service import names_of

#: How often the feed says something, and after how long a page asks for a new one: its session is looked at then.
BEAT_SECONDS, FEED_LASTS = 1.0, timedelta(minutes=5)
#: A page without JavaScript loads itself again after so many seconds.
RELOAD_SECONDS = 60


@get("/monitor")
async def show_board(call: NamedDependency[PageCall], board: NamedDependency[Board]) -> Response[str]:
    """What happens now in an area, beside what is usual for this hour and weekday."""
    catalog = await call.services.catalog.get()
    given = read_query(call.request)
    region_code = chosen_region(call.session.account, catalog, clean_text(given.get("region", "")))
    picture = await board.area(region_code)
    tables = tables_of(picture, catalog, region_code)
    async with call.reads() as connection:
        busy = await busiest_units(connection, region_code)
        names = await names_of(connection, {each.unit_id for each in busy})
        late = await late_of_area(connection, region_code)
    if not catalog.regions[region_code].parent:
        # system: counts of work that belongs to no region.
        async with call.services.database.system() as connection:
            late += await late_of_platform(connection)
    units = [(each, names.get(each.unit_id, ""), usual_words(each.usual)) for each in busy]
    return page(
        call.request,
        "monitor/board.html",
        title="实时监控",
        region=catalog.regions[region_code],
        regions_above=[
            catalog.regions[code] for code in crumbs_above(call.session.account, catalog, region_code)
        ],
        texts=texts_of(picture, tables),
        tables=tables,
        map=await asyncio.to_thread(board_map, tables),
        units=units,
        late=late,
        measures=MEASURES,
        weeks=WEEKS,
        day_chart=day_chart(picture),
        minutes_chart=minutes_chart(picture),
        reload_seconds=RELOAD_SECONDS,
    )


@get("/monitor/feed", opt={BY_ITSELF: True})
async def feed_board(call: NamedDependency[PageCall], board: NamedDependency[Board]) -> Stream:
    """What has changed of the page's figures, once a second, as server-sent events; ends after five minutes."""
    catalog = await call.services.catalog.get()
    given = read_query(call.request)
    region_code = chosen_region(call.session.account, catalog, clean_text(given.get("region", "")))
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return Stream(
        _changes(call.request, board, catalog, region_code), media_type="text/event-stream", headers=headers
    )


async def _changes(
    request: Request[Any, Any, Any], board: Board, catalog: Catalog, region_code: str
) -> AsyncIterator[str]:
    known: dict[str, str] = {}
    ends = now() + FEED_LASTS
    yield f"retry: {int(BEAT_SECONDS * 1000)}\n\n"
    while now() < ends:
        try:
            picture = await board.area(region_code)
        except Refusal:
            yield ": busy\n\n"
        else:
            texts = texts_of(picture, tables_of(picture, catalog, region_code))
            texts |= {"chart.day": day_chart(picture), "chart.minutes": minutes_chart(picture)}
            changed = {name: value for name, value in texts.items() if known.get(name) != value}
            known = texts
            yield f"data: {msgspec.json.encode(changed).decode()}\n\n"
        await asyncio.sleep(BEAT_SECONDS)


HANDLERS = [show_board, feed_board]
