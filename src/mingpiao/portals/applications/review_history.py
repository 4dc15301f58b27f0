"""A unit's past for a reviewer: twelve months of bills, earlier decisions, hits by rule."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from mingpiao.applications.model import PastDecision
from mingpiao.applications.service import past_decisions
from mingpiao.composition import Services
from mingpiao.identity.model import Account
from mingpiao.issuing.model import DayTotal
from mingpiao.issuing.service import unit_totals
from mingpiao.kernel.clock import today
from mingpiao.portals.session import scoped_reads
from mingpiao.rules.service import HitFigure, hit_figures
from mingpiao.storage.scope import UnitScope

MONTHS = 12


class MonthTotal(msgspec.Struct, frozen=True, kw_only=True):
    """Bills and reversals of a unit in a month; amounts in 元."""

    month: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal


class UnitReviews(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's past. `rule_names` are those of the live rules."""

    months: tuple[MonthTotal, ...]
    decisions: tuple[PastDecision, ...]
    hits: tuple[HitFigure, ...]
    rule_names: Mapping[str, str]

    @property
    def chart(self) -> str:
        """Bills by month as the data of a chart."""
        counts = [each.issued_count for each in self.months]
        labels = [each.month for each in self.months]
        return msgspec.json.encode(
            {"type": "trend", "labels": labels, "values": counts, "unit": "份", "average": None}
        ).decode()


async def load_past(services: Services, account: Account, unit_id: int, *, but: int) -> UnitReviews:
    """Read a unit's past. `account` is the reader's and must be allowed to see the unit. `but` is the present
    application, which is left out.
    """
    last = today()
    first = first_month(last)
    async with scoped_reads(services, account) as connection:
        totals = await unit_totals(connection, unit_id, first, last)
        decisions = await past_decisions(connection, unit_id, but=but)
    # scope: within what the reader may see, only this unit.
    async with services.database.scoped(UnitScope(unit_id)) as connection:
        hits = await hit_figures(connection, first, last)
    return UnitReviews(
        months=by_month(totals, first),
        decisions=tuple(decisions),
        hits=tuple(hits),
        rule_names=await rule_names(services),
    )


async def rule_names(services: Services) -> dict[str, str]:
    """Names of the rules that are live, by code."""
    return {each.rule.code: each.rule.name for each in (await services.rules.get()).rules}


def first_month(last: date) -> date:
    """The first day of the month eleven months before a day's month."""
    months = last.year * 12 + last.month - MONTHS
    return date(months // 12, months % 12 + 1, 1)


def by_month(totals: Sequence[DayTotal], first: date) -> tuple[MonthTotal, ...]:
    """Sums by month, for each of the twelve months from `first` on, including empty ones."""
    months: dict[str, list[DayTotal]] = {}
    for number in range(first.year * 12 + first.month - 1, first.year * 12 + first.month - 1 + MONTHS):
        months[f"{number // 12}-{number % 12 + 1:02d}"] = []
    for total in totals:
        months[f"{total.day:%Y-%m}"].append(total)
    return tuple(
        MonthTotal(
            month=month,
            issued_count=sum(each.issued_count for each in own),
            issued_amount=sum((each.issued_amount for each in own), Decimal(0)),
            reversed_count=sum(each.reversed_count for each in own),
            reversed_amount=sum((each.reversed_amount for each in own), Decimal(0)),
        )
        for month, own in months.items()
    )
