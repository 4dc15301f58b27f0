"""A condition as a sentence: what a person reads who decides about a rule."""

import random

import pytest
from tests.rules.rule_maker import TABLE, RuleMaker

from mingpiao.kernel.errors import Refusal
from mingpiao.rules.language import parse
from mingpiao.rules.language.telling import tell


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("total > 30000", "合计金额大于30000"),
        ("unit.type <> 'hospital'", "单位类型不等于“医疗机构”"),
        ("payer.type IN ('1', '2')", "缴款人类型是其中之一：“个人”、“单位”"),
        ("payer.code = ''", "缴款人代码没有填写"),
        ("remark <> ''", "备注已填写"),
        ("handler = checker", "开票人等于复核人"),
        ("issued.date >= DATE '2026-01-31'", "开票日期不小于2026-01-31"),
        ("issued.hour NOT BETWEEN 7 AND 19", "开票时刻（时）不介于7和19之间"),
        ("NOT issued.workday", "是否工作日开票为否"),
        ("unit_sum(30) > 1000000", "单位开票金额（30天）大于1000000"),
        ("contains_any(remark, '货款', '租金')", "备注包含任一“货款”“租金”"),
        ("NOT starts(unit.region, '1501')", "单位行政区划开头不是“1501”"),
        ("length(payer.name) < 2", "缴款人名称的字数小于2"),
        ("abs(items.sum - total) > 0.01", "（项目金额之和 − 合计金额）的绝对值大于0.01"),
        ("sum_items(item.amount) <> total", "各项目的项目金额之和不等于合计金额"),
        ("any_item(item.class <> category)", "有一个收款项目满足（项目类别不等于票据分类）"),
        ("NOT all_items(item.listed)", "不满足（全部收款项目满足（项目在目录内为是））"),
        (
            "any_item(item.amount > 10 * peer_median(item, 90))",
            "有一个收款项目满足（项目金额大于10 × 同类单位项目中位数（90天））",
        ),
        (
            "any_item(coalesce(item.rate_kind, 'free') = 'free')",
            "有一个收款项目满足（标准类型（空值时取“free”）等于“free”）",
        ),
        (
            "total > 1 AND (kind = '1' OR remark IS NULL)",
            "合计金额大于1，并且（票据种类等于“1”，或者备注是空值）",
        ),
        ("NOT (total > 1)", "不满足（合计金额大于1）"),
    ],
)
def test_a_condition_reads_as_a_sentence(text: str, told: str) -> None:
    assert tell(parse(text, TABLE), TABLE) == told


def test_every_condition_can_be_told() -> None:
    seed = random.SystemRandom().randrange(10**9)
    maker = RuleMaker(random.Random(seed))
    told = 0
    for _ in range(300):
        try:
            condition = parse(maker.condition(3), TABLE)
        except Refusal:
            continue
        told += 1
        assert tell(condition, TABLE), (seed, condition.text)
    assert told > 200
