"""Counters of what became of bills that a rule touched, by unit, rule and day.

Kept by the train, and where a handler is told before: on the page that checks a bill.
"""

from collections.abc import Iterable
from datetime import date

import asyncpg

from mingpiao.rules.model import Fate, HitCount

_ADD = """
INSERT INTO rule_hits AS known (unit_id, code, day, blocked, asked, confirmed, warned, overturned)
SELECT unit_id, code, $3::date, blocked, asked, confirmed, warned, overturned
FROM unnest($1::bigint[], $2::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[])
    AS fresh(unit_id, code, blocked, asked, confirmed, warned, overturned)
ON CONFLICT (unit_id, code, day) DO UPDATE SET
    blocked = known.blocked + excluded.blocked, asked = known.asked + excluded.asked,
    confirmed = known.confirmed + excluded.confirmed, warned = known.warned + excluded.warned,
    overturned = known.overturned + excluded.overturned
"""


async def record_hits(connection: asyncpg.Connection, day: date, hits: Iterable[HitCount]) -> None:
    """Count hits on a day (Asia/Shanghai), in one order in every transaction."""
    counts: dict[tuple[int, str], dict[Fate, int]] = {}
    for hit in hits:
        fates = counts.setdefault((hit.unit_id, hit.rule), dict.fromkeys(Fate, 0))
        fates[hit.fate] += 1
    if not counts:
        return
    keys = sorted(counts)
    columns = [[counts[key][fate] for key in keys] for fate in Fate]
    await connection.execute(_ADD, [key[0] for key in keys], [key[1] for key in keys], day, *columns)
