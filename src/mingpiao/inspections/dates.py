"""Periods as people write them: 三季度, 上月, 今年以来, 近半年, 2026年3月至5月, 去年同期."""

import calendar
import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial

import msgspec

from mingpiao.inspections.numerals import NUMBER, whole_number
from mingpiao.inspections.query import Period

_YEAR = r"(?P<year>(?:20)?\d{2}年度?|[二][〇零]\w{2}年度?|今年|本年度?|去年|上年度?|上一年度?|前年)?的?"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])"
_TO = r"(?:开始|起|一直)?(?:至|到|[-—–－~～])+"
#: What makes a span reach until today, and what makes its beginning unknown.
_SINCE = re.compile(
    r"(?:份|初)?(?:以来|至今|到现在|到今天|到目前|截至目前|截至今天|以后|之后|起至今|起到现在|起|开始)"
)
_BEFORE = re.compile(r"(?:份|底|末|初)?(?:以前|之前|前后|前(?!\d)|左右|底|末|初)")
_TILL_NOW = re.compile(
    r"(?:截至目前|截至今天|截至今日|截至现在|截止目前|截止今天|截止到?现在|到目前为止|到现在为止)(?:的|，|,)?$"
)
#: Seasons and feasts, of which no days can be told.
_SEASON = re.compile(
    r"的?(?:春季|秋季|夏季|冬季|春学期|秋学期|寒假|暑假|春节|国庆|五一|元旦|开学|学期)"
    r"(?:学期|开学|期间|假期|前后|节)*(?:以来|以后|之后|之前)?"
)
_LAST_YEAR_SAME = re.compile(r"(?:去年|上年)同期")


class FoundPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """Periods that a piece of text, from `start` up to `end`, names; none where it cannot be said when they begin."""

    start: int
    end: int
    periods: tuple[Period, ...]


class _Atom(msgspec.Struct, frozen=True):
    """One span of the calendar; `dated` tells that its year was said."""

    start: int
    end: int
    span: Period
    dated: bool = True


def periods_in(text: str, today: date) -> list[FoundPeriod]:
    """All periods in a text, in its order. What is written about them, such as 冲红, is for the caller."""
    found: list[FoundPeriod] = []
    place = 0
    while place < len(text):
        piece = _at(text, place, today, found)
        if piece is None:
            place += 1
        else:
            found.append(piece)
            place = piece.end
    return found


def _at(text: str, place: int, today: date, before: list[FoundPeriod]) -> FoundPeriod | None:
    same = _LAST_YEAR_SAME.match(text, place)
    if same:
        return FoundPeriod(start=place, end=same.end(), periods=_year_before(before, today))
    listed = _listed(text, place, today)
    if listed:
        return listed
    atom = _atom(text, place, today)
    if atom is None:
        return None
    return _with_end(text, atom, today)


def _year_before(found: list[FoundPeriod], today: date) -> tuple[Period, ...]:
    earlier = [each for piece in found for each in piece.periods]
    spans = earlier or [(today.replace(month=1, day=1), today)]
    return tuple((_years_back(first, 1), _years_back(last, 1)) for first, last in spans)


def _years_back(day: date, years: int) -> date:
    return months_before(day, 12 * years)


