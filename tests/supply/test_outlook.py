"""What a unit will use, from its months; all of it pure."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.supply.model import SupplyPolicy
from mingpiao.supply.outlook import most_in_stock, outlook_of, proposal, workdays_in

DAY = date(2026, 11, 10)
#: Working days of 2026 as the State Council announced them.
WORKDAYS = {5: 19, 6: 21, 7: 23, 8: 21, 9: 22, 10: 18, 11: 21, 12: 23}
POLICY = SupplyPolicy()


def month(number: int, year: int = 2026) -> date:
    return date(year, number, 1)


def test_working_days_know_holidays_and_the_days_worked_in_their_stead() -> None:
    assert {number: workdays_in(month(number)) for number in WORKDAYS} == WORKDAYS


def test_six_months_of_use_make_the_use_of_a_working_day() -> None:
    days = sum(WORKDAYS[number] for number in range(5, 11))
    outlook = outlook_of({month(number): 10 * WORKDAYS[number] for number in range(5, 11)}, 0, DAY)
    assert days == 124
    assert outlook.expected[0] == (month(11), Fraction(210))
    assert outlook.expected[1] == (month(12), Fraction(230))
    assert len(outlook.expected) == 12
    assert not outlook.by_estimate


def test_the_present_month_says_nothing_yet_and_empty_months_count() -> None:
    """A school that used nothing in summer is not taken for one that always uses as much as in May."""
    assert outlook_of({month(11): 500}, 0, DAY).expected == ()
    outlook = outlook_of({month(5): 190, month(11): 999}, 0, DAY)
    assert outlook.expected[0] == (month(11), Fraction(190 * 21, 124))


def test_a_unit_that_began_two_months_ago_is_measured_by_these() -> None:
    outlook = outlook_of({month(9): 220, month(10): 180}, 0, DAY)
    assert outlook.expected[0] == (month(11), Fraction(210))


def test_last_years_same_month_counts_half_and_grows_with_the_unit() -> None:
    used = {month(number): 100 for number in range(5, 11)}
    used |= {month(number, 2025): 50 for number in range(5, 11)} | {month(12, 2025): 400}
    outlook = dict(outlook_of(used, 0, DAY).expected)
    # Twice last year's use: 400 becomes 800; by working days December would have 600/124*23.
    assert outlook[month(12)] == (Fraction(600 * 23, 124) + 800) / 2
    # November of last year is not known, so that working days alone tell.
    assert outlook[month(11)] == Fraction(600 * 21, 124)


def test_growth_has_limits() -> None:
    used = {month(number): 1_000 for number in range(5, 11)}
    used |= {month(number, 2025): 1 for number in (5, 6, 7, 8, 9, 10, 11)}
    expected = outlook_of(used, 0, DAY).expected[0][1]
    assert expected == (Fraction(6_000 * 21, 124) + 2) / 2


def test_an_estimate_counts_until_a_month_is_over() -> None:
    outlook = outlook_of({month(11): 3}, 0, DAY, estimate=100)
    assert (outlook.by_estimate, most_in_stock(outlook, POLICY)) == (True, 600)
    assert proposal(outlook, 0, POLICY) == 300
    assert not outlook_of({month(10): 18}, 0, DAY, estimate=100).by_estimate


def test_the_day_on_which_stock_runs_out_is_a_working_day() -> None:
    used = {month(number): 10 * WORKDAYS[number] for number in range(5, 11)}
    # Ten a day from Tuesday 10 November on: the eleventh number is missing on the second day.
    assert outlook_of(used, 10, DAY).runs_out_on == date(2026, 11, 11)
    # 10, 11, 12, 13 November, then a weekend.
    assert outlook_of(used, 40, DAY).runs_out_on == date(2026, 11, 16)
    assert outlook_of(used, 100_000, DAY).runs_out_on is None
    assert outlook_of({}, 0, DAY).runs_out_on is None


@pytest.mark.parametrize(
    ("free", "proposed"), [(0, 650), (5, 650), (640, 10), (643, 10), (650, 0), (5_000, 0)]
)
def test_a_proposal_is_round_and_leaves_out_what_is_there(free: int, proposed: int) -> None:
    """Three months from November: 210, 230, and January's 210 come to 650."""
    used = {month(number): 10 * WORKDAYS[number] for number in range(5, 11)}
    assert proposal(outlook_of(used, free, DAY), free, POLICY) == proposed


@given(
    used=st.dictionaries(
        st.integers(0, 30).map(lambda n: date(2024 + (4 + n) // 12, (4 + n) % 12 + 1, 1)),
        st.integers(0, 200_000),
        max_size=25,
    ),
    free=st.integers(0, 1_000_000),
    months=st.integers(1, 12),
    estimate=st.none() | st.integers(1, 1_000_000),
)
def test_no_more_is_proposed_than_may_be_granted(
    used: dict[date, int], free: int, months: int, estimate: int | None
) -> None:
    policy = SupplyPolicy(months_at_most=months, months_proposed=months)
    outlook = outlook_of(used, free, DAY, estimate=estimate)
    wanted = proposal(outlook, free, policy)
    if not outlook.is_known:
        assert wanted is None
        return
    assert wanted is not None
    assert 0 <= wanted <= max(0, most_in_stock(outlook, policy) - free)
    assert outlook.runs_out_on is None or outlook.runs_out_on >= DAY


def test_a_kind_that_is_used_once_a_year_is_expected_again() -> None:
    """Fees that a school collects in September: the six months before say nothing, last September does."""
    used = {month(9, 2025): 10_000}
    outlook = outlook_of(used, 0, date(2026, 8, 20))
    assert most_in_stock(outlook, POLICY) >= 5_000


def test_a_unit_that_used_nothing_for_a_year_is_unknown_again() -> None:
    """Expecting nothing for ever, the audit would refuse it with nothing in stock, and nobody could help."""
    outlook = outlook_of({month(9, 2025): 50}, 0, DAY)
    assert not outlook.is_known
    assert outlook_of({month(9, 2025): 50}, 0, DAY, estimate=20).by_estimate
