"""How rules do: hits by what became of them, and failures. Read within the connection's scope."""

from datetime import date, datetime

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import to_shanghai


class HitFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Hits of one rule in a time, over the units that the reader may see."""

    code: str
    units: int
    blocked: int
    asked: int
    confirmed: int
    warned: int
    overturned: int


class FailureFigure(msgspec.Struct, frozen=True, kw_only=True):
    """How often a version of a rule could not be evaluated in a time, and what was the matter last."""

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
