"""Counts what happens by hour and minute, from the journal as it grows.

The units are dealt into `SHARES`; each share is read by a duty of its own from its own mark in the log, so that
several workers count side by side. Rows and mark change in one transaction: whatever is cut off is as if it had
never begun, and is read again from the old mark, so each event is counted exactly once. Issuing is never waited
for and never held up: the log is only read.
"""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.journal.service import lock_mark, move_mark
from mingpiao.kernel.clock import now, today
from mingpiao.storage.database import Database
from mingpiao.supervision.measures import QUICK_MINUTES

#: Into so many shares the units are dealt. Another number needs marks that begin anew.
SHARES = 4
#: Events that one transaction reads at most, so that a long backlog is worked off in portions.
PORTION = 20_000
#: Minutes are kept so long; older events are counted by hour alone.
MINUTES_KEPT = timedelta(days=2)
#: Older hours are counted and no longer judged: what happened on another day is no alarm.
JUDGED = timedelta(hours=24)
#: A mark that fell so far behind without an event of its share moves on, so that others' are not read again and again.
_FAR_BEHIND = 20_000
#: What is counted anew each time: appeals and exchanges of the last hours.
_RECOUNTED = timedelta(hours=2)

_END = text(
    """
    SELECT count(*) AS events, max(txid) + 1 AS next_txid,
           (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint) AS horizon
    FROM (
        SELECT txid FROM recorded_events
        WHERE txid >= :start AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
          AND unit_id % :shares = :share
        ORDER BY txid, event_id LIMIT :portion
    ) AS fresh
    """
)
#: The kind is the third to sixth digit of a 票据代码, with which each 票据编号 begins.
_COUNT = text(
    """
    WITH fresh AS MATERIALIZED (
        SELECT events.unit_id, units.region_code, units.unit_type,
               substr(lpad(events.bill_id::text, 18, '0'), 3, 4) AS kind_code,
               date_trunc('hour', events.occurred_at) AS hour, date_trunc('minute', events.occurred_at) AS minute,
               events.type = 'issued' AS blue,
               abs((events.body::jsonb -> 'facts' ->> 'total')::numeric) AS total,
               CASE WHEN events.type = 'reversal_issued' THEN events.occurred_at - (
                   SELECT issued_at FROM bills_of_months AS blues
                   WHERE blues.unit_id = events.unit_id
                     AND blues.bill_id = (events.body::jsonb -> 'facts' ->> 'blue')::bigint
               ) < make_interval(mins => :quick) ELSE false END AS quick
        FROM recorded_events AS events JOIN listed_units AS units USING (unit_id)
        WHERE events.txid >= :start AND events.txid < :stop AND events.unit_id % :shares = :share
          AND events.type IN ('issued', 'reversal_issued')
    ), units AS (
        INSERT INTO unit_hours AS known (unit_id, kind_code, hour, region_code, bills, amount, reds, red_amount,
                                         quick_reds, rounds, near_limits, largest)
        SELECT unit_id, kind_code, hour, region_code,
               count(*) FILTER (WHERE blue), coalesce(sum(total) FILTER (WHERE blue), 0),
               count(*) FILTER (WHERE NOT blue), coalesce(sum(total) FILTER (WHERE NOT blue), 0),
               count(*) FILTER (WHERE quick),
               count(*) FILTER (WHERE blue AND total > 0 AND total % 1000 = 0),
               count(*) FILTER (WHERE blue AND (total >= 9500 AND total < 10000 OR total >= 47500 AND total < 50000
                                                OR total >= 95000 AND total < 100000)),
               coalesce(max(total) FILTER (WHERE blue), 0)
        FROM fresh GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3
        ON CONFLICT (unit_id, kind_code, hour) DO UPDATE SET
            region_code = excluded.region_code,
            bills = known.bills + excluded.bills, amount = known.amount + excluded.amount,
            reds = known.reds + excluded.reds, red_amount = known.red_amount + excluded.red_amount,
            quick_reds = known.quick_reds + excluded.quick_reds, rounds = known.rounds + excluded.rounds,
            near_limits = known.near_limits + excluded.near_limits, largest = greatest(known.largest, excluded.largest)
    ), waiting AS (
        -- The row is locked where it is there already: who judges it meanwhile does not miss these events.
        INSERT INTO waiting_hours AS known (unit_id, hour)
        SELECT DISTINCT unit_id, hour FROM fresh WHERE hour >= :judged_from ORDER BY 1, 2
        ON CONFLICT (unit_id, hour) DO UPDATE SET hour = excluded.hour
    ), regions AS (
        INSERT INTO region_hours AS known (share, region_code, unit_type, kind_code, hour, bills, amount, reds,
                                           red_amount, quick_reds)
        SELECT :share, region_code, unit_type, kind_code, hour,
               count(*) FILTER (WHERE blue), coalesce(sum(total) FILTER (WHERE blue), 0),
               count(*) FILTER (WHERE NOT blue), coalesce(sum(total) FILTER (WHERE NOT blue), 0),
               count(*) FILTER (WHERE quick)
        FROM fresh GROUP BY 2, 3, 4, 5
        ON CONFLICT (hour, region_code, unit_type, kind_code, share) DO UPDATE SET
            bills = known.bills + excluded.bills, amount = known.amount + excluded.amount,
            reds = known.reds + excluded.reds, red_amount = known.red_amount + excluded.red_amount,
            quick_reds = known.quick_reds + excluded.quick_reds
    )
    INSERT INTO region_minutes AS known (share, region_code, minute, bills, amount, reds, red_amount, quick_reds)
    SELECT :share, region_code, minute,
           count(*) FILTER (WHERE blue), coalesce(sum(total) FILTER (WHERE blue), 0),
           count(*) FILTER (WHERE NOT blue), coalesce(sum(total) FILTER (WHERE NOT blue), 0),
           count(*) FILTER (WHERE quick)
    FROM fresh WHERE minute >= :minutes_from GROUP BY 2, 3
    ON CONFLICT (minute, region_code, share) DO UPDATE SET
        bills = known.bills + excluded.bills, amount = known.amount + excluded.amount,
        reds = known.reds + excluded.reds, red_amount = known.red_amount + excluded.red_amount,
        quick_reds = known.quick_reds + excluded.quick_reds
    """
)


