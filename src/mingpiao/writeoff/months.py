"""Months as cycles: where they begin and end, and by which day they are due."""

from datetime import date, datetime, time, timedelta

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.workdays import end_of_workday

_DAY = timedelta(days=1)


def month_of(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def next_month(month: date) -> date:
    """The first day of the month after one."""
    return month_of(month_of(month) + timedelta(days=32))


def last_day(month: date) -> date:
    """The last day of a month."""
    return next_month(month) - _DAY


def moments_of(month: date) -> tuple[datetime, datetime]:
    """The first moment of a month and the first after it, in Asia/Shanghai."""
    begin, end = month_of(month), next_month(month)
    return datetime.combine(begin, time.min, SHANGHAI), datetime.combine(end, time.min, SHANGHAI)


def end_of(day: date) -> datetime:
    """The first moment after a day, in Asia/Shanghai."""
    return datetime.combine(day + _DAY, time.min, SHANGHAI)


def workday_after(day: date, count: int) -> date:
    """The `count`-th working day after a day, by the calendar as it is known now."""
    noon = datetime.combine(day, time(12), SHANGHAI)
    return (end_of_workday(noon, count) - timedelta(microseconds=1)).date()


def due_on(month: date, workdays: int) -> date:
    """The `workdays`-th working day after the end of a month (inclusive), by the calendar as it is known now."""
    return workday_after(last_day(month), workdays)


def months_after(day: date, count: int) -> date:
    """The same day `count` calendar months later, or the last day of that month where it has no such day."""
    whole = day.year * 12 + day.month - 1 + count
    first = date(whole // 12, whole % 12 + 1, 1)
    return min(first + (day.day - 1) * _DAY, last_day(first))