def months_before(day: date, months: int) -> date:
    """The same day so many months earlier, or the last day of that month where it is shorter."""
    place = day.year * 12 + day.month - 1 - months
    year, month = divmod(place, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


# -- one span of the calendar ------------------------------------------------------------------------------


def _number(said: str) -> int:
    """A number that a pattern let through."""
    return whole_number(said) or 1


def _month_span(year: int, month: int, months: int = 1) -> Period:
    end_year, end_month = divmod(year * 12 + month - 2 + months, 12)
    return date(year, month, 1), date(
        end_year, end_month + 1, calendar.monthrange(end_year, end_month + 1)[1]
    )


def _year_of(said: str | None, today: date) -> int | None:
    if not said:
        return None
    word = said.removesuffix("度").removesuffix("年")
    if word in ("今", "本"):
        return today.year
    if word in ("去", "上", "上一"):
        return today.year - 1
    if word == "前":
        return today.year - 2
    number = whole_number(word)
    return None if number is None else number if number > 99 else 2000 + number


def _dated(said: str | None, today: date, make: Callable[[int], Period]) -> tuple[Period, bool]:
    """The span of the year that was said, or of the newest year in which it has begun."""
    year = _year_of(said, today)
    if year is not None:
        return make(year), True
    span = make(today.year)
    return (span if span[0] <= today else make(today.year - 1)), False


def _quarter(match: re.Match[str], today: date) -> tuple[Period, bool]:
    number = _number(match["number"])
    return _dated(match["year"], today, lambda year: _month_span(year, number * 3 - 2, 3))


def _half(match: re.Match[str], today: date) -> tuple[Period, bool]:
    begin = 1 if match["which"] == "上" else 7
    return _dated(match["year"], today, lambda year: _month_span(year, begin, 6))


def _first_of(match: re.Match[str], today: date) -> tuple[Period, bool]:
    count = (_number(match["number"])) * (3 if match["measure"] == "季度" else 1)
    if count > 12:
        raise ValueError("a year has twelve months")
    if match["measure"] != "季度" and not match["year"]:
        raise ValueError("the first months of a year, or the last ones: nobody can tell")
    return _dated(match["year"], today, lambda year: _month_span(year, 1, count))


def _month(match: re.Match[str], today: date) -> tuple[Period, bool]:
    number = _number(match["number"])
    return _dated(match["year"], today, lambda year: _month_span(year, number))


def _day(match: re.Match[str], today: date) -> tuple[Period, bool]:
    month, day = _number(match["number"]), _number(match["day"])
    return _dated(match["year"], today, lambda year: (date(year, month, day),) * 2)


def _part_of_month(match: re.Match[str], today: date) -> tuple[Period, bool]:
    """The days of 上旬, 中旬, 下旬 or half a month."""
    first, last = _PARTS_OF_MONTH[match["third"]]

    def days(month: Period) -> Period:
        return month[0].replace(day=first), month[1] if last is None else month[0].replace(day=last)

    said = match["number"]
    if said in ("上个", "上"):
        return days(_month_of(today, 1)), True
    if said in ("本", "这个", "当"):
        return days(_month_of(today, 0)), True
    return _dated(match["year"], today, lambda year: days(_month_span(year, _number(said))))


_PARTS_OF_MONTH: dict[str, tuple[int, int | None]] = {
    "上旬": (1, 10),
    "中旬": (11, 20),
    "下旬": (21, None),
    "上半月": (1, 15),
    "下半月": (16, None),
}


def _day_of_week(match: re.Match[str], today: date) -> tuple[Period, bool]:
    monday = _week(today, 1 if match["which"].startswith("上") else 0)[0]
    day = monday + timedelta(days="一二三四五六日".index(match["day"].replace("天", "日")))
    return (day, day), True


def _iso(match: re.Match[str], _today: date) -> tuple[Period, bool]:
    day = date(_number(match["y"]), _number(match["m"]), _number(match["d"]))
    return (day, day), True


def _iso_month(match: re.Match[str], _today: date) -> tuple[Period, bool]:
    return _month_span(_number(match["y"]), _number(match["m"])), True


def _whole_year(match: re.Match[str], today: date) -> tuple[Period, bool]:
    return _month_span(_year_of(match["year"], today) or today.year, 1, 12), True


def _this(match: re.Match[str], today: date) -> tuple[Period, bool]:
    return _CALENDAR[match["word"]](today), True


def _lately(match: re.Match[str], today: date) -> tuple[Period, bool]:
    half = match["half"] is not None
    count = 6 if half else _number(match["number"])
    measure = "月" if half else match["measure"].replace("个", "").replace("星期", "周")
    if measure in ("天", "日", "周"):
        days = count * (7 if measure == "周" else 1)
        return (today - timedelta(days=days - 1), today), True
    months = count * {"月": 1, "季度": 3, "年": 12}[measure]
    return (months_before(today, months) + timedelta(days=1), today), True


def _week(today: date, back: int) -> Period:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return monday, monday + timedelta(days=6)


def _quarter_of(today: date, back: int) -> Period:
    place = today.year * 4 + (today.month - 1) // 3 - back
    return _month_span(place // 4, place % 4 * 3 + 1, 3)


def _month_of(today: date, back: int) -> Period:
    day = months_before(today.replace(day=1), back)
    return _month_span(day.year, day.month)


def _days_ago(today: date, back: int) -> Period:
    day = today - timedelta(days=back)
    return day, day


_CALENDAR: dict[str, Callable[[date], Period]] = {
    "今天": lambda today: _days_ago(today, 0),
    "今日": lambda today: _days_ago(today, 0),
    "昨天": lambda today: _days_ago(today, 1),
    "昨日": lambda today: _days_ago(today, 1),
    "前天": lambda today: _days_ago(today, 2),
    "本周": lambda today: _week(today, 0),
    "这周": lambda today: _week(today, 0),
    "上周": lambda today: _week(today, 1),
    "本月": lambda today: _month_of(today, 0),
    "这月": lambda today: _month_of(today, 0),
    "上月": lambda today: _month_of(today, 1),
    "上上月": lambda today: _month_of(today, 2),
    "这个月": lambda today: _month_of(today, 0),
    "上个月": lambda today: _month_of(today, 1),
    "上上个月": lambda today: _month_of(today, 2),
    "上个季度": lambda today: _quarter_of(today, 1),
    "本季": lambda today: _quarter_of(today, 0),
    "本季度": lambda today: _quarter_of(today, 0),
    "这季度": lambda today: _quarter_of(today, 0),
    "上季": lambda today: _quarter_of(today, 1),
    "上季度": lambda today: _quarter_of(today, 1),
    "这个季度": lambda today: _quarter_of(today, 0),
    "前日": lambda today: _days_ago(today, 2),
    "大前天": lambda today: _days_ago(today, 3),
    "昨儿": lambda today: _days_ago(today, 1),
    "本星期": lambda today: _week(today, 0),
    "这星期": lambda today: _week(today, 0),
    "这个星期": lambda today: _week(today, 0),
    "这一周": lambda today: _week(today, 0),
    "上星期": lambda today: _week(today, 1),
    "上个星期": lambda today: _week(today, 1),
    "上个周": lambda today: _week(today, 1),
    "上一周": lambda today: _week(today, 1),
    "上上周": lambda today: _week(today, 2),
    "上一月": lambda today: _month_of(today, 1),
    "上一个月": lambda today: _month_of(today, 1),
    "上一季度": lambda today: _quarter_of(today, 1),
    "上一个季度": lambda today: _quarter_of(today, 1),
    "年初": lambda today: _month_span(today.year, 1, 12),
}
_WORDS = "|".join(sorted(_CALENDAR, key=len, reverse=True))
_ATOMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], tuple[Period, bool]]], ...] = (
    (re.compile(r"(?P<y>20\d{2})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})(?!\d)"), _iso),
    (re.compile(r"(?P<y>20\d{2})[-/.](?P<m>0?[1-9]|1[0-2])(?![\d.])"), _iso_month),
    (
        re.compile(
            rf"(?:最近|近|过去|这)(?:的|这)?(?:(?P<half>半年)|(?P<number>{NUMBER})(?P<measure>个?月|天|日|个?星期|周|个?季度|年))(?:以?内|以来|来|里)?"
        ),
        _lately,
    ),
    (re.compile(rf"{_YEAR}(?P<number>{_MONTH})月份?(?P<day>{_DAY})[日号]"), _day),
    (re.compile(rf"{_YEAR}第?(?P<number>[一二三四1-4])个?季度?(?![一-龥]?度)"), _quarter),
    (re.compile(rf"{_YEAR}(?:Q|q)(?P<number>[1-4])"), _quarter),
    (re.compile(rf"{_YEAR}(?P<which>[上下])半年度?"), _half),
    (re.compile(rf"{_YEAR}(?:前|头)(?P<number>{NUMBER})个?(?P<measure>季度|月)"), _first_of),
    (
        re.compile(
            rf"{_YEAR}(?P<number>{_MONTH}|上个|上|本|这个|当)月份?的?(?P<third>上旬|中旬|下旬|上半月|下半月)"
        ),
        _part_of_month,
    ),
    (re.compile(r"(?P<which>上个?|本|这个?)(?:周|星期)(?P<day>[一二三四五六日天])"), _day_of_week),
    (re.compile(r"(?P<y>20\d{2})(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"), _iso),
    (re.compile(r"(?P<y>20\d{2})(?P<m>0[1-9]|1[0-2])(?!\d)"), _iso_month),
    (re.compile(rf"{_YEAR}(?P<number>{_MONTH})月份?(?!\d+[日号])"), _month),
    (re.compile(rf"(?P<word>{_WORDS})"), _this),
    (
        re.compile(
            r"(?P<year>20\d{2}年度?|二[〇零]\w{2}年度?|今年|本年度?|去年|上年度?|上一年度?|前年)(?:整|一)?(?:全年|整年|一整年|一年)?"
        ),
        _whole_year,
    ),
)
_ONLY_DAY = re.compile(rf"(?P<day>{_DAY})[日号]")