def reader_of(share: int) -> str:
    """The name of a share's mark in the log."""
    return f"supervision_{share}"


async def count_events(database: Database, share: int) -> None:
    """Count the events of a share that became visible since the last time, each exactly once."""
    while await count_portion(database, share):
        pass


async def count_portion(database: Database, share: int) -> bool:
    """Count one portion of a share; whether there may be more."""
    async with database.system() as connection:
        start = await lock_mark(connection, reader_of(share))
        given = {"start": start, "share": share, "shares": SHARES, "portion": PORTION}
        end = (await connection.execute(_END, given)).one()
        if not end.events:
            if end.horizon - start > _FAR_BEHIND:
                await move_mark(connection, reader_of(share), start, end.horizon)
            return False
        await _count_until(connection, share, start, end.next_txid)
        await move_mark(connection, reader_of(share), start, end.next_txid)
        return bool(end.events == PORTION)


async def _count_until(connection: AsyncConnection, share: int, start: int, stop: int) -> None:
    # Types of parameters that stand alone in a SELECT are not known to PostgreSQL from elsewhere.
    given = {"start": start, "stop": stop, "share": share, "shares": SHARES}
    await connection.execute(
        _COUNT,
        given | {"quick": QUICK_MINUTES, "minutes_from": now() - MINUTES_KEPT, "judged_from": now() - JUDGED},
    )


# -- what other rooms count ---------------------------------------------------------------------------

