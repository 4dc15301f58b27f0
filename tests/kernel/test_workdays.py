"""Working days across holidays, days worked in their stead, and years that are not announced."""

from datetime import date, datetime

import pytest

from mingpiao.kernel.clock import SHANGHAI
from mingpiao.kernel.workdays import end_of_workday, is_workday, workdays_left


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("day", "works"),
    [
        ("2026-11-20", True),
        ("2026-11-21", False),
        ("2026-10-01", False),
        # A Saturday that is worked for the National Day's week.
        ("2026-10-10", True),
        # Not announced: a Saturday and a Monday.
        ("2050-01-01", False),
        ("2050-01-03", True),
    ],
)
def test_who_works_when(day: str, works: bool) -> None:
    assert is_workday(date.fromisoformat(day)) is works


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2026-11-16T09:00", 3, "2026-11-20T00:00"),
        ("2026-11-20T23:59", 3, "2026-11-26T00:00"),
        ("2026-11-21T09:00", 1, "2026-11-24T00:00"),
        ("2026-09-30T09:00", 3, "2026-10-11T00:00"),
    ],
)
def test_the_end_of_a_working_day(start: str, count: int, end: str) -> None:
    assert end_of_workday(at(start), count) == at(end)


@pytest.mark.parametrize(
    ("now", "due", "left"),
    [
        ("2026-11-16T09:00", "2026-11-20T00:00", 3),
        ("2026-11-18T23:59", "2026-11-20T00:00", 1),
        ("2026-11-19T23:59", "2026-11-20T00:00", 0),
        ("2026-11-20T00:00", "2026-11-20T00:00", -1),
        # A weekend makes nobody later.
        ("2026-11-22T12:00", "2026-11-20T00:00", -1),
        ("2026-11-23T12:00", "2026-11-20T00:00", -2),
    ],
)
def test_how_many_working_days_are_left(now: str, due: str, left: int) -> None:
    assert workdays_left(at(now), at(due)) == left
