"""核销情况: how much of some months is written off, how punctually, what differed, and what became of exceptions.

All of it is added up from cycles, requests and cases, so that it costs the same for few bills and for many. Who
sees what is a matter of the connection's scope.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.writeoff.model import DIFFERENCE_REASONS
from mingpiao.writeoff.months import next_month

#: More months at once are refused by `writeoff_figures`.
MOST_MONTHS = 12
#: With so many decisions at least, of which so many per cent were 解除, a rule is called a poor one.
POOR_DECISIONS, POOR_PERCENT = 10, 80


class WriteOffSum(msgspec.Struct, frozen=True, kw_only=True):
    """Units with bills of a month, and these bills (reversals are bills too).

    `written_off` leaves out bills of which an exception is not settled. `due` are units that have written the
    month off or should have, `on_time` those of them that did by their last day.
    """

    units: int = 0
    units_done: int = 0
    bills: int = 0
    written_off: int = 0
    due: int = 0
    on_time: int = 0

    @property
    def rate(self) -> Decimal | None:
        """核销率 in per cent with one decimal, rounded down: 100 says that nothing is missing."""
        return share(self.written_off, self.bills)

    @property
    def on_time_rate(self) -> Decimal | None:
        """按期率 in per cent with one decimal, rounded down."""
        return share(self.on_time, self.due)


class GroupedMonth(msgspec.Struct, frozen=True, kw_only=True):
    """The sum of one month, region and type of units."""

    month: date
    region_code: str
    unit_type: str
    sums: WriteOffSum


class ReasonLine(msgspec.Struct, frozen=True, kw_only=True):
    """How often a reason explained a difference, and for how much: 元 that did not arrive, and 元 too much."""

    code: str
    count: int
    missing: Decimal
    surplus: Decimal

    @property
    def label(self) -> str:
        return DIFFERENCE_REASONS.get(self.code, self.code)


class CaseSums(msgspec.Struct, frozen=True, kw_only=True):
    """Exceptions of a place by what became of them; `overdue` are explanations that are late,
    `rectifying_late` those in rectification of which the last day has passed.

    `median_days` is the time from opening to the decision, in days with one decimal.
    """

    opened: int = 0
    undecided: int = 0
    overdue: int = 0
    cleared: int = 0
    breached: int = 0
    rectifying: int = 0
    rectifying_late: int = 0
    rectified: int = 0
    median_days: Decimal | None = None


class RuleLine(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the exceptions that a rule made. `version` is 0 for what the platform itself checks."""

    rule: str
    version: int
    name: str
    opened: int
    decided: int
    cleared: int

    @property
    def cleared_percent(self) -> Decimal | None:
        return share(self.cleared, self.decided)

    @property
    def poor(self) -> bool:
        """Whether departments mostly disagreed with the rule."""
        percent = self.cleared_percent
        return self.decided >= POOR_DECISIONS and percent is not None and percent >= POOR_PERCENT


class WriteOffFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a region and some months. `cases` are by the codes of regions, "" for all together."""

    months: tuple[GroupedMonth, ...]
    reasons: tuple[ReasonLine, ...]
    cases: dict[str, CaseSums]
    rules: tuple[RuleLine, ...]


# Regions as a span of codes: the planner knows how many rows that is, and of a function it does not.
_MONTHS = text("""
WITH months AS (
    SELECT unit_id, month, min(region_code) AS region_code, sum(issued_count + reversed_count) AS bills,
           min(due_on) AS due_on, max(written_off_at) AS written_off_at,
           bool_and(writeoff_id IS NOT NULL) AS done,
           coalesce(sum(issued_count + reversed_count) FILTER (WHERE writeoff_id IS NOT NULL), 0) AS written_off
    FROM cycles
    WHERE month BETWEEN :first AND :last AND region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    GROUP BY unit_id, month
)
SELECT months.month, months.region_code, units.unit_type, count(*) AS units,
       count(*) FILTER (WHERE months.done) AS units_done, sum(months.bills)::bigint AS bills,
       sum(months.written_off)::bigint AS written_off,
       count(*) FILTER (WHERE months.done OR months.due_on < :today) AS due,
       count(*) FILTER (WHERE months.done
           AND (months.written_off_at AT TIME ZONE 'Asia/Shanghai')::date <= months.due_on) AS on_time
FROM months JOIN listed_units AS units USING (unit_id)
GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
""")
# Bills of months that are written off, which wait for a decision or for rectification, where their month is counted.
# The request that found them may have been superseded since.
_HELD = text("""
SELECT cycles.month, cycles.region_code, units.unit_type, count(*) AS bills
FROM exception_cases AS cases JOIN cycles USING (unit_id, month, kind_code) JOIN listed_units AS units USING (unit_id)
WHERE cycles.month BETWEEN :first AND :last
    AND cycles.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND cases.state NOT IN ('cleared', 'rectified') AND cycles.writeoff_id IS NOT NULL AND cases.origin = 'own'
GROUP BY 1, 2, 3
""")
_REASONS = text("""
SELECT reason->>'code' AS code, count(*) AS count,
       coalesce(sum((reason->>'amount')::numeric) FILTER (WHERE (reason->>'amount')::numeric > 0), 0) AS missing,
       coalesce(-sum((reason->>'amount')::numeric) FILTER (WHERE (reason->>'amount')::numeric < 0), 0) AS surplus
