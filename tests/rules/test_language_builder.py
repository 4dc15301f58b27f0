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


@pytest.mark.parametrize(
    ("value", "code"),
    [("abc", "type"), ("", "type"), (None, "type"), ("1' OR TRUE", "type"), ("9e9", "type")],
)
def test_a_wrong_value_is_refused_by_the_reader_with_its_place(value: Any, code: str) -> None:
    told = from_builder({"field": "total", "operator": ">", "value": value}, TABLE)

    with pytest.raises(Refusal) as refused:
        parse(told, TABLE)
    assert refused.value.problems[0].code == f"rule.condition_{code}"


def test_a_value_stays_one_value() -> None:
    told = from_builder({"field": "remark", "operator": "=", "value": "x' OR TRUE OR remark = 'y"}, TABLE)

    assert parse(told, TABLE).text == "remark = 'x'' OR TRUE OR remark = ''y'"
