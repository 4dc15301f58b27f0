"""自动审核 is a pure function: each reason, what it says, and which of them a person may pass over."""

from datetime import date
from typing import Any

import pytest

from mingpiao.supply.auditing import audit, stops_of
from mingpiao.supply.model import RequisitionState, SupplyFacts, SupplyPolicy
from mingpiao.supply.outlook import outlook_of

DAY = date(2026, 11, 10)
#: A hundred a month, so that six months are six hundred.
STEADY = outlook_of({}, 0, DAY, estimate=100)


def facts(**changes: Any) -> SupplyFacts:
    return SupplyFacts(**{"today": DAY, "policy": SupplyPolicy(), "outlook": STEADY, "free": 0} | changes)


def test_what_fits_is_granted() -> None:
    verdict = audit(600, facts())
    assert (verdict.state, verdict.quantity, verdict.findings) == (RequisitionState.GRANTED, 600, ())


def test_what_exceeds_six_months_is_shortened() -> None:
    verdict = audit(601, facts(free=100))
    assert (verdict.state, verdict.quantity) == (RequisitionState.GRANTED, 500)
    (finding,) = verdict.findings
    assert finding.code == "supply.shortened"
    assert finding.message == ("申领601个，按6个月的用量减去库存100个，本次最多发放500个，可以分次申领。")


@pytest.mark.parametrize("free", [600, 601, 1_000_000])
def test_a_stock_for_six_months_needs_no_more(free: int) -> None:
    verdict = audit(1, facts(free=free))
    assert (verdict.state, verdict.quantity) == (RequisitionState.REFUSED, 0)
    assert [each.code for each in verdict.findings] == ["supply.enough"]


def test_a_unit_without_use_waits_for_a_person() -> None:
    verdict = audit(10, facts(outlook=outlook_of({}, 0, DAY)))
    assert (verdict.state, [each.code for each in verdict.findings]) == (
        RequisitionState.REVIEW,
        ["supply.no_use"],
    )


def test_a_large_request_waits_for_a_person_as_it_was_shortened() -> None:
    policy = SupplyPolicy(review_above=500)
    assert audit(500, facts(policy=policy)).state is RequisitionState.GRANTED
    verdict = audit(10_000, facts(policy=policy))
    assert verdict.state is RequisitionState.REVIEW
    assert [each.code for each in verdict.findings] == ["supply.shortened", "supply.large"]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"locks": ("suspended",)}, "supply.issuing_stopped", "停"),
        ({"locks": ("of another system",)}, "supply.issuing_stopped", "请联系同级财政部门"),
        ({"valid_until": date(2026, 11, 9)}, "supply.qualification_expired", "2026年11月9日到期"),
        (
            {"overdue_months": ("2026年9月",), "open_months": ("2026年9月", "2026年10月")},
            "supply.not_written_off",
            "2026年9月的票据已逾期未核销",
        ),
        ({"overdue_notices": ("内财票整〔2026〕3号",)}, "supply.rectification_overdue", "〔2026〕3号已逾期"),
    ],
)
def test_each_reason_stops_supply_and_says_what_to_do(changes: dict[str, Any], code: str, words: str) -> None:
    verdict = audit(1, facts(**changes))
    assert verdict.state is RequisitionState.REFUSED
    (finding,) = verdict.findings
    assert finding.code == code
    assert words in finding.message
    assert tuple(stops_of(facts(**changes))) == verdict.findings, "a person cannot pass it over either"


def test_all_reasons_are_told_at_once() -> None:
    late = facts(
        locks=("suspended",),
        valid_until=date(2026, 1, 1),
        overdue_months=("2026年9月",),
        overdue_notices=("甲",),
    )
    assert [each.code for each in audit(1, late).findings] == [
        "supply.issuing_stopped",
        "supply.qualification_expired",
        "supply.not_written_off",
        "supply.rectification_overdue",
    ]


def test_the_last_day_of_a_certificate_still_counts() -> None:
    assert audit(1, facts(valid_until=DAY)).state is RequisitionState.GRANTED


def test_a_month_in_its_window_stops_only_where_the_province_says_so() -> None:
    open_month = {"open_months": ("2026年10月",)}
    assert audit(1, facts(**open_month)).state is RequisitionState.GRANTED
    strict = SupplyPolicy(all_written_off=True)
    (finding,) = audit(1, facts(policy=strict, **open_month)).findings
    assert finding.message == "2026年10月的票据尚未核销，请先核销，核旧领新。"


def test_what_the_department_does_not_have_waits_for_a_person() -> None:
    assert audit(300, facts(department_run=300)).state is RequisitionState.GRANTED
    verdict = audit(301, facts(department_run=300))
    assert (verdict.state, [each.code for each in verdict.findings]) == (
        RequisitionState.REVIEW,
        ["supply.department_short"],
    )
    assert audit(1, facts(department_run=0)).state is RequisitionState.REVIEW
    assert audit(600, facts(department_run=None)).state is RequisitionState.GRANTED
