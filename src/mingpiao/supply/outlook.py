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
#: A standing order asks for one of so many parts of the proposed stock at least.
_LEAST_PARTS = 4
_DAY = timedelta(days=1)


def outlook_of(used: Mapping[date, int], free: int, day: date, *, estimate: int | None = None) -> Outlook:
    """What will be used after a day, by the numbers `used` in each month (its first day) and those `free` in stock.

    `estimate` is an approved monthly use; it counts where the unit's own months that are over expect nothing.
    """
    present = day.replace(day=1)
    months = [_month(present, number) for number in range(_LOOKED_AHEAD)]
    expected = _by_use(used, present, months)
    by_estimate = not expected and estimate is not None
    if estimate is not None and by_estimate:
        expected = [(month, Fraction(estimate)) for month in months]
    return Outlook(
        used=tuple(sorted(used.items())),
        expected=tuple(expected),
        by_estimate=by_estimate,
        runs_out_on=_runs_out_on(expected, free, day),
    )


def _by_use(used: Mapping[date, int], present: date, months: Iterable[date]) -> list[tuple[date, Fraction]]:
    """What the unit's own use tells of months; empty where it tells of none that anything is used in."""
    past = _own_months(used, present)
    expected = [(month, _expected(used, past, month)) for month in months] if past else []
    return expected if any(count for _, count in expected) else []


def _own_months(used: Mapping[date, int], present: date) -> list[date]:
    """The last months before the present one since the first with any use; empty where there is none."""
    first = min((month for month, count in used.items() if count and month < present), default=None)
    if first is None:
        return []
    return [month for number in range(-_LOOKED_BACK, 0) if (month := _month(present, number)) >= first]


def _expected(used: Mapping[date, int], past: Iterable[date], month: date) -> Fraction:
    """The use of a month: that of a working day, and where last year can tell, how last year's month was.

    What is used once a year was not used in the months before it, this year or last, and is expected as it was.
    """
    months = list(past)
    recent = sum(used.get(each, 0) for each in months)
    by_days = Fraction(recent * workdays_in(month), max(1, sum(map(workdays_in, months))))
    last_year = sum(used.get(_month(each, -12), 0) for each in months)
    if _month(month, -12) not in used or (recent and not last_year):
        return by_days
    growth = min(max(Fraction(recent, last_year), 1 / _MOST_GROWTH), _MOST_GROWTH) if last_year else 1
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


def worth_asking(outlook: Outlook, quantity: int, policy: SupplyPolicy) -> bool:
    """Whether a standing order asks for so many: a quarter of what is proposed to an empty stock, or more.

    A threshold that is near that stock, or above it, would ask for a handful whenever some bills were issued.
    """
    return quantity > 0 and _LEAST_PARTS * quantity >= _use(outlook, policy.months_proposed)


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