FROM writeoffs CROSS JOIN LATERAL jsonb_array_elements(reasons) AS reason
WHERE month BETWEEN :first AND :last AND region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND state = 'done' AND reasons <> '[]' AND origin = 'own'
GROUP BY 1 ORDER BY 2 DESC, 1
""")
_CASES = text("""
SELECT coalesce(cases.region_code, '') AS region_code, count(*) AS opened,
       count(*) FILTER (WHERE state IN ('open', 'asked', 'answered')) AS undecided,
       count(*) FILTER (WHERE state = 'asked' AND asked_due_on < :today) AS overdue,
       count(*) FILTER (WHERE state = 'cleared') AS cleared,
       count(*) FILTER (WHERE state = 'breached') AS breached,
       count(*) FILTER (WHERE state = 'rectifying') AS rectifying,
       count(*) FILTER (WHERE state = 'rectifying' AND notice_due_on < :today) AS rectifying_late,
       count(*) FILTER (WHERE state = 'rectified') AS rectified,
       round((percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - opened_at))
           FILTER (WHERE decided_at IS NOT NULL))::numeric / 86400, 1) AS median_days
FROM (SELECT left(cases.region_code, :length) AS region_code, cases.state, asked_due_on, opened_at, decided_at,
             notices.due_on AS notice_due_on
      FROM exception_cases AS cases LEFT JOIN rectifications AS notices USING (rectification_id)
      WHERE month BETWEEN :first AND :last AND cases.origin = 'own'
          AND cases.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))) AS cases
GROUP BY GROUPING SETS ((), (cases.region_code)) ORDER BY 1
""")
_RULES = text("""
SELECT finding->>'rule' AS rule, max((finding->>'version')::integer) AS version,
       -- All that the platform itself finds has one name; its message tells them apart.
       max(CASE (finding->>'version')::integer WHEN 0 THEN finding->>'message' ELSE finding->>'name' END) AS name,
       count(*) AS opened, count(*) FILTER (WHERE decided_at IS NOT NULL) AS decided,
       count(*) FILTER (WHERE state = 'cleared') AS cleared
FROM exception_cases CROSS JOIN LATERAL jsonb_array_elements(findings) AS finding
WHERE month BETWEEN :first AND :last AND region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND origin = 'own'
GROUP BY 1 ORDER BY 4 DESC, 1
""")
_FIRST_MONTH = text(
    "SELECT month FROM cycles WHERE month >= (SELECT min(begins_on) FROM writeoff_policies) ORDER BY month LIMIT 1"
)


async def writeoff_figures(
    connection: AsyncConnection, first: date, last: date, *, region_prefix: str
) -> WriteOffFigures:
    """The figures of the months `first` to `last` (their first days, `MOST_MONTHS` at most), within the scope.

    `region_prefix` is what the codes of the region's places begin with; exceptions are grouped by the level
    below it. ValueError for more months.
    """
    if (last.year - first.year) * 12 + last.month - first.month >= MOST_MONTHS:
        raise ValueError("too many months")
    given = {
        "first": first,
        "last": last,
        "low": region_prefix.ljust(6, "0"),
        "high": region_prefix.ljust(6, "9"),
    }
    late = given | {"today": today()}
    length = min(len(region_prefix) + 2, 6)
    return WriteOffFigures(
        months=await _grouped_months(connection, given),
        reasons=tuple(ReasonLine(**row) for row in (await connection.execute(_REASONS, given)).mappings()),
        cases={
            row["region_code"]: CaseSums(**{name: row[name] for name in CaseSums.__struct_fields__})
            for row in (await connection.execute(_CASES, late | {"length": length})).mappings()
        },
        rules=tuple(RuleLine(**row) for row in (await connection.execute(_RULES, given)).mappings()),
    )


async def _grouped_months(connection: AsyncConnection, given: Mapping[str, Any]) -> tuple[GroupedMonth, ...]:
    held = {
        (row.month, row.region_code, row.unit_type): row.bills
        for row in await connection.execute(_HELD, given)
    }
    found = []
    for row in (await connection.execute(_MONTHS, {**given, "today": today()})).mappings():
        group = (row["month"], row["region_code"], row["unit_type"])
        sums = {name: row[name] for name in WriteOffSum.__struct_fields__}
        sums["written_off"] -= held.get(group, 0)
        found.append(
            GroupedMonth(month=group[0], region_code=group[1], unit_type=group[2], sums=WriteOffSum(**sums))
        )
    return tuple(found)


def added_up(lines: Iterable[GroupedMonth]) -> WriteOffSum:
    """Several lines as one sum. A unit counts once for each of its months."""
    sums = [each.sums for each in lines]
    return WriteOffSum(
        **{name: sum(getattr(each, name) for each in sums) for name in WriteOffSum.__struct_fields__}
    )


def share(part: int, whole: int) -> Decimal | None:
    """A part in per cent with one decimal, rounded down; None of nothing."""
    return Decimal("0.1") * (part * 1000 // whole) if whole else None


async def closed_months(connection: AsyncConnection) -> list[date]:
    """The months in force from the first with cycles to the one before this, within the scope, the newest first."""
    first: date | None = await connection.scalar(_FIRST_MONTH)
    found: list[date] = []
    month = first
    while month is not None and next_month(month) <= today():
        found.insert(0, month)
        month = next_month(month)
    return found
