"""概览 as values: a day compared with the thirty days before it, by kind and by region."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from decimal import Decimal

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.issuing.model import DayTotal
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.money import CENT
from mingpiao.portals.kinds.naming import kind_name

#: The number of days with which a day is compared.
COMPARED_DAYS = 30


class DaySum(msgspec.Struct, frozen=True, kw_only=True):
    """All bills of one day: blue ones issued, and reversals (红票) made on it. Amounts in 元, positive."""

    day: date
    issued_count: int = 0
    issued_amount: Decimal = Decimal(0)
    reversed_count: int = 0
    reversed_amount: Decimal = Decimal(0)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """A day's figure, and the daily average of the days before; None if there were none."""

    value: Decimal
    average: Decimal | None

    @property
    def change(self) -> Decimal | None:
        """The difference of the figure from the average, in per cent with one decimal."""
        if not self.average:
            return None
        return ((self.value - self.average) / self.average * 100).quantize(Decimal("0.1"))


class Share(msgspec.Struct, frozen=True, kw_only=True):
    """The figures of one kind or region on the day; `code` is empty for the region's own level (本级)."""

    code: str
    name: str
    count: int
    amount: Decimal
    average_count: Decimal


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """All that the page shows. `compared_days` is the number of days in the averages."""

    day: date
    compared_days: int
    days: tuple[DaySum, ...]
    count: Comparison
    amount: Comparison
    reversal_share: Comparison
    kinds: tuple[Share, ...]
    regions: tuple[Share, ...]

    @property
    def today(self) -> DaySum:
        """The sums of the day itself."""
        return self.days[-1]

    @property
    def empty(self) -> bool:
        """Whether neither the day nor the days before have a bill."""
        return not any(each.issued_count or each.reversed_count for each in self.days)


def build_overview(totals: Sequence[DayTotal], day: date, region_code: str, catalog: Catalog) -> Overview:
    """Make the overview of a region from its sums of the day and of the thirty days before.

    Averages begin with the first of those days that has a bill, so that a platform in its third day is not
    compared with empty days.
    """
    days = _sums_by_day(totals, day)
    before = _days_in_use(days[:-1])
    return Overview(
        day=day,
        compared_days=len(before),
        days=days,
        count=_compare(days[-1], before, lambda each: Decimal(each.issued_count)),
        amount=_compare(days[-1], before, lambda each: each.issued_amount),
        reversal_share=_compare_shares(days[-1], before),
        kinds=_shares(totals, day, len(before), lambda total: total.kind, _kind_names(catalog)),
        regions=_region_shares(totals, day, len(before), region_code, catalog),
    )


def children_of(catalog: Catalog, region_code: str) -> list[str]:
    """Codes of the regions directly below one, in order."""
    return sorted(region.code for region in catalog.regions.values() if region.parent == region_code)


def reversal_percent(sums: Iterable[DaySum]) -> Decimal:
    """Reversals per bill issued, in per cent with two decimals; 0 if nothing was issued."""
    issued = reversed_ = 0
    for each in sums:
        issued += each.issued_count
        reversed_ += each.reversed_count
    return (Decimal(reversed_ * 100) / issued).quantize(CENT) if issued else Decimal(0)


def _sums_by_day(totals: Iterable[DayTotal], last: date) -> tuple[DaySum, ...]:
    sums = {
        last - timedelta(days=n): DaySum(day=last - timedelta(days=n)) for n in range(COMPARED_DAYS, -1, -1)
    }
    for total in totals:
        known = sums[total.day]
        sums[total.day] = DaySum(
            day=total.day,
            issued_count=known.issued_count + total.issued_count,
            issued_amount=known.issued_amount + total.issued_amount,
            reversed_count=known.reversed_count + total.reversed_count,
            reversed_amount=known.reversed_amount + total.reversed_amount,
        )
    return tuple(sums.values())


def _days_in_use(days: Sequence[DaySum]) -> Sequence[DaySum]:
    first = next((index for index, each in enumerate(days) if each.issued_count), len(days))
    return days[first:]


def _compare(today: DaySum, before: Sequence[DaySum], figure: Callable[[DaySum], Decimal]) -> Comparison:
    average = (sum(map(figure, before), Decimal(0)) / len(before)).quantize(CENT) if before else None
    return Comparison(value=figure(today), average=average)


def _compare_shares(today: DaySum, before: Sequence[DaySum]) -> Comparison:
    return Comparison(value=reversal_percent([today]), average=reversal_percent(before) if before else None)


def _kind_names(catalog: Catalog) -> dict[str, str]:
    return {code: kind_name(catalog, code) for code in catalog.kinds}


def _region_shares(
    totals: Iterable[DayTotal], day: date, compared: int, region_code: str, catalog: Catalog
) -> tuple[Share, ...]:
    children = children_of(catalog, region_code)

    def place(total: DayTotal) -> str:
        return next((child for child in children if region_covers(child, total.region_code)), "")

    names = {child: catalog.regions[child].name for child in children}
    own_level = catalog.regions[region_code].name + ("本级" if children else "")
    return _shares(totals, day, compared, place, names | {"": own_level}, always=children)


def _shares(
    totals: Iterable[DayTotal],
    day: date,
    compared: int,
    group: Callable[[DayTotal], str],
    names: dict[str, str],
    always: Sequence[str] = (),
) -> tuple[Share, ...]:
    counts: dict[str, int] = dict.fromkeys(always, 0)
    amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    before: defaultdict[str, int] = defaultdict(int)
    for total in totals:
        key = group(total)
        counts.setdefault(key, 0)
        if total.day == day:
            counts[key] += total.issued_count
            amounts[key] += total.issued_amount
        else:
            before[key] += total.issued_count
    shares = [
        Share(
            code=key,
            name=names.get(key, key),
            count=count,
            amount=amounts[key],
            average_count=(Decimal(before[key]) / max(1, compared)).quantize(Decimal("0.1")),
        )
        for key, count in counts.items()
    ]
    return tuple(sorted(shares, key=lambda share: (-share.count, -share.amount, share.code)))
