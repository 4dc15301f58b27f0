"""Judging one bill: what hits, in which order, how messages read, and that a broken rule fails as it must."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mingpiao.rules.judging import history_needs, judge
from mingpiao.rules.language.placeholders import fill, placeholders, stray_brace
from mingpiao.rules.model import Facts, History, Hit, LoadedRule, Predicate, Rule, Severity

FACTS: dict[str, Any] = {
    "payer_name": "测试医院",
    "remark": "",
    "total": Decimal("1234.5"),
    "issued_hour": Decimal(9),
    "issued_workday": True,
    "issued_date": date(2026, 11, 21),
    "unit_sum_30": Decimal("1000000"),
    "payer_count_7": Decimal(3),
    "items": [{"code": "100101"}, {"code": "100102"}],
    "extension": {"Number": "A-1"},
    "extension_numbers": {"Fund": Decimal("12.50")},
    "extension_dates": {"InDate": date(2026, 1, 2)},
}


def rule(code: str = "R1", **changes: Any) -> Rule:
    plain = Rule(
        code=code,
        name="名称",
        basis="依据",
        severity=Severity.BLOCK,
        condition="total > 0",
        message="金额{total}",
        field="total",
        effective_from=date(2026, 1, 1),
    )
    return msgspec.structs.replace(plain, **changes)


def loaded(predicate: Predicate, code: str = "R1", **changes: Any) -> LoadedRule:
    return LoadedRule(
        rule=rule(code, **changes),
        region_code="150000",
        version=3,
        predicate=predicate,
        history=frozenset(),
        item_history=frozenset(),
    )


def always(verdict: bool | None) -> Predicate:
    return lambda _facts: verdict


def broken(error: Exception) -> Predicate:
    def predicate(_facts: Facts) -> bool | None:
        raise error

    return predicate


def test_true_hits_false_and_unknown_do_not() -> None:
    rules = [loaded(always(True), "A"), loaded(always(False), "B"), loaded(always(None), "C")]
    assert judge(rules, FACTS) == (
        Hit(
            rule="A",
            version=3,
            name="名称",
            severity=Severity.BLOCK,
            message="金额1234.50",
            field="total",
            basis="依据",
        ),
    )


def test_items_restrict_to_bills_that_carry_one_of_them() -> None:
    carried = loaded(always(True), "A", items=("100102", "999999"))
    other = loaded(always(True), "B", items=("999999",))
    assert [hit.rule for hit in judge([carried, other], FACTS)] == ["A"]


@pytest.mark.parametrize(
    ("severity", "treatment"),
    [(Severity.BLOCK, "拦截"), (Severity.ASK, "需要核实"), (Severity.WARN, "提示")],
)
def test_a_rule_that_cannot_run_hits_by_its_severity(severity: Severity, treatment: str) -> None:
    (hit,) = judge([loaded(broken(KeyError("unit_sum_30")), severity=severity)], FACTS)
    assert hit.failed
    assert hit.severity is severity
    assert hit.message == f"监管规则“名称”暂时无法运行，已按{treatment}处理，请联系财政部门。"
    assert hit.error == "KeyError: 'unit_sum_30'"
    assert "unit_sum_30" not in hit.message


def test_facts_without_items_make_a_restricted_rule_fail_instead_of_passing() -> None:
    (hit,) = judge([loaded(always(False), items=("100101",))], {})
    assert hit.failed


@given(
    st.lists(
        st.tuples(
            st.sampled_from(Severity), st.sampled_from([True, False, None, KeyError("x"), RecursionError()])
        ),
        max_size=12,
    )
)
@settings(max_examples=200)
def test_judging_never_raises_keeps_order_and_fails_closed(
    drawn: list[tuple[Severity, bool | Exception | None]],
) -> None:
    rules = [
        loaded(
            broken(outcome) if isinstance(outcome, Exception) else always(outcome),
            f"R{place}",
            severity=severity,
        )
        for place, (severity, outcome) in enumerate(drawn)
    ]
    hits = judge(rules, FACTS)
    expected = [
        (f"R{place}", severity, isinstance(outcome, Exception))
        for place, (severity, outcome) in enumerate(drawn)
        if outcome is True or isinstance(outcome, Exception)
    ]
    assert [(hit.rule, hit.severity, hit.failed) for hit in hits] == expected


_VALUES = st.one_of(
    st.none(),
    st.text(max_size=300),
    st.decimals(),
    st.booleans(),
    st.dates(),
    st.lists(st.integers()),
    st.integers(),
)


@given(st.text(alphabet="{}()._abctotalpayername130—", max_size=60), _VALUES)
def test_filling_a_message_never_raises(message: str, value: object) -> None:
    assert isinstance(fill(message, {"total": value, "payer_name": value, "extension": {"a": value}}), str)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ("缴款人{payer.name}", "缴款人测试医院"),
        ("备注{remark}", "备注—"),
        ("没有{payer.bank}", "没有—"),
        ("{total}元", "1234.50元"),
        ("{issued.hour}时", "9时"),
        ("{issued.workday}", "是"),
        ("{issued.date}", "2026-11-21"),
        ("30日{unit_sum(30)}元", "30日1000000.00元"),
        ("7日{payer_count(7)}份", "7日3份"),
        (
            "{extension.Number}、{extension.Fund}、{extension.InDate}、{extension.None}",
            "A-1、12.50、2026-01-02、—",
        ),
    ],
)
def test_placeholders_read_as_people_write(message: str, shown: str) -> None:
    assert fill(message, FACTS) == shown


def test_a_long_value_is_cut() -> None:
    assert fill("{remark}", {"remark": "长" * 500}) == "长" * 99 + "…"


def test_a_value_with_braces_is_not_filled_again() -> None:
    assert fill("{payer.name}", {"payer_name": "{total}", "total": Decimal(1)}) == "{total}"


def test_placeholders_are_found_with_their_places() -> None:
    found = placeholders("甲{payer.name}乙{unit_sum(30)}")
    assert [(each.text, each.place, each.history) for each in found] == [
        ("payer.name", 1, None),
        ("unit_sum(30)", 14, History(name="unit_sum", days=30)),
    ]


@pytest.mark.parametrize(
    ("message", "place"), [("甲{payer.name", 1), ("甲}乙", 1), ("{a}{{b}}", 3), ("{a}", None)]
)
def test_stray_braces_are_found(message: str, place: int | None) -> None:
    assert stray_brace(message) == place


def test_needs_are_gathered_over_rules() -> None:
    first = msgspec.structs.replace(loaded(always(True)), history=frozenset({History("unit_sum", 30)}))
    second = msgspec.structs.replace(
        loaded(always(True)), item_history=frozenset({History("unit_median", 90)})
    )
    assert history_needs([first, second]) == (
        frozenset({History("unit_sum", 30)}),
        frozenset({History("unit_median", 90)}),
    )
    assert history_needs([]) == (frozenset(), frozenset())
