"""Dates of a paper: when it was signed, and from when to when it holds."""

import re
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from mingpiao.evidence.extraction.flow import Flow
from mingpiao.evidence.extraction.numerals import number_of
from mingpiao.evidence.model import Found

_CHINESE = "[〇零一二三四五六七八九十]"
_DATE = (
    r"(?:(?:19|20)\d\d ?[年./\-] ?\d{1,2} ?[月./\-] ?\d{1,2} ?日?(?!\d)"
    rf"|[二一][〇零九]{_CHINESE}{{2}} ?年 ?{_CHINESE}{{1,3}} ?月 ?{_CHINESE}{{1,3}} ?日)"
)
_DATE_RE = re.compile(_DATE)
_PARTS = re.compile(r"[年月日./\- ]+")
_PERIOD = re.compile(
    rf"(?P<start>{_DATE}) ?(?:\(含\))? ?(?:起|始|开始)?[,、]? ?(?:至|到|止于|-+|~|～)+ ?(?P<end>{_DATE})"
)
_UNTIL = re.compile(
    rf"(?:有效期|期限|截止|截至|终止|到期|届满)[^。;\n]{{0,8}}?(?:至|到|为|日期|日|:)[:为]? ?(?P<end>{_DATE})"
)
_FROM = re.compile(rf"(?:开始|起始|生效|起)(?:日期|日|时间)?[:为 ]{{1,3}}(?P<start>{_DATE})")
_SIGNED = re.compile(
    rf"(?:签订|签署|签约|签字|订立|签章|协议|合同|成文|发文|印发|捐赠|交易|转账|记账|入账|汇款|付款|回单|打印|申请|办理|出具|开具|支付)?"
    rf"(?:日期|时间|日)[\t :为]{{0,4}}(?:于)?(?P<date>{_DATE})|(?:于|在)(?P<other>{_DATE}) ?(?:在[^。;\n]{{1,20}})?(?:签订|签署|订立|签约)"
)
_MONTHS = re.compile(
    rf"(?P<start>{_DATE}) ?起[^。;\n]{{0,10}}?(?P<count>\d{{1,3}}|{_CHINESE}{{1,3}}|两) ?(?P<unit>年|个月)"
)
_ALONE = re.compile(rf"(?:^|[\n\t])[ ]*(?P<date>{_DATE})[ ]*(?=[\n\t]|$)")


class Dates(NamedTuple):
    """What a paper tells; the values are ISO dates."""

    signed_on: Found | None
    starts_on: Found | None
    ends_on: Found | None


def dates_of(flow: Flow) -> Dates:
    """The signing date and the period, as far as the paper tells them."""
    start, end = _period(flow)
    return Dates(_signed(flow), start, end)


def read_date(text: str) -> date | None:
    """A date as written (2026年3月1日, 2026-03-01, 二〇二六年三月一日), or None when there is no such day."""
    parts = [part for part in _PARTS.split(text) if part]
    if len(parts) != 3:
        return None
    numbers = [int(part) if part.isascii() else number_of(part) for part in parts]
    year, month, day = (number or 0 for number in numbers)
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


def _end_after(flow: Flow, match: re.Match[str], start: date) -> Found | None:
    """自…起三年: the last day of the period, found where its length is written."""
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
    """The date that is called so, or else the last one that stands alone, as under a signature."""
    labelled = [one for one in _labelled(flow) if one]
    if labelled:
        return labelled[-1]
    alone = [found for match in _ALONE.finditer(flow.text) if (found := _found(flow, match, "date"))]
    return alone[-1] if alone else None


def _labelled(flow: Flow) -> Iterator[Found | None]:
    for match in _SIGNED.finditer(flow.text):
        yield _found(flow, match, "date" if match["date"] else "other")


def _found(flow: Flow, match: re.Match[str], group: str) -> Found | None:
    value = read_date(match[group])
    return flow.found(*match.span(group), value.isoformat()) if value else None
