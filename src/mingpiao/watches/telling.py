"""Tells watchers at once what their units do, from the log as it grows.

One reader goes through the log by its mark; what it finds, what was told, and the mark change in one transaction. So
whatever is cut off is as if it had never begun, and each bill is told once. The log is only read: issuing waits for
nothing. What rules refused, and asks that were overridden, are in no log: their counters of two days are held against
what was told of them.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.journal.service import lock_mark, move_mark
from mingpiao.kernel.clock import now, today
from mingpiao.messages.service import tell_person
from mingpiao.storage.database import Database
from mingpiao.watches.model import WatchEventKind

READER = "watches"
#: Events that one transaction reads at most, so that a long backlog is worked off in portions.
PORTION = 20_000
_END = text("""
SELECT count(*) AS events, max(txid) + 1 AS next_txid,
       (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS horizon,
       (SELECT EXISTS (SELECT FROM watches WHERE ended_at IS NULL)) AS watching
FROM (
    SELECT txid FROM recorded_events
    WHERE txid >= :start AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    ORDER BY txid, event_id LIMIT :portion
) AS fresh
""")
# A watch that ends while its last events are still to be read is told of them.
_FIND = text("""
WITH fresh AS MATERIALIZED (
    SELECT watches.watch_id, watches.bound, events.type, events.bill_id, events.occurred_at,
           abs((events.body::jsonb -> 'facts' ->> 'total')::numeric) AS total
    FROM watches JOIN recorded_events AS events USING (unit_id)
    WHERE events.txid >= :start AND events.txid < :stop AND events.type IN ('issued', 'reversal_issued')
      AND events.occurred_at >= watches.placed_at
      AND events.occurred_at < coalesce(watches.ended_at,
                                        (watches.last_day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai')
)
INSERT INTO watch_events (watch_id, kind, at, bill_id, amount, times)
SELECT watch_id, CASE type WHEN 'issued' THEN 'amount' ELSE 'reversal' END, occurred_at, bill_id, total, 1
FROM fresh WHERE type <> 'issued' OR total >= bound
ORDER BY occurred_at, bill_id
ON CONFLICT (watch_id, kind, bill_id) DO NOTHING
RETURNING watch_id, kind, amount, times
""")
_COUNT = text("""
WITH present AS (
    SELECT watches.watch_id, hits.day, sum(hits.blocked)::bigint AS refused, sum(hits.confirmed)::bigint AS confirmed
    FROM watches JOIN counted_hits AS hits USING (unit_id)
    WHERE watches.ended_at IS NULL AND watches.last_day >= :today
      AND hits.day BETWEEN greatest(watches.first_day - 1, CAST(:today AS date) - 1) AND :today
    GROUP BY 1, 2
), more AS MATERIALIZED (
    SELECT present.*, present.refused - coalesce(counted.refused, 0) AS more_refused,
           present.confirmed - coalesce(counted.confirmed, 0) AS more_confirmed
    FROM present LEFT JOIN watch_counts AS counted USING (watch_id, day)
    WHERE present.refused > coalesce(counted.refused, 0) OR present.confirmed > coalesce(counted.confirmed, 0)
), marked AS (
    INSERT INTO watch_counts AS known (watch_id, day, refused, confirmed)
    SELECT watch_id, day, refused, confirmed FROM more
    ON CONFLICT (watch_id, day) DO UPDATE SET refused = excluded.refused, confirmed = excluded.confirmed
)
INSERT INTO watch_events (watch_id, kind, at, times)
SELECT watch_id, kind, :now, sum(times)::integer
FROM more CROSS JOIN LATERAL (VALUES ('refusal', more_refused), ('override', more_confirmed)) AS each (kind, times)
WHERE times > 0 GROUP BY 1, 2
RETURNING watch_id, kind, amount, times
""")
_WATCHERS = text(
    "SELECT watch_id, watcher_id, name FROM watches JOIN listed_units USING (unit_id) WHERE watch_id = ANY (:watches)"
)
_FORGET = text("DELETE FROM watch_counts WHERE day < CAST(:today AS date) - 1")


async def tell_watchers(database: Database) -> None:
    """Tell what became visible since the last time, each thing once."""
    while await tell_portion(database):
        pass
    await _tell_counted(database)


async def tell_portion(database: Database) -> bool:
    """Tell of one portion of the log; whether there may be more."""
    async with database.system() as connection:
        start = await lock_mark(connection, READER)
        given = {"start": start, "portion": PORTION}
        end = (await connection.execute(_END, given)).one()
        if not end.watching:
            # Nobody watches: what is in the log by now concerns no watch, which begins later.
            stop = max(start, end.horizon)
        elif end.events:
            stop = end.next_txid
        else:
            return False
        rows = (await connection.execute(_FIND, {"start": start, "stop": stop})).all()
        await _tell(connection, rows, f"log:{start}")
        await move_mark(connection, READER, start, stop)
        return bool(end.watching and end.events == PORTION)


async def _tell_counted(database: Database) -> None:
    """Tell of what rules refused, and of asks that were overridden; they count in the minute when they are noticed."""
    moment = now()
    async with database.system() as connection:
        await lock_mark(connection, READER)
        rows = (await connection.execute(_COUNT, {"today": today(), "now": moment})).all()
        await _tell(connection, rows, f"counted:{moment.isoformat()}")
        await connection.execute(_FORGET, {"today": today()})


async def _tell(connection: AsyncConnection, rows: Iterable[Row[Any]], place: str) -> None:
    found: dict[int, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        found[row.watch_id].append(row)
    for watcher in await connection.execute(_WATCHERS, {"watches": sorted(found)}):
        await tell_person(
            connection,
            watcher.watcher_id,
            f"watch:{watcher.watch_id}:{place}",
            f"重点监控：{watcher.name}",
            f"{'；'.join(_sentences(found[watcher.watch_id]))}。",
            link=f"/finance/watches/{watcher.watch_id}",
            urgent=True,
        )


def _sentences(rows: Iterable[Row[Any]]) -> list[str]:
    """What happened, with numbers: 大额开票2张，最大12,000.00元."""
    listed = list(rows)
    told = []
    for kind in WatchEventKind:
        own = [row for row in listed if row.kind == kind.value]
        if not own:
            continue
        times = sum(row.times for row in own)
        if kind in (WatchEventKind.AMOUNT, WatchEventKind.REVERSAL):
            largest: Decimal = max(row.amount for row in own)
            told.append(f"{kind.label}{times}张，最大{largest:,.2f}元")
        else:
            told.append(f"{kind.label}{times}次")
    return told
