"""A query in words: chips, each of which can be taken away, and one sentence."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import msgspec

from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import CLAIM_LABELS
from mingpiao.inspections.query import InspectionQuery, Period, Sample, SampleMethod
from mingpiao.rules.model import Severity
from mingpiao.units.model import UnitMode


class QueryChip(msgspec.Struct, frozen=True, kw_only=True):
    """One condition in words; without `member` the query asks for more."""

    member: str
    label: str
    words: str


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Names of what a query has codes of: units by 统一社会信用代码, rules by code."""

    catalog: Catalog
    units: Mapping[str, str] = {}
    rules: Mapping[str, str] = {}


def chips_of(query: InspectionQuery, names: Names) -> list[QueryChip]:
    """The conditions of a query in the order in which people say them."""
    return [
        QueryChip(member=member, label=label, words=say(value))
        for member, label, say in _told(names)
        if (value := getattr(query, member)) not in ((), None) and value != Sample()
    ]


def sentence_of(query: InspectionQuery, names: Names) -> str:
    """A query as one sentence."""
    chips = chips_of(query, names)
    said = "；".join(f"{chip.label}：{chip.words}" for chip in chips) or "没有条件"
    return f"{said}；{_sample(query.sample)}。" if query.sample == Sample() else f"{said}。"


def _told(names: Names) -> Iterator[tuple[str, str, Callable[[Any], str]]]:
    regions = {code: region.name for code, region in names.catalog.regions.items()}
    kinds = {code: each.name for code, each in (names.catalog.categories | names.catalog.kinds).items()}
    items = {code: item.name for code, item in names.catalog.items.items()}
    yield "periods", "开票日期", _periods
    yield "reversed_periods", "冲红日期", _periods
    yield from _both("regions", "地区", _named(regions))
    yield "levels", "单位级次", _labels
    yield from _both("unit_types", "单位类型", _labels)
    yield from _both("units", "单位", _named(names.units))
    yield from _both("unit_words", "单位名称含", _listed)
    yield "unit_modes", "开票方式", lambda value: _listed(UnitMode(each).label for each in value)
    yield "watched", "重点监控", lambda value: "重点监控单位" if value else "非重点监控单位"
    yield from _both("kinds", "票据种类", _named(kinds))
    yield from _both("items", "收款项目", _named(items))
    yield from _both("item_words", "项目名称含", _listed)
    yield "amount_over", "金额", lambda value: f"超过{_yuan(value)}"
    yield "amount_least", "金额", lambda value: f"不低于{_yuan(value)}"
    yield "amount_under", "金额", lambda value: f"低于{_yuan(value)}"
    yield "amount_most", "金额", lambda value: f"不超过{_yuan(value)}"
    yield "amount_multiple", "金额", lambda value: f"{_yuan(value)}的整数倍"
    yield "states", "票据状态", _labels
    yield "reversed_within_days", "冲红", lambda value: f"开具后{value}日内冲红"
    yield "payer_type", "缴款人", lambda value: value.label
    yield from _both("payer_words", "缴款人名称含", _listed)
    yield from _both("pay_modes", "交款方式", _listed)
    yield (
        "hours",
        "开票时刻",
        lambda value: f"{value[0]}时至{'次日' if value[0] > value[1] else ''}{value[1]}时",
    )
    yield "days", "开票日", lambda value: value.label
    yield "weekdays", "星期", lambda value: _listed(f"星期{'一二三四五六日'[each - 1]}" for each in value)
    yield "month_end_days", "月末", lambda value: f"每月最后{value}天"
    yield "evidence", "佐证", _labels
    yield "evidence_claims", "佐证不符", lambda value: _listed(CLAIM_LABELS.get(each, each) for each in value)
    yield "rules", "命中规则", _named(names.rules)
    yield "severities", "命中规则", lambda value: _listed(f"{Severity(each).label}类" for each in value)
    yield "flagged", "监管规则", lambda value: "命中过规则" if value else "未命中规则"
    yield "overridden", "办理", lambda value: "经核实后照开" if value else "未经核实"
    yield "standings", "核销状态", _labels
    yield "sample", "抽样", _sample


def _both(
    member: str, label: str, say: Callable[[Any], str]
) -> Iterator[tuple[str, str, Callable[[Any], str]]]:
    yield member, label, say
    yield (
        f"not_{member}",
        label,
        lambda value: f"除{say(value)}以外" if "含" not in label else f"不含{say(value)}",
    )


def _named(names: Mapping[str, str]) -> Callable[[Any], str]:
    return lambda value: _listed(names.get(each, each) for each in value)


def _labels(values: Any) -> str:
    return _listed(each.label for each in values)


def _listed(values: Any) -> str:
    return "、".join(values)


def _periods(periods: tuple[Period, ...]) -> str:
    return "、".join(
        f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d}至{last:%Y-%m-%d}"
        for first, last in periods
    )


def _yuan(amount: Decimal) -> str:
    return f"{amount:,.2f}".removesuffix(".00") + "元"


def _sample(sample: Sample) -> str:
    by = f"按{sample.by.label}" if sample.by else ""
    size = _size(sample)
    if sample.method is SampleMethod.LARGEST:
        return f"金额最大的{sample.number or 0}张"
    return f"{by}{sample.method.label}{size}"


def _size(sample: Sample) -> str:
    if sample.share is not None:
        return f"，抽{(sample.share * 100).normalize():f}%"
    if sample.each is not None:
        return f"，每组抽{sample.each}张"
    if sample.number is not None:
        return f"，抽{sample.number}张"
    return f"，每{sample.every}张抽1张" if sample.every is not None else ""