def _atom(text: str, place: int, today: date) -> _Atom | None:
    if place and text[place - 1] in "0123456789" and text[place].isdigit():
        return None
    for pattern, read in _ATOMS:
        match = pattern.match(text, place)
        if match:
            try:
                span, dated = read(match, today)
            except (ValueError, OverflowError):
                continue
            return _Atom(place, match.end(), span, dated)
    return None


# -- spans from one to another -------------------------------------------------------------------------------


def _with_end(text: str, first: _Atom, today: date) -> FoundPeriod:
    """A span with what follows it: an end, 以来, or 以前, of which the beginning is not known."""
    to = re.compile(_TO).match(text, first.end)
    last = _end_atom(text, to.end(), first, today) if to else None
    if last is not None:
        return FoundPeriod(start=first.start, end=last.end, periods=(_joined(first, last, today),))
    if _TILL_NOW.search(text[: first.start]) and first.span[0] <= today <= first.span[1]:
        return FoundPeriod(start=first.start, end=first.end, periods=((first.span[0], today),))
    season = _SEASON.match(text, first.end)
    if season:
        return FoundPeriod(start=first.start, end=season.end(), periods=())
    before = _BEFORE.match(text, first.end)
    since = _SINCE.match(text, first.end)
    if since and first.span[0] <= today:
        return FoundPeriod(start=first.start, end=since.end(), periods=((first.span[0], today),))
    if before and not text.startswith(("前十", "前五"), first.end):
        return FoundPeriod(start=first.start, end=before.end(), periods=())
    return FoundPeriod(start=first.start, end=first.end, periods=(first.span,))


