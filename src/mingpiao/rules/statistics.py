"""Counts how bills that a rule hit were dealt with, and how often rules could not be evaluated.

The issuing train writes the counts, and so does the page that checks a bill before it is issued.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai
from mingpiao.rules.model import Fate, Hit, HitCount

_ADD_HITS = """
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
    """Count hits under a day (Asia/Shanghai). Rows are written in one order in every transaction, so that
    none block each other in a circle.
    """
    counts: dict[tuple[int, str], dict[Fate, int]] = {}
    for hit in hits:
        fates = counts.setdefault((hit.unit_id, hit.rule), dict.fromkeys(Fate, 0))
        fates[hit.fate] += 1
    if not counts:
        return
    keys = sorted(counts)
    columns = [[counts[key][fate] for key in keys] for fate in Fate]
    await connection.execute(_ADD_HITS, [key[0] for key in keys], [key[1] for key in keys], day, *columns)


_ADD_FAILURES = """
INSERT INTO rule_failures AS known (code, version, day, failures, last_error, last_at)
SELECT fresh.code, fresh.version, $5::date, fresh.failures, fresh.error, $6::timestamptz
FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[]) AS fresh(code, version, failures, error)
ON CONFLICT (code, version, day) DO UPDATE SET
    failures = known.failures + excluded.failures, last_error = excluded.last_error, last_at = excluded.last_at
"""


async def record_failures(connection: asyncpg.Connection, hits: Iterable[Hit], at: datetime) -> None:
    """Count the failed ones among these hits under the day of `at` (Asia/Shanghai), in one order in every
    transaction.
    """
    counts: Counter[tuple[str, int]] = Counter()
    errors: dict[tuple[str, int], str] = {}
    for hit in hits:
        if hit.failed:
            counts[hit.rule, hit.version] += 1
            errors[hit.rule, hit.version] = hit.error
    if not counts:
        return
    keys = sorted(counts)
    await connection.execute(
        _ADD_FAILURES,
        [code for code, _ in keys],
        [version for _, version in keys],
        [counts[key] for key in keys],
        [errors[key] for key in keys],
        to_shanghai(at).date(),
        at,
    )


#: A rule that asked at least so often in a period, and was answered in more than this share, is overridden.
_ASKED_OFTEN, _OVERRIDDEN_PERCENT = 20, 80


class HitFigure(msgspec.Struct, frozen=True, kw_only=True):
    """The hits of one rule in a period, over the units that the reader may see."""

    code: str
    units: int
    blocked: int
    asked: int
    confirmed: int
    warned: int
    overturned: int

    @property
    def overridden(self) -> bool:
        """Whether nearly everybody whom the rule asked went on: what it asks teaches people to look away."""
        return self.asked >= _ASKED_OFTEN and 100 * self.confirmed > _OVERRIDDEN_PERCENT * self.asked


class FailureFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How often a version of a rule could not be evaluated in a period, and the reason of the last failure."""

    code: str
    version: int
    failures: int
    last_error: str
    last_at: datetime


_HITS = """
SELECT code, count(DISTINCT unit_id) AS units, sum(blocked)::bigint AS blocked, sum(asked)::bigint AS asked,
       sum(confirmed)::bigint AS confirmed, sum(warned)::bigint AS warned, sum(overturned)::bigint AS overturned
FROM rule_hits WHERE day BETWEEN :first AND :last AND (:code = '' OR code = :code)
GROUP BY code ORDER BY sum(blocked + asked + warned) DESC, code
"""
_FAILURES = """
SELECT code, version, sum(failures)::bigint AS failures,
       (array_agg(last_error ORDER BY last_at DESC))[1] AS last_error, max(last_at) AS last_at
FROM rule_failures WHERE day BETWEEN :first AND :last AND (:code = '' OR code = :code)
GROUP BY code, version ORDER BY max(last_at) DESC
"""


async def hit_figures(
    connection: AsyncConnection, first: date, last: date, *, code: str = ""
) -> list[HitFigure]:
    """Hits by rule from `first` to `last`, both inclusive (Asia/Shanghai), the most frequent first."""
    rows = await connection.execute(text(_HITS), {"first": first, "last": last, "code": code})
    return [HitFigure(**row) for row in rows.mappings()]


async def failure_figures(
    connection: AsyncConnection, first: date, last: date, *, code: str = ""
) -> list[FailureFigure]:
    """Failures by version from `first` to `last`, both inclusive, the latest first."""
    rows = await connection.execute(text(_FAILURES), {"first": first, "last": last, "code": code})
    return [
        FailureFigure(**(dict(row) | {"last_at": to_shanghai(row["last_at"])})) for row in rows.mappings()
    ]
