"""Figures about reviews: what the rules and what people decided, how long it took, what was overturned."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.issuing.service import ways_of_issue
from mingpiao.kernel.clock import SHANGHAI, now
from mingpiao.rules.service import HitFigure, hit_figures


class Ways(msgspec.Struct, frozen=True, kw_only=True):
    """How many requests with findings or evidence ended in which way.

    `direct` bills were issued without a person, `confirmed` ones after their handler gave reasons,
    `reviewed` ones after a department approved them; `rejected` counts requests that a department ended.
    """

    direct: int
    confirmed: int
    reviewed: int
    rejected: int

    @property
    def total(self) -> int:
        return self.direct + self.confirmed + self.reviewed + self.rejected

    @property
    def machine_percent(self) -> Decimal | None:
        """The share decided without a person, in per cent with one place; None when there was no request."""
        return _percent(self.direct, self.total)


class DepartmentFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Decisions of one department (`region_code` empty: of all). Times from appeal to decision, in hours.

    `late` counts decisions after their deadline; `waiting` and `overdue` count open applications now.
    """

    region_code: str
    approved: int = 0
    returned: int = 0
    rejected: int = 0
    late: int = 0
    median_hours: Decimal | None = None
    p90_hours: Decimal | None = None
    waiting: int = 0
    overdue: int = 0

    @property
    def decided(self) -> int:
        return self.approved + self.returned + self.rejected


class RuleFigure(msgspec.Struct, frozen=True, kw_only=True):
    """Findings of one rule: how often it asked, handlers confirmed, departments decided, and overturned it."""

    code: str
    asked: int
    confirmed: int
    decided: int
    overturned: int

    @property
    def overturned_percent(self) -> Decimal | None:
        """The share of its questions that a department overturned, in per cent with one place."""
        return _percent(self.overturned, self.asked)


class ReviewFigures(msgspec.Struct, frozen=True, kw_only=True):
    """All figures of a period and the connection's scope."""

    first: date
    last: date
    ways: Ways
    whole: DepartmentFigure
    departments: tuple[DepartmentFigure, ...]
    rules: tuple[RuleFigure, ...]


_DECISIONS = text(
    """
SELECT reviewer_region,
       count(*) FILTER (WHERE decision = 'approved') AS approved,
       count(*) FILTER (WHERE decision = 'returned') AS returned,
       count(*) FILTER (WHERE decision = 'rejected') AS rejected,
       count(*) FILTER (WHERE decided_at >= due_at) AS late,
       percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - appealed_at)::float8) AS median,
       percentile_cont(0.9) WITHIN GROUP (ORDER BY extract(epoch FROM decided_at - appealed_at)::float8) AS p90
FROM review_decisions WHERE decided_at >= :begin AND decided_at < :end
GROUP BY GROUPING SETS ((reviewer_region), ())
"""
)
_WAITING = text(
    """
SELECT reviewer_region, count(*) AS waiting, count(*) FILTER (WHERE due_at <= :moment) AS overdue
FROM applications WHERE state = 'in_review' GROUP BY GROUPING SETS ((reviewer_region), ())
"""
)
_BY_RULE = text(
    """
SELECT rule AS code, count(*) AS decided, count(*) FILTER (WHERE decision = 'approved') AS overturned
FROM review_decisions CROSS JOIN unnest(rules) AS rule
WHERE decided_at >= :begin AND decided_at < :end GROUP BY rule
"""
)


async def review_figures(connection: AsyncConnection, first: date, last: date) -> ReviewFigures:
    """Figures from `first` to `last`, both inclusive (Asia/Shanghai), of what the connection's scope sees."""
    period = {
        "begin": datetime.combine(first, time.min, SHANGHAI),
        "end": datetime.combine(last, time.min, SHANGHAI) + timedelta(days=1),
    }
    departments = await _departments(connection, period)
    whole = departments.pop("", DepartmentFigure(region_code=""))
    issued = await ways_of_issue(connection, period["begin"], period["end"])
    return ReviewFigures(
        first=first,
        last=last,
        ways=Ways(**msgspec.structs.asdict(issued), rejected=whole.rejected),
        whole=whole,
        departments=tuple(sorted(departments.values(), key=lambda each: each.region_code)),
        rules=await _rules(connection, first, last, period),
    )


async def _departments(
    connection: AsyncConnection, period: dict[str, datetime]
) -> dict[str, DepartmentFigure]:
    """Figures by region of the department; under the empty code, of all together."""
    found: dict[str, DepartmentFigure] = {}
    for row in await connection.execute(_DECISIONS, period):
        code = row.reviewer_region or ""
        found[code] = DepartmentFigure(
            region_code=code,
            approved=row.approved,
            returned=row.returned,
            rejected=row.rejected,
            late=row.late,
            median_hours=_hours(row.median),
            p90_hours=_hours(row.p90),
        )
    for row in await connection.execute(_WAITING, {"moment": now()}):
        code = row.reviewer_region or ""
        known = found.get(code, DepartmentFigure(region_code=code))
        found[code] = msgspec.structs.replace(known, waiting=row.waiting, overdue=row.overdue)
    return found


async def _rules(
    connection: AsyncConnection, first: date, last: date, period: dict[str, datetime]
) -> tuple[RuleFigure, ...]:
    """Rules that asked or were decided about, those overturned most often first."""
    decided = {row.code: row for row in await connection.execute(_BY_RULE, period)}
    hits = {hit.code: hit for hit in await hit_figures(connection, first, last)}
    concerned = decided.keys() | {code for code, hit in hits.items() if hit.asked or hit.confirmed}
    figures = [_rule_figure(code, hits.get(code), decided.get(code)) for code in concerned]
    return tuple(sorted(figures, key=lambda each: (-each.overturned, -each.asked, each.code)))


def _rule_figure(code: str, hit: HitFigure | None, row: Row[Any] | None) -> RuleFigure:
    decided, overturned = (row.decided, row.overturned) if row else (0, 0)
    asked, passed = (hit.asked, hit.confirmed) if hit else (0, 0)
    return RuleFigure(
        code=code,
        # The desk counts two kinds of questions: those that it sent back, and those that came with an answer,
        # since pages ask before they submit.
        asked=max(asked, passed + decided - overturned, decided),
        confirmed=max(0, passed - overturned),
        decided=decided,
        overturned=overturned,
    )


def _hours(seconds: float | None) -> Decimal | None:
    return None if seconds is None else (Decimal(seconds) / 3600).quantize(Decimal("0.1"))


def _percent(part: int, whole: int) -> Decimal | None:
    return (Decimal(part * 100) / whole).quantize(Decimal("0.1")) if whole else None
