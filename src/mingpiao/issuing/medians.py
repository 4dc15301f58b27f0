"""Medians of line amounts without keeping the amounts: counts by size class, kept by the worker.

A class is 1/32 of a power of two, about 2.2 % wide. `item_history` counts the lines of each unit, item
and day by class, `peer_item_history` those of all units of a type. Blue bills count as issued.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from sqlalchemy import text

from mingpiao.journal.service import lock_mark, move_mark
from mingpiao.kernel.money import round_yuan
from mingpiao.storage.database import Database

CLASSES_PER_DOUBLING = 32
#: With fewer lines than this there is no median to speak of.
FEWEST_LINES = 20
_READER = "item_history"
#: Bills that one transaction reads at most, so that a long backlog is worked off in portions.
_PORTION = 20_000


@lru_cache(maxsize=4_096)
def amount_of(bucket: int) -> Decimal:
    """The amount (元) in the middle of a class."""
    return round_yuan(Decimal(2) ** (Decimal(2 * bucket + 1) / (2 * CLASSES_PER_DOUBLING)))


def median(lines: Mapping[int, int]) -> Decimal | None:
    """The median amount (元) of lines counted by class; None of fewer than `FEWEST_LINES`."""
    total = sum(lines.values())
    if total < FEWEST_LINES:
        return None
    passed = 0
    for bucket in sorted(lines):
        passed += lines[bucket]
        if 2 * passed >= total:
            return amount_of(bucket)
    raise AssertionError("the classes add up to their sum")


#: Up to which transaction to read: all older than every running one, but not more than a portion.
_END = text(
    """
    SELECT count(*) AS bills, max(txid) + 1 AS next_txid FROM (
        SELECT txid FROM recorded_events AS events
        WHERE txid >= :start AND txid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
          AND type = 'issued'
        ORDER BY txid, event_id LIMIT :portion
    ) AS fresh
    """
)
_COUNT = text(
    """
    WITH lines AS MATERIALIZED (
        SELECT bills.unit_id, units.unit_type, item.code AS item_code,
               (bills.issued_at AT TIME ZONE 'Asia/Shanghai')::date AS day,
               floor(:classes * ln(item.amount::float8) / ln(2::float8))::smallint AS bucket
        FROM recorded_events AS events
        JOIN bills ON bills.unit_id = events.unit_id AND bills.bill_id = events.bill_id
        JOIN listed_units AS units ON units.unit_id = bills.unit_id
        CROSS JOIN LATERAL jsonb_to_recordset(bills.items) AS item(code text, amount numeric)
        WHERE events.txid >= :start AND events.txid < :stop AND events.type = 'issued' AND item.amount > 0
    ), own AS (
        INSERT INTO item_history AS known (unit_id, item_code, day, bucket, lines)
        SELECT unit_id, item_code, day, bucket, count(*) FROM lines GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
        ON CONFLICT (unit_id, item_code, day, bucket) DO UPDATE SET lines = known.lines + excluded.lines
    )
    INSERT INTO peer_item_history AS known (unit_type, item_code, day, bucket, lines)
    SELECT unit_type, item_code, day, bucket, count(*) FROM lines GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
    ON CONFLICT (unit_type, item_code, day, bucket) DO UPDATE SET lines = known.lines + excluded.lines
    """
)


async def count_items(database: Database) -> None:
    """Count the lines of bills that became visible since the last time, each exactly once."""
    while await _count_portion(database):
        pass


async def _count_portion(database: Database) -> bool:
    """Count one portion; whether there may be more."""
    async with database.system() as connection:
        start = await lock_mark(connection, _READER)
        end = (await connection.execute(_END, {"start": start, "portion": _PORTION})).one()
        if not end.bills:
            return False
        await connection.execute(
            _COUNT, {"start": start, "stop": end.next_txid, "classes": CLASSES_PER_DOUBLING}
        )
        await move_mark(connection, _READER, start, end.next_txid)
        return bool(end.bills == _PORTION)
