"""Whether a query can be asked: the same check for what was read, typed into the form, or came in an address."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from mingpiao.catalog.model import Catalog
from mingpiao.evidence.model import CLAIM_NAMES
from mingpiao.inspections.query import (
    MAX_MEMBERS,
    MAX_WORD,
    InspectionQuery,
    Sample,
    SampleMethod,
)
from mingpiao.kernel.codes import is_uscc, region_covers
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.money import MAX_AMOUNT, fits_places
from mingpiao.kernel.text import unprintable
from mingpiao.rules.model import Severity
from mingpiao.units.model import UnitMode

#: A query asks for no more days than this, all periods together.
MAX_DAYS = 3 * 366
#: A sample has no more bills than this: people look at each of them.
MAX_SAMPLE = 20_000
PAY_MODES = ("现金", "微信", "支付宝", "刷卡", "转账", "支票")
_AMOUNTS = ("amount_over", "amount_least", "amount_under", "amount_most", "amount_multiple")
_WORDS = ("unit_words", "not_unit_words", "item_words", "not_item_words", "payer_words", "not_payer_words")
_SIZES = ("share", "number", "each", "every")
_OF_METHOD: dict[SampleMethod, tuple[str, ...]] = {
    SampleMethod.ALL: (),
    SampleMethod.RANDOM: ("share", "number"),
    SampleMethod.STRATIFIED: ("share", "number", "each"),
    SampleMethod.MONETARY: ("share", "number"),
    SampleMethod.SYSTEMATIC: ("share", "number", "every"),
    SampleMethod.LARGEST: ("number",),
}


def query_problems(
    query: InspectionQuery, catalog: Catalog, own_region: str, rules: Mapping[str, str]
) -> list[Problem]:
    """Everything that is wrong with a query for an officer of a region; nothing for one that can be asked."""
    return [
        *_days(query),
        *_codes(query, catalog, own_region, rules),
        *_words(query),
        *_amounts(query),
        *_times(query),
        *_sample(query.sample),
    ]


def require_query(
    query: InspectionQuery, catalog: Catalog, own_region: str, rules: Mapping[str, str]
) -> None:
    """Raises `Refusal` (`inspection.query_invalid`, 422, by field) with all problems of a query."""
    problems = query_problems(query, catalog, own_region, rules)
    if problems:
        raise Refusal(*problems)


def _wrong(field: str, message: str) -> Problem:
    return Problem(code="inspection.query_invalid", field=field, message=message, status=422)


def _days(query: InspectionQuery) -> Iterator[Problem]:
    if not query.periods and not query.reversed_periods:
        yield _wrong("periods", "请写明要查哪段时间开具的票据，例如“2026年三季度”。")
    days = 0
    for field in ("periods", "reversed_periods"):
        for first, last in getattr(query, field):
            days += (last - first).days + 1
            if first > last:
                yield _wrong(field, f"{first:%Y-%m-%d}晚于{last:%Y-%m-%d}，请把开始和结束日期对调。")
            elif first < date(2000, 1, 1):
                yield _wrong(field, "开始日期过早，请改为2000年以后的日期。")
    if days > MAX_DAYS:
        yield _wrong("periods", "一次最多查三年，请缩短期间。")


def _codes(
    query: InspectionQuery, catalog: Catalog, own_region: str, rules: Mapping[str, str]
) -> Iterator[Problem]:
    kinds = catalog.kinds.keys() | catalog.categories.keys()
    modes, severities = {each.value for each in UnitMode}, {Severity.ASK.value, Severity.WARN.value}
    known: tuple[tuple[str, Callable[[str], bool], str], ...] = (
        ("kinds", kinds.__contains__, "没有这个票据种类"),
        ("not_kinds", kinds.__contains__, "没有这个票据种类"),
        ("items", catalog.items.__contains__, "没有这个收款项目"),
        ("not_items", catalog.items.__contains__, "没有这个收款项目"),
        ("units", is_uscc, "不是统一社会信用代码"),
        ("not_units", is_uscc, "不是统一社会信用代码"),
        ("unit_modes", modes.__contains__, "没有这种开票方式"),
        ("rules", rules.__contains__, "没有这条监管规则"),
        ("severities", severities.__contains__, "没有这类规则"),
        ("evidence_claims", CLAIM_NAMES.__contains__, "没有这项佐证事实"),
        ("pay_modes", PAY_MODES.__contains__, "没有这种交款方式"),
        ("not_pay_modes", PAY_MODES.__contains__, "没有这种交款方式"),
    )
    for field, is_known, message in known:
        for code in getattr(query, field):
            if not is_known(code):
                yield _wrong(field, f"{message}：{code[:40]}，请重新选择。")
    for field in ("regions", "not_regions"):
        for code in getattr(query, field):
            if code not in catalog.regions or not region_covers(own_region, code):
                yield _wrong(field, f"地区{code[:12]}不属于本地区，请改为本地区的地区。")


def _words(query: InspectionQuery) -> Iterator[Problem]:
    for field in query.__struct_fields__:
        value = getattr(query, field)
        if isinstance(value, tuple) and len(value) > MAX_MEMBERS:
            yield _wrong(field, f"一项条件最多列{MAX_MEMBERS}个，请删减。")
    for field in _WORDS:
        for word in getattr(query, field):
            if not 1 <= len(word) <= MAX_WORD or unprintable(word):
                yield _wrong(field, f"“含”的字词应为1至{MAX_WORD}个普通字符，请修改。")


def _amounts(query: InspectionQuery) -> Iterator[Problem]:
    for field in _AMOUNTS:
        amount = getattr(query, field)
        if amount is not None and not (
            amount.is_finite() and Decimal(0) <= amount <= MAX_AMOUNT and fits_places(amount, 2)
        ):
            yield _wrong(field, "金额以元为单位，不能是负数，最多两位小数，请修改。")
            return
    if query.amount_multiple is not None and query.amount_multiple <= 0:
        yield _wrong("amount_multiple", "整数倍的金额应大于0，请修改。")
    low = max((each for each in (query.amount_over, query.amount_least) if each is not None), default=None)
    high = min((each for each in (query.amount_under, query.amount_most) if each is not None), default=None)
    if low is not None and high is not None and low > high:
        yield _wrong("amount_least", "金额下限高于上限，请修改。")


def _times(query: InspectionQuery) -> Iterator[Problem]:
    if query.hours is not None and not all(0 <= each <= 24 for each in query.hours):
        yield _wrong("hours", "时刻应为0至24时，请修改。")
    if not all(1 <= each <= 7 for each in query.weekdays):
        yield _wrong("weekdays", "星期应为一至日，请重新选择。")
    if query.month_end_days is not None and not 1 <= query.month_end_days <= 15:
        yield _wrong("month_end_days", "每月最后几天应为1至15，请修改。")
    if query.reversed_within_days is not None and not 0 <= query.reversed_within_days <= 3_660:
        yield _wrong("reversed_within_days", "开具后几日内冲红应为0至3660，请修改。")


def _sample(sample: Sample) -> Iterator[Problem]:
    given = [name for name in _SIZES if getattr(sample, name) is not None]
    allowed = _OF_METHOD[sample.method]
    if allowed and len([name for name in given if name in allowed]) != 1:
        yield _wrong("sample.method", f"{sample.method.label}要写明抽多少，请填写比例或张数中的一项。")
    if any(name not in allowed for name in given):
        yield _wrong("sample.method", f"{sample.method.label}不能这样确定数量，请修改。")
    if (sample.by is not None) != (sample.method is SampleMethod.STRATIFIED):
        yield _wrong("sample.by", "分层抽样要选择按什么分层，其他方法不选。")
    if sample.share is not None and not (sample.share.is_finite() and Decimal(0) < sample.share <= 1):
        yield _wrong("sample.share", "抽样比例应大于0、不超过100%，请修改。")
    for name in ("number", "each", "every"):
        size = getattr(sample, name)
        if size is not None and not 1 <= size <= MAX_SAMPLE:
            yield _wrong(f"sample.{name}", f"应为1至{MAX_SAMPLE:,}的整数，请修改。")
