"""The periods of reports: the day, month, quarter or year that a day belongs to."""

from datetime import date, timedelta
from enum import StrEnum

import msgspec


class Period(StrEnum):
    """How long a period is."""

    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {Period.DAY: "日", Period.MONTH: "月", Period.QUARTER: "季度", Period.YEAR: "年"}
_MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """A period: its first and last day, and its name."""

    first: date
    last: date
    name: str


def span_of(period: Period, day: date) -> Span:
    """The period that a day belongs to."""
    if period is Period.DAY:
        return Span(first=day, last=day, name=f"{day.year}年{day.month}月{day.day}日")
    months = _MONTHS[period]
    first = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = first.month + months
    last = date(first.year + (after > 12), (after - 1) % 12 + 1, 1) - timedelta(days=1)
    names = {
        Period.MONTH: f"{first.year}年{first.month}月",
        Period.QUARTER: f"{first.year}年第{(first.month - 1) // 3 + 1}季度",
        Period.YEAR: f"{first.year}年",
    }
    return Span(first=first, last=last, name=names[period])