def _end_atom(text: str, place: int, first: _Atom, today: date) -> _Atom | None:
    day = _ONLY_DAY.match(text, place)
    if day and first.span[0] == first.span[1]:
        number = whole_number(day["day"]) or 1
        try:
            end = first.span[0].replace(day=number)
        except ValueError:
            return None
        return _Atom(place, day.end(), (end, end), first.dated)
    now = re.compile(r"今天?|现在|目前|今日").match(text, place)
    if now and not text.startswith("今年", place):
        return _Atom(place, now.end(), (today, today))
    return _atom(text, place, today)


def _joined(first: _Atom, last: _Atom, today: date) -> Period:
    begin, end = first.span[0], last.span[1]
    if not last.dated:
        end = _in_year(last.span[1], begin.year)
        end = end if end >= begin else _in_year(end, begin.year + 1)
        if not first.dated and end > today and end.year > today.year:
            begin, end = _years_back(begin, 1), _years_back(end, 1)
    return (begin, end) if begin <= end else (end, begin)


def _in_year(day: date, year: int) -> date:
    last = calendar.monthrange(year, day.month)[1]
    whole = day.day == calendar.monthrange(day.year, day.month)[1]
    return date(year, day.month, last if whole else min(day.day, last))


# -- 3、4月份, 3-5月, 一、二季度 --------------------------------------------------------------------------------

