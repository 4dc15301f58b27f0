"""Finds watches and what happened under them."""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, RowMapping, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.watches.model import (
    Watch,
    WatchEvent,
    WatchEventKind,
    WatchFigures,
    WatchFilter,
    WatchSource,
    WatchStep,
    WatchStepKind,
)
from mingpiao.watches.tables import watch_events, watch_steps, watches

PAGE_SIZE = 50
_NEWEST_FIRST = Keyset(KeyColumn("watch_id", int, True))
_EVENTS_NEWEST_FIRST = Keyset(KeyColumn("event_id", int, True))
# Days are counted whole: what a unit issued on the first day before it was watched counts too.
_SUMS = text("""
SELECT asked.watch_id, coalesce(sum(issued_count), 0)::bigint AS bills, coalesce(sum(issued_amount), 0) AS amount,
       coalesce(sum(reversed_count), 0)::bigint AS reversals
FROM unnest(CAST(:watches AS bigint[]), CAST(:units AS bigint[]), CAST(:firsts AS date[]), CAST(:lasts AS date[]))
    AS asked(watch_id, unit_id, first_day, last_day)
LEFT JOIN day_sums AS sums ON sums.unit_id = asked.unit_id AND sums.day BETWEEN asked.first_day AND asked.last_day
GROUP BY asked.watch_id
""")
_TOLD = text("""
SELECT watch_id, coalesce(sum(times) FILTER (WHERE kind = 'refusal'), 0)::bigint AS refusals,
       coalesce(sum(times) FILTER (WHERE kind = 'override'), 0)::bigint AS overrides,
       count(*) FILTER (WHERE kind = 'amount') AS large
FROM watch_events WHERE watch_id = ANY (:watches) GROUP BY watch_id
""")


async def get_watch(connection: AsyncConnection, watch_id: int) -> Watch:
    """A watch within the scope; raises `Refusal` (`watch.unknown`, 404)."""
    query = select(watches).where(watches.c.watch_id == watch_id)
    row = (await connection.execute(query)).mappings().one_or_none() if watch_id < 2**63 else None
    if row is None:
        raise unknown()
    return watch_of(row)


async def list_watches(
    connection: AsyncConnection, wanted: WatchFilter, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[Watch]:
    """A page of the watches within the scope, the newest first."""
    query = select(watches).where(*_conditions(wanted))
    query = query.where(_NEWEST_FIRST.beyond(watches.c, after)) if after else query
    found = await connection.execute(query.order_by(*_NEWEST_FIRST.order(watches.c)).limit(limit + 1))
    return _NEWEST_FIRST.page([watch_of(row) for row in found.mappings()], limit)


def _conditions(wanted: WatchFilter) -> Iterator[ColumnElement[bool]]:
    if wanted.active is not None:
        active = watches.c.ended_at.is_(None) & (watches.c.last_day >= today())
        yield active if wanted.active else ~active
    if wanted.source is not None:
        yield watches.c.source == wanted.source.value
    if wanted.region:
        yield watches.c.region_code.startswith(region_prefix(wanted.region), autoescape=True)
    if wanted.unit_id is not None:
        yield watches.c.unit_id == wanted.unit_id


async def watches_of_source(connection: AsyncConnection, source: WatchSource, source_id: int) -> list[Watch]:
    """The watches within the scope that a tip, a case or the like led to, the newest first."""
    query = (
        select(watches)
        .where(watches.c.source == source.value, watches.c.source_id == source_id)
        .order_by(watches.c.watch_id.desc())
    )
    return [watch_of(row) for row in (await connection.execute(query)).mappings()]


async def steps_of_watch(connection: AsyncConnection, watch_id: int) -> list[WatchStep]:
    """What departments did with a watch, the oldest first, within the scope."""
    query = select(watch_steps).where(watch_steps.c.watch_id == watch_id).order_by(watch_steps.c.revision)
    return [
        WatchStep(kind=WatchStepKind(row.kind), at=row.at, actor_name=row.actor_name, words=row.words)
        for row in await connection.execute(query)
    ]


async def events_of_watch(
    connection: AsyncConnection, watch_id: int, *, after: str = "", limit: int = PAGE_SIZE
) -> Page[WatchEvent]:
    """A page of what a watched unit did, the newest first, within the scope."""
    keys = _EVENTS_NEWEST_FIRST
    query = select(watch_events).where(watch_events.c.watch_id == watch_id)
    query = query.where(keys.beyond(watch_events.c, after)) if after else query
    query = query.order_by(*keys.order(watch_events.c)).limit(limit + 1)
    rows = (await connection.execute(query)).all()
    found = keys.page(rows, limit, lambda row: (row.event_id,))
    return Page(
        items=tuple(
            WatchEvent(
                kind=WatchEventKind(row.kind),
                at=row.at,
                bill_id=row.bill_id,
                amount=row.amount,
                times=row.times,
            )
            for row in found.items
        ),
        next_key=found.next_key,
    )


async def figures_of(connection: AsyncConnection, wanted: Sequence[Watch]) -> dict[int, WatchFigures]:
    """What units did while they were watched, by watch: from what is counted anyway."""
    if not wanted:
        return {}
    given = {
        "watches": [each.watch_id for each in wanted],
        "units": [each.unit_id for each in wanted],
        "firsts": [each.first_day for each in wanted],
        "lasts": [_last_counted(each) for each in wanted],
    }
    told = {row.watch_id: row for row in await connection.execute(_TOLD, {"watches": given["watches"]})}
    found = {}
    for row in await connection.execute(_SUMS, given):
        own = told.get(row.watch_id)
        found[row.watch_id] = WatchFigures(
            bills=row.bills,
            amount=row.amount,
            reversals=row.reversals,
            refusals=own.refusals if own else 0,
            overrides=own.overrides if own else 0,
            large=own.large if own else 0,
        )
    return found


def _last_counted(watch: Watch) -> date:
    return watch.last_day if watch.ended_at is None else to_shanghai(watch.ended_at).date()


def watch_of(row: RowMapping) -> Watch:
    """A watch from its row."""
    return Watch(**dict(row) | {"source": WatchSource(row["source"])})


def unknown() -> Refusal:
    """`watch.unknown` (404)."""
    return refuse("watch.unknown", "没有找到该监控记录，或您无权查看。", status=404)
