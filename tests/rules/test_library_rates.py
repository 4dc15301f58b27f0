"""The library's warnings on honest bills: one that hits more than two of a hundred teaches people to look away."""

from decimal import Decimal

import pytest
from bench.library import rates

from mingpiao.rules.model import Severity, Stage
from mingpiao.rules.service import library_rules

_WARNINGS = [
    rule
    for rule in library_rules()
    if rule.severity is Severity.WARN and rule.stage not in (Stage.EVIDENCE, Stage.MONITORING)
]


@pytest.mark.parametrize("first_night", [False, True])
def test_no_warning_hits_more_than_two_of_a_hundred_honest_bills(first_night: bool) -> None:
    found = list(rates(3_000, _WARNINGS, first_night=first_night))
    assert {rule.code for rule, _ in found} == {rule.code for rule in _WARNINGS}
    assert all(result.bills for rule, result in found if rule.code.startswith("TIME-"))
    assert {rule.code: result.share for rule, result in found if result.share > Decimal("0.02")} == {}


def test_the_hours_still_warn_of_what_is_unusual() -> None:
    hours = [rule for rule in _WARNINGS if rule.code in ("TIME-NIGHT", "TIME-HOLIDAY")]
    assert {rule.code: bool(result.hits) for rule, result in rates(6_000, hours)} == {
        "TIME-NIGHT": True,
        "TIME-HOLIDAY": True,
    }
