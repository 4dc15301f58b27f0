"""The form builder and the text show the same condition, both ways, and nothing is lost."""

import random
from typing import Any

import pytest
from tests.rules.rule_maker import TABLE, RuleMaker

from mingpiao.kernel.errors import Refusal
from mingpiao.rules.language import from_builder, parse, to_builder


@pytest.mark.parametrize(
    ("text", "built"),
    [
        ("total >= 10000", {"field": "total", "operator": ">=", "value": "10000"}),
        ("kind <> '0601'", {"field": "kind", "operator": "<>", "value": "0601"}),
        (
            "issued.date > DATE '2026-01-31'",
            {"field": "issued.date", "operator": ">", "value": "2026-01-31"},
        ),
        ("handler = checker", {"field": "handler", "operator": "=", "other": "checker"}),
        ("unit_sum(30) > 5.5", {"field": "unit_sum(30)", "operator": ">", "value": "5.5"}),
        ("length(remark) < 3", {"field": "length(remark)", "operator": "<", "value": "3"}),
        ("total NOT BETWEEN 1 AND 2", {"field": "total", "operator": "not_between", "value": ["1", "2"]}),
        ("kind IN ('a', 'b')", {"field": "kind", "operator": "in", "value": ["a", "b"]}),
        ("remark IS NOT NULL", {"field": "remark", "operator": "is_not_null"}),
        ("NOT contains(remark, 'x')", {"field": "remark", "operator": "not_contains", "value": "x"}),
        (
            "contains_any(remark, 'x', 'y')",
            {"field": "remark", "operator": "contains_any", "value": ["x", "y"]},
        ),
        ("NOT issued.workday", {"field": "issued.workday", "operator": "is_false"}),
        (
            "total > 1 AND (kind = '1' OR kind = '2')",
            {
                "all": [
                    {"field": "total", "operator": ">", "value": "1"},
                    {
                        "any": [
                            {"field": "kind", "operator": "=", "value": "1"},
                            {"field": "kind", "operator": "=", "value": "2"},
                        ]
                    },
                ]
            },
        ),
        ("NOT (total > 1)", {"not": {"field": "total", "operator": ">", "value": "1"}}),
        ("any_item(item.amount > 5)", {"any_item": {"field": "item.amount", "operator": ">", "value": "5"}}),
        ("items.sum - total > 1", {"text": "items.sum - total > 1"}),
    ],
)
def test_a_condition_and_its_form(text: str, built: dict[str, Any]) -> None:
    assert to_builder(parse(text, TABLE)) == built
    assert parse(from_builder(built, TABLE), TABLE).text == text


def test_random_conditions_survive_the_form() -> None:
    seed = random.SystemRandom().randrange(10**9)
    maker = RuleMaker(random.Random(seed))
    survived = 0
    for _ in range(300):
        try:
            condition = parse(maker.condition(3), TABLE)
        except Refusal:
            continue
        survived += 1
        told = from_builder(to_builder(condition), TABLE)
        assert parse(told, TABLE).root == condition.root, (seed, condition.text, told)
    assert survived > 200


@pytest.mark.parametrize(
    "built",
    [
        None,
        [],
        {},
        {"all": []},
        {"all": "x"},
        {"all": [{"field": "total"}]},
        {"all": [{"text": "TRUE"}], "any": []},
        {"field": "total", "operator": "fly", "value": "1"},
        {"field": "total > 1 OR total", "operator": "=", "value": "1"},
        {"field": "total", "operator": "between", "value": ["1"]},
        {"field": "total", "operator": "in", "value": []},
        {"field": "total", "operator": "=", "other": "1 OR TRUE"},
        {"field": 1, "operator": "=", "value": "1"},
        {"text": 5},
    ],
)
def test_what_is_no_form_is_refused(built: Any) -> None:
    with pytest.raises(Refusal) as refused:
        from_builder(built, TABLE)

    assert refused.value.problems[0].code == "rule.builder_malformed"


def test_a_form_that_is_too_deep_is_refused() -> None:
    built: dict[str, Any] = {"text": "TRUE"}
    for _ in range(500):
        built = {"not": built}

    with pytest.raises(Refusal) as refused:
        from_builder(built, TABLE)
    assert refused.value.problems[0].code == "rule.builder_malformed"


@pytest.mark.parametrize("value", ["abc", "", None, "1' OR TRUE", "9e9", "1,000", "１０００"])
def test_a_value_that_is_no_number_is_named_as_the_form_names_it(value: Any) -> None:
    built = {"all": [{"field": "total", "operator": "between", "value": ["1", value]}]}

    with pytest.raises(Refusal) as refused:
        from_builder(built, TABLE)
    assert [problem.message for problem in refused.value.problems] == [
        "“合计金额”的值应是数字，如 1000 或 0.5，最多12位整数、6位小数，不用千分位，请填写。"
    ]


@pytest.mark.parametrize(
    ("leaf", "message"),
    [
        (
            {"field": "issued.date", "operator": ">", "value": ""},
            "“开票日期”的值应是日期，如 2026-01-31，请填写。",
        ),
        ({"field": "remark", "operator": "contains", "value": ""}, "请填写“备注”的比较方式和值。"),
        ({"field": "unit_sum(7)", "operator": "in", "value": []}, "请填写“单位开票金额”的比较方式和值。"),
    ],
)
def test_a_value_that_is_missing_is_asked_for(leaf: dict[str, Any], message: str) -> None:
    with pytest.raises(Refusal) as refused:
        from_builder(leaf, TABLE)
    assert refused.value.problems[0].message == message


def test_a_value_stays_one_value() -> None:
    told = from_builder({"field": "remark", "operator": "=", "value": "x' OR TRUE OR remark = 'y"}, TABLE)

    assert parse(told, TABLE).text == "remark = 'x'' OR TRUE OR remark = ''y'"