_REFUSALS_READER = "supervision_refusals"
#: The day before is read too: a train that began before midnight may have committed after it.
_COUNT_REFUSALS = text(
    """
    WITH present AS (
        SELECT unit_id, day, sum(blocked)::bigint AS refused, sum(asked)::bigint AS asked
        FROM counted_hits WHERE day BETWEEN CAST(:today AS date) - 1 AND :today GROUP BY 1, 2
    ), fresh AS MATERIALIZED (
        SELECT present.unit_id, present.day, units.region_code, units.unit_type, present.refused, present.asked,
               present.refused - coalesce(counted.refused, 0) AS more_refused,
               present.asked - coalesce(counted.asked, 0) AS more_asked
        FROM present JOIN listed_units AS units USING (unit_id)
        LEFT JOIN counted_refusals AS counted USING (unit_id, day)
        WHERE present.refused <> coalesce(counted.refused, 0) OR present.asked <> coalesce(counted.asked, 0)
    ), marked AS (
        INSERT INTO counted_refusals AS known (unit_id, day, refused, asked)
        SELECT unit_id, day, refused, asked FROM fresh
        ON CONFLICT (unit_id, day) DO UPDATE SET refused = excluded.refused, asked = excluded.asked
    ), waiting AS (
        INSERT INTO waiting_hours AS known (unit_id, hour) SELECT DISTINCT unit_id, CAST(:hour AS timestamptz) FROM fresh
        ON CONFLICT (unit_id, hour) DO UPDATE SET hour = excluded.hour
    ), units AS (
        INSERT INTO unit_hours AS known (unit_id, kind_code, hour, region_code, refused, asked)
        SELECT unit_id, '', :hour, region_code, sum(more_refused), sum(more_asked) FROM fresh GROUP BY 1, 4
        ON CONFLICT (unit_id, kind_code, hour) DO UPDATE SET
            refused = known.refused + excluded.refused, asked = known.asked + excluded.asked
    ), regions AS (
        INSERT INTO region_hours AS known (share, region_code, unit_type, kind_code, hour, refused, asked)
        SELECT :share, region_code, unit_type, '', :hour, sum(more_refused), sum(more_asked) FROM fresh GROUP BY 2, 3
        ON CONFLICT (hour, region_code, unit_type, kind_code, share) DO UPDATE SET
            refused = known.refused + excluded.refused, asked = known.asked + excluded.asked
    )
    INSERT INTO region_minutes AS known (share, region_code, minute, refused, asked)
    SELECT :share, region_code, :minute, sum(more_refused), sum(more_asked) FROM fresh GROUP BY 2
    ON CONFLICT (minute, region_code, share) DO UPDATE SET
        refused = known.refused + excluded.refused, asked = known.asked + excluded.asked
    """
)
#: Appeals and exchanges are few: the last hours are counted anew, and the rows say what is there.
_RECOUNT = text(
    """
    WITH found AS MATERIALIZED (
        SELECT unit_id, units.region_code, units.unit_type, each.kind_code, each.at, each.appeal
        FROM (
            SELECT unit_id, kind_code, appealed_at AS at, true AS appeal FROM lodged_appeals WHERE appealed_at >= :since
            UNION ALL
            SELECT unit_id, kind_code, exchanged_at, false FROM exchanged_bills WHERE exchanged_at >= :since
        ) AS each JOIN listed_units AS units USING (unit_id)
    ), units AS (
        INSERT INTO unit_hours AS known (unit_id, kind_code, hour, region_code, appeals, exchanges)
        SELECT unit_id, kind_code, date_trunc('hour', at), region_code,
               count(*) FILTER (WHERE appeal), count(*) FILTER (WHERE NOT appeal) FROM found GROUP BY 1, 2, 3, 4
        ON CONFLICT (unit_id, kind_code, hour) DO UPDATE SET appeals = excluded.appeals, exchanges = excluded.exchanges
    ), regions AS (
        INSERT INTO region_hours AS known (share, region_code, unit_type, kind_code, hour, appeals, exchanges)
        SELECT :share, region_code, unit_type, kind_code, date_trunc('hour', at),
               count(*) FILTER (WHERE appeal), count(*) FILTER (WHERE NOT appeal) FROM found GROUP BY 2, 3, 4, 5
        ON CONFLICT (hour, region_code, unit_type, kind_code, share)
            DO UPDATE SET appeals = excluded.appeals, exchanges = excluded.exchanges
    )
    INSERT INTO region_minutes AS known (share, region_code, minute, appeals, exchanges)
    SELECT :share, region_code, date_trunc('minute', at),
           count(*) FILTER (WHERE appeal), count(*) FILTER (WHERE NOT appeal) FROM found GROUP BY 2, 3
    ON CONFLICT (minute, region_code, share) DO UPDATE SET appeals = excluded.appeals, exchanges = excluded.exchanges
    """
)


async def count_decisions(database: Database) -> None:
    """Count what rules refused and asked, appeals, and exchanges since the last time; safe to repeat.

    Refusals and asks bear no time of their own: they count in the minute in which they are noticed.
    """
    moment = now()
    # The rows of this work are a share of their own, beside those that are dealt to duties.
    hour = moment.replace(minute=0, second=0, microsecond=0)
    given = {
        "share": SHARES,
        "hour": hour,
        "minute": moment.replace(second=0, microsecond=0),
        "today": today(),
    }
    async with database.system() as connection:
        await lock_mark(connection, _REFUSALS_READER)
        await connection.execute(_COUNT_REFUSALS, given)
        await connection.execute(_RECOUNT, {"share": SHARES, "since": hour - _RECOUNTED})
