"""How many numbers a unit will use: from its last six months, the same months of last year, and working days.

All of it is pure. Numbers are counted by month as bills took them, red ones too.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from fractions import Fraction
from functools import lru_cache
from math import ceil

from mingpiao.kernel.workdays import is_workday
from mingpiao.supply.model import Outlook, SupplyPolicy

#: So many months before the present one say how much a unit uses, and so many are looked ahead.
_LOOKED_BACK = 6
_LOOKED_AHEAD = 12
#: A year is taken for at most so many times, or this part of, the year before.
_MOST_GROWTH = Fraction(2)
_DAY = timedelta(days=1)


def outlook_of(used: Mapping[date, int], free: int, day: date, *, estimate: int | None = None) -> Outlook:
    """What will be used after a day, by the numbers `used` in each month (its first day) and those `free` in stock.

    `estimate` is an approved monthly use; it counts where the unit has none of its own in a month that is over.
    """
    present = day.replace(day=1)
    months = [_month(present, number) for number in range(_LOOKED_AHEAD)]
    past = _own_months(used, present)
    if past:
        expected = [(month, _expected(used, past, month)) for month in months]
    elif estimate is not None:
        expected = [(month, Fraction(estimate)) for month in months]
    else:
        expected = []
    return Outlook(
        used=tuple(sorted(used.items())),
        expected=tuple(expected),
        by_estimate=not past and estimate is not None,
        runs_out_on=_runs_out_on(expected, free, day),
    )


def _own_months(used: Mapping[date, int], present: date) -> list[date]:
    """The last months before the present one since the first with any use; empty where there is none."""
    first = min((month for month, count in used.items() if count and month < present), default=None)
    if first is None:
        return []
    return [month for number in range(-_LOOKED_BACK, 0) if (month := _month(present, number)) >= first]


def _expected(used: Mapping[date, int], past: Iterable[date], month: date) -> Fraction:
    """The use of a month: that of a working day, and where last year can tell, how last year's month was."""
    months = list(past)
    recent = sum(used.get(each, 0) for each in months)
    by_days = Fraction(recent * workdays_in(month), max(1, sum(map(workdays_in, months))))
    last_year = sum(used.get(_month(each, -12), 0) for each in months)
    if not last_year or _month(month, -12) not in used:
        return by_days
    growth = min(max(Fraction(recent, last_year), 1 / _MOST_GROWTH), _MOST_GROWTH)
    return (by_days + used[_month(month, -12)] * growth) / 2


def _runs_out_on(expected: Iterable[tuple[date, Fraction]], free: int, day: date) -> date | None:
    left = Fraction(free)
    for month, count in expected:
        a_day = count / max(1, workdays_in(month))
        each = max(day, month)
        while each < _month(month, 1):
            left -= a_day if is_workday(each) else 0
            if left < 0:
                return each
            each += _DAY
    return None


def most_in_stock(outlook: Outlook, policy: SupplyPolicy) -> int:
    """How many numbers a unit may have in stock: its use of the months that the policy names, this one included."""
    return ceil(_use(outlook, policy.months_at_most))


def proposal(outlook: Outlook, free: int, policy: SupplyPolicy) -> int | None:
    """How many numbers are proposed to a unit that has `free`; None where nothing is known of its use.

    Rounded up to two figures, and at most what the limit lets it have.
    """
    if not outlook.is_known:
        return None
    missing = max(0, ceil(_use(outlook, policy.months_proposed)) - free)
    return min(_rounded(missing), max(0, most_in_stock(outlook, policy) - free))


def _use(outlook: Outlook, months: int) -> Fraction:
    return sum((count for _, count in outlook.expected[:months]), Fraction(0))


def _rounded(count: int) -> int:
    step: int = max(10, 10 ** max(0, len(str(count)) - 2))
    return -(-count // step) * step


def _month(month: date, later: int) -> date:
    number = month.year * 12 + month.month - 1 + later
    return date(number // 12, number % 12 + 1, 1)


@lru_cache(maxsize=1_024)
def workdays_in(month: date) -> int:
    """The working days of a month (its first day)."""
    days = (_month(month, 1) - month).days
    return sum(is_workday(month + _DAY * number) for number in range(days))
