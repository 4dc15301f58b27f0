"""Working days in China: weekends, statutory holidays and the days worked in their stead."""

from datetime import date, datetime, time, timedelta
from functools import lru_cache

from mingpiao.kernel.clock import SHANGHAI, to_shanghai

_DAY = timedelta(days=1)


@lru_cache(maxsize=4_096)
def is_workday(day: date) -> bool:
    """Whether people work on a day; of years whose holidays are not announced, Monday to Friday."""
    # Its tables are read only where somebody asks.
    import chinese_calendar

    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.isoweekday() <= 5


def end_of_workday(start: datetime, count: int) -> datetime:
    """The end (24:00 in Asia/Shanghai) of the `count`-th working day after the day of `start`."""
    day = to_shanghai(start).date()
    for _ in range(count):
        day += _DAY
        while not is_workday(day):
            day += _DAY
    return datetime.combine(day + _DAY, time.min, SHANGHAI)


def workdays_left(now: datetime, due: datetime) -> int:
    """Working days that begin after `now` and end by `due`; 0 on the last day, negative for each one past it."""
    today = to_shanghai(now).date()
    # `due` is the first moment that is too late.
    last = (to_shanghai(due) - timedelta(microseconds=1)).date()
    if last >= today:
        return sum(is_workday(today + _DAY * n) for n in range(1, (last - today).days + 1))
    return -sum(is_workday(last + _DAY * n) for n in range(1, (today - last).days + 1))
