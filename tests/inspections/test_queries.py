"""A query goes through addresses, the form and storage unharmed, and is checked before it is asked."""

from datetime import date, timedelta
from decimal import Decimal

import msgspec
import pytest
from bench.requests.vocabulary import demo_catalog, demo_vocabulary

from mingpiao.catalog.model import UnitType
from mingpiao.inspections.checking import query_problems, require_query
from mingpiao.inspections.model import (
    DayKind,
    EvidenceWanted,
    InspectionQuery,
    PayerType,
    RegionLevel,
    Sample,
    SampleMethod,
    Stratum,
    WantedState,
)
from mingpiao.inspections.service import (
    Names,
    chips_of,
    pairs_of,
    query_from,
    query_of,
    sentence_of,
    typed_of,
    typed_query,
)
from mingpiao.kernel.errors import Refusal
from mingpiao.rules.library import library_rules
from mingpiao.writeoff.model import BillStanding

SPAN = (date(2026, 7, 1), date(2026, 9, 30))
RULES = {rule.code: rule.name for rule in library_rules()}
FULL = InspectionQuery(
    periods=(SPAN, (date(2025, 1, 1), date(2025, 1, 1))),
    reversed_periods=(SPAN,),
    regions=("150100", "150205"),
    not_regions=("150102",),
    levels=(RegionLevel.CITY,),
    unit_types=(UnitType.SCHOOL,),
    not_unit_types=(UnitType.COURT,),
    unit_words=("大学",),
    not_unit_words=("附属",),
    unit_modes=("ONLINE",),
    watched=True,
    kinds=("03", "0601"),
    not_kinds=("0602",),
    items=("030101",),
    not_items=("030102",),
    item_words=("学费",),
    amount_over=Decimal("50000.00"),
    amount_most=Decimal("90000.50"),
    amount_multiple=Decimal("100.00"),
    states=(WantedState.SAME_MONTH, WantedState.EXCHANGED),
    reversed_within_days=3,
    payer_type=PayerType.ORGANISATION,
    payer_words=("商贸",),
    not_payer_words=("银行",),
    pay_modes=("现金",),
    not_pay_modes=("支票",),
    hours=(22, 6),
    days=DayKind.REST_DAY,
    weekdays=(6, 7),
    month_end_days=3,
    evidence=(EvidenceWanted.NONE,),
    evidence_claims=("amount",),
    rules=("TIME-NIGHT",),
    severities=("ask",),
    flagged=False,
    overridden=True,
    standings=(BillStanding.OPEN,),
    sample=Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, share=Decimal("0.125")),
)
NAMES = Names(catalog=demo_catalog(), units={}, rules=RULES)


def test_a_query_survives_its_address_and_storage() -> None:
    assert query_of(pairs_of(FULL)) == FULL
    assert query_from(msgspec.to_builtins(FULL)) == FULL
    assert query_of([("name", "")]) == InspectionQuery()


def test_a_query_survives_the_form() -> None:
    assert typed_query(typed_of(FULL, NAMES), demo_vocabulary()) == FULL


@pytest.mark.parametrize(
    "pairs",
    [
        [("colour", "red")],
        [("periods", "2026-13-01..2026-12-31")],
        [("periods", "2026-07-01")],
        [("amount_over", "many")],
        [("amount_over", "1e999999")],
        [("hours", "22")],
        [("states", "voided")],
        [("sample.method", "best")],
        [("sample.size", "1")],
        [("watched", "maybe")],
        [("weekdays", "' OR 1=1")],
    ],
)
def test_an_address_that_is_no_query_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(Refusal) as refused:
        require_query(query_of(pairs), demo_catalog(), "150000", RULES)
    assert {each.code for each in refused.value.problems} == {"inspection.query_invalid"}


def test_a_query_is_told_in_words_and_chips() -> None:
    query = InspectionQuery(
        periods=(SPAN,),
        regions=("150100",),
        kinds=("03",),
        amount_over=Decimal("50000.00"),
        sample=Sample(method=SampleMethod.STRATIFIED, by=Stratum.UNIT, share=Decimal("0.1")),
    )
    assert [(chip.label, chip.words) for chip in chips_of(query, NAMES)] == [
        ("开票日期", "2026-07-01至2026-09-30"),
        ("地区", "呼和浩特市"),
        ("票据种类", "公益事业捐赠票据"),
        ("金额", "超过50,000元"),
        ("抽样", "按单位分层随机抽样，抽10%"),
    ]
    assert (
        sentence_of(InspectionQuery(periods=(SPAN,)), NAMES) == "开票日期：2026-07-01至2026-09-30；全部检查。"
    )


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"periods": ()}, "periods", "请写明要查哪段时间"),
        ({"periods": (SPAN[::-1],)}, "periods", "对调"),
        ({"periods": ((date(2020, 1, 1), date(2026, 1, 1)),)}, "periods", "最多查三年"),
        ({"regions": ("110000",)}, "regions", "不属于本地区"),
        ({"regions": ("150199",)}, "regions", "不属于本地区"),
        ({"kinds": ("0777",)}, "kinds", "没有这个票据种类"),
        ({"items": ("999999",)}, "items", "没有这个收款项目"),
        ({"rules": ("NO-SUCH",)}, "rules", "没有这条监管规则"),
        ({"units": ("x",)}, "units", "不是统一社会信用代码"),
        ({"amount_over": Decimal("-1")}, "amount_over", "不能是负数"),
        ({"amount_over": Decimal("0.001")}, "amount_over", "最多两位小数"),
        ({"amount_least": Decimal(9), "amount_most": Decimal(8)}, "amount_least", "金额下限高于上限"),
        ({"hours": (25, 3)}, "hours", "0至24时"),
        ({"weekdays": (8,)}, "weekdays", "星期"),
        ({"payer_words": ("长" * 61,)}, "payer_words", "1至60个"),
        ({"sample": Sample(method=SampleMethod.RANDOM)}, "sample.method", "请填写比例或张数"),
        ({"sample": Sample(method=SampleMethod.RANDOM, share=Decimal(2))}, "sample.share", "不超过100%"),
        ({"sample": Sample(method=SampleMethod.RANDOM, number=20_001)}, "sample.number", "20,000"),
        ({"sample": Sample(method=SampleMethod.STRATIFIED, number=5)}, "sample.by", "按什么分层"),
        ({"sample": Sample(method=SampleMethod.LARGEST, share=Decimal("0.1"))}, "sample.method", "不能这样"),
    ],
)
def test_what_is_wrong_with_a_query_stands_at_its_member(
    change: dict[str, object], field: str, message: str
) -> None:
    query = msgspec.structs.replace(InspectionQuery(periods=(SPAN,)), **change)
    problems = query_problems(query, demo_catalog(), "150000", RULES)
    assert [each for each in problems if each.field == field and message in each.message], problems


def test_many_members_are_refused() -> None:
    days = tuple((SPAN[0] + timedelta(days=2 * each),) * 2 for each in range(101))
    problems = query_problems(InspectionQuery(periods=days), demo_catalog(), "150000", RULES)
    assert "一项条件最多列100个" in problems[0].message


def test_names_that_the_form_does_not_know_stand_at_their_fields() -> None:
    typed = {
        "periods": ["三季度"], "regions": ["太原市"], "kinds": ["没有的票据"], "rules": ["没有的规则"], "sample-share": ["很多"],
    }  # fmt: skip
    with pytest.raises(Refusal) as refused:
        typed_query(typed, demo_vocabulary())
    assert [each.field for each in refused.value.problems] == [
        "regions", "kinds", "rules", "periods", "sample.share",
    ]  # fmt: skip
