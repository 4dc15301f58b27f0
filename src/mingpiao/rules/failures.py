"""Alerts about rules that could not be evaluated: one row a rule, version and day, with how often."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

import asyncpg

from mingpiao.kernel.clock import to_shanghai
from mingpiao.rules.model import Hit

_ADD = """
INSERT INTO rule_failures AS known (code, version, day, failures, last_error, last_at)
SELECT fresh.code, fresh.version, $5::date, fresh.failures, fresh.error, $6::timestamptz
FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::text[]) AS fresh(code, version, failures, error)
ON CONFLICT (code, version, day) DO UPDATE SET
    failures = known.failures + excluded.failures, last_error = excluded.last_error, last_at = excluded.last_at
"""


async def record_failures(connection: asyncpg.Connection, hits: Iterable[Hit], at: datetime) -> None:
    """Count the failed ones among hits under the day of `at` in Shanghai, in one order in every transaction."""
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
        _ADD,
        [code for code, _ in keys],
        [version for _, version in keys],
        [counts[key] for key in keys],
        [errors[key] for key in keys],
        to_shanghai(at).date(),
        at,
    )
