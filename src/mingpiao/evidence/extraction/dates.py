"""Dates of a file: the day on which it was signed, and the period in which it is valid."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from mingpiao.evidence.extraction.characters import fold
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.numerals import number_of
from mingpiao.reading.model import Found

_CHINESE = "[〇零一二三四五六七八九十]"
_DATE = (
    r"(?:(?:19|20)\d\d ?[年./\-] ?\d{1,2} ?[月./\-] ?\d{1,2}(?: ?日|(?!\d)| (?=\d{1,2}:)|(?=\d\d:\d\d))"
    rf"|(?:[二一][〇零九]{_CHINESE}{{2}}|二[一二三]{_CHINESE}) ?年 ?{_CHINESE}{{1,3}} ?月 ?{_CHINESE}{{1,3}}(?: ?日|(?=[ \t\n]|$)))"
)
_COMPACT = r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?=\D|$|\d\d:)"
_COMPACT_LENGTH = 8
_THOUSAND = 1_000
_PARTS = re.compile(r"[年月日./\- ]+")
_PERIOD = re.compile(
    rf"(?P<start>{_DATE}) ?(?:\(含\))? ?(?:起|始|开始)?[,、]? ?(?:至|到|止于|-+|~|～|一(?=二[〇零]|20))+ ?(?P<end>{_DATE})"
)
_UNTIL = re.compile(
    rf"(?:有效期|期限|截止|截至|终止|到期|届满|止)[^。;\n]{{0,8}}?(?:至|到|为|日期|日|:)[:为]? ?(?P<end>{_DATE})"
)
_FROM = re.compile(rf"(?:开始|起始|生效|起)(?:日期|日|时间)?[\t:为 ]{{1,3}}(?P<start>{_DATE})")
_MONTHS = re.compile(
    rf"(?P<start>{_DATE}) ?起[^。;\n]{{0,10}}?(?P<count>\d{{1,3}}|{_CHINESE}{{1,3}}|两) ?(?P<unit>年|个月)"
)

#: Patterns for the day of signing, the most reliable first.
_SIGNING = r"签订|签署|签约|签字|订立|签章|协议|合同|成文|发文|确认|承诺|登记|捐赠|立约"
_MONEY_MOVED = (
    r"交易|转账|记账|入账|汇款|付款|回单|支付|到账|业务|委托|申请|办理|缴款|结算|凭证|填制|制单|开票|打印"
)
_LABEL_END = r"(?:完成)?(?:日期|时间|日)[\t\n :为]{0,4}(?:于)?"
_SIGNED = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_SIGNING}){_LABEL_END}(?P<date>{_DATE}|{_COMPACT})",
        rf"(?:{_MONEY_MOVED}){_LABEL_END}(?P<date>{_DATE}|{_COMPACT})",
        rf"(?<![\u4e00-\u9fff]){_LABEL_END}(?P<date>{_DATE}|{_COMPACT})",
        rf"(?:于|在)(?P<date>{_DATE}) ?(?:在[^。;\n]{{1,20}})?(?:签订|签署|订立|签约)(?!的)",
        rf"(?:^|[\n\t])[^\n\t。;,]{{0,40}}?(?P<date>{_DATE})[ ]*(?=[\n\t]|$)",
        # One character, read from the rim of a seal, may follow.
        rf"(?:^|[\n\t])[^\n\t。;,]{{0,40}}?(?P<date>{_DATE})[ ]*[^起止前后至内 \n\t](?=[\n\t]|$)",
        rf"(?:^|[\n\t]) ?(?P<date>{_COMPACT}) ?(?=[\n\t]|$)",
    )
)
#: Words such as 起至: a date after them belongs to a period, though it is at the end of a row.
_OF_A_PERIOD = re.compile(r"(?:至|到|自|从|截止|截至|期限|有效期|前|出生)[^\n]{0,2}\Z|[签约订]前[^\n]{0,8}\Z")


class Dates(NamedTuple):
    """The dates found in a file; values are ISO dates."""

    signed_on: Found | None
    starts_on: Found | None
    ends_on: Found | None


_ANY = re.compile(rf"(?<!\d)(?:{_DATE}|{_COMPACT})")


def spot_dates(flow: Flow) -> list[tuple[int, int, str]]:
    """All days in the order of the file: start, end, and the ISO date."""
    return [
        (*match.span(), day.isoformat())
        for match in _ANY.finditer(flow.text)
        if (day := read_date(match.group()))
    ]


def days_in(text: str) -> Iterator[date]:
    """All days that a text names, in any writing."""
    for match in _ANY.finditer(fold(text)):
        if day := read_date(match.group()):
            yield day


def dates_of(flow: Flow) -> Dates:
    """The signing date and the period, as far as the file states them."""
    start, end = _period(flow)
    return Dates(_signed(flow), start, end)


def read_date(text: str) -> date | None:
    """A date as written (2026年3月1日, 2026-03-01, 二〇二六年三月一日), or None when there is no such day."""
    if text.isascii() and text.isdigit() and len(text) == _COMPACT_LENGTH:
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) != 3:
        return None
    numbers = [int(part) if part.isascii() else number_of(part) for part in parts]
    year, month, day = (number or 0 for number in numbers)
    if year < _THOUSAND:
        year = 2000 + year % 100  # 二二六年: OCR often misses 〇
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _period(flow: Flow) -> tuple[Found | None, Found | None]:
    for match in _PERIOD.finditer(flow.text):
        start, end = _found(flow, match, "start"), _found(flow, match, "end")
        if start and end and start.value <= end.value:
            return start, end
    for match in _MONTHS.finditer(flow.text):
        start = _found(flow, match, "start")
        if start:
            return start, _end_after(flow, match, date.fromisoformat(start.value))
    starts = (_found(flow, match, "start") for match in _FROM.finditer(flow.text))
    ends = (_found(flow, match, "end") for match in _UNTIL.finditer(flow.text))
    return next(filter(None, starts), None), next(filter(None, ends), None)


def length_of_period(flow: Flow, start: Found) -> Found | None:
    """The last day of a period that is told by its length, as 自…起三年."""
    for match in _MONTHS.finditer(flow.text):
        begun = _found(flow, match, "start")
        if begun and begun.value == start.value:
            return _end_after(flow, match, date.fromisoformat(start.value))
    return None


def _end_after(flow: Flow, match: re.Match[str], start: date) -> Found | None:
    """The last day of a period such as 自…起三年; its place is that of the length."""
    count = int(match["count"]) if match["count"].isascii() else number_of(match["count"])
    if not count:
        return None
    months = count * 12 if match["unit"] == "年" else count
    month_index = start.year * 12 + start.month - 1 + months
    if month_index // 12 > 2200:
        return None
    last = date.fromordinal(_day_in(month_index // 12, month_index % 12 + 1, start.day).toordinal() - 1)
    return flow.found(match.start("count"), match.end("unit"), last.isoformat())


def _day_in(year: int, month: int, day: int) -> date:
    for candidate in range(day, 27, -1):
        try:
            return date(year, month, candidate)
        except ValueError:
            continue
    return date(year, month, min(day, 28))


def _signed(flow: Flow) -> Found | None:
    """The day named as that of signing, or else a date on its own, as below a signature."""
    for pattern in _SIGNED:
        found = [
            one
            for match in pattern.finditer(flow.text)
            if not _OF_A_PERIOD.search(flow.text[max(0, match.start("date") - 12) : match.start("date")])
            and (one := _found(flow, match, "date"))
        ]
        if found:
            return found[-1]
    return None


def _found(flow: Flow, match: re.Match[str], group: str) -> Found | None:
    value = read_date(match[group])
    return flow.found(*match.span(group), value.isoformat()) if value else None