_MONTH_RANGE = re.compile(rf"{_YEAR}(?P<number>{_MONTH}){_TO}(?P<last>{_MONTH})月份?")
_MONTH_LIST = re.compile(rf"{_YEAR}(?P<numbers>{_MONTH}(?:[、,，和及]{_MONTH})+)(?:[两三四五六2-6]个)?月份?")
_DOTTED = re.compile(
    r"(?P<m>0?[1-9]|1[0-2])\.(?P<d>[12]\d|3[01]|0?[1-9])(?:至|到|[-—–－~～])+(?P<m2>0?[1-9]|1[0-2])\.(?P<d2>[12]\d|3[01]|0?[1-9])(?![\d.万亿千百元块%])"
)
_QUARTER_LIST = re.compile(rf"{_YEAR}第?(?P<numbers>[一二三四1-4](?:[、,，和及]?第?[一二三四1-4])+)季度")
_QUARTER_RANGE = re.compile(rf"{_YEAR}第?(?P<number>[一二三四1-4]){_TO}第?(?P<last>[一二三四1-4])季度")


def _listed(text: str, place: int, today: date) -> FoundPeriod | None:
    if place and text[place - 1].isdigit():
        return None
    dotted = _DOTTED.match(text, place)
    if dotted:
        return _dotted(dotted, today)
    for pattern, months in ((_MONTH_RANGE, 1), (_QUARTER_RANGE, 3)):
        match = pattern.match(text, place)
        if match:
            return _range_of(match, months, today)
    for pattern, months in ((_QUARTER_LIST, 3), (_MONTH_LIST, 1)):
        match = pattern.match(text, place)
        if match:
            return FoundPeriod(start=place, end=match.end(), periods=tuple(_each_of(match, months, today)))
    return None


def _dotted(match: re.Match[str], today: date) -> FoundPeriod | None:
    """9.1-9.30"""
    try:
        begin, dated = _dated(
            None, today, lambda year: (date(year, _number(match["m"]), _number(match["d"])),) * 2
        )
        end = (date(begin[0].year, _number(match["m2"]), _number(match["d2"])),) * 2
    except ValueError:
        return None
    joined = _joined(_Atom(0, 0, begin, dated), _Atom(0, 0, end, False), today)
    return FoundPeriod(start=match.start(), end=match.end(), periods=(joined,))


def _range_of(match: re.Match[str], months: int, today: date) -> FoundPeriod:
    first, last = _number(match["number"]), _number(match["last"])
    begin, dated = _dated(
        match["year"], today, lambda year: _month_span(year, first * months - months + 1, months)
    )
    end = _month_span(begin[0].year, last * months - months + 1, months)
    joined = _joined(_Atom(0, 0, begin, dated), _Atom(0, 0, end, False), today)
    return FoundPeriod(start=match.start(), end=match.end(), periods=(joined,))


def _each_of(match: re.Match[str], months: int, today: date) -> Iterator[Period]:
    pattern = _MONTH if months == 1 else "[一二三四1-4]"
    for each in re.findall(pattern, match["numbers"]):
        number = _number(each)
        yield _dated(
            match["year"], today, partial(_month_span, month=number * months - months + 1, months=months)
        )[0]
