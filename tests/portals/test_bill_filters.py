"""Filters of bill lists in the address."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from mingpiao.issuing.model import BillFilter
from mingpiao.kernel.clock import today
from mingpiao.portals.bills.filters import read_bill_query


def test_all_members_are_read_and_written_back() -> None:
    given = {
        "from": "2026-11-01",
        "to": "2026-11-20",
        "kind": "0601",
        "payer": " 张三 ",
        "amount_from": "1,000.5",
        "amount_to": "2000",
        "state": "normal",
        "color": "blue",
        "code": "15060126",
        "unit": "某医院",
        "other": "ignored",
    }
    query = read_bill_query(given, also=("unit",))
    assert query.problems == ()
    assert query.wanted == BillFilter(
        issued_from=date(2026, 11, 1),
        issued_to=date(2026, 11, 20),
        kind="0601",
        payer="张三",
        amount_from=Decimal("1000.5"),
        amount_to=Decimal(2000),
        state="normal",
        color="blue",
        code="15060126",
    )
    assert query.address("/x", after="k").startswith("/x?from=2026-11-01&to=2026-11-20&kind=0601&payer=")
    assert query.address("/x", after="k").endswith("&after=k")


def test_a_number_is_looked_for_on_any_day() -> None:
    query = read_bill_query({"from": "2026-11-01", "to": "2026-11-20", "number": "0000000001"})
    assert query.wanted == BillFilter(number="0000000001")
    assert (query.values["from"], query.values["to"]) == ("", "")


def test_without_a_wish_the_last_thirty_days_are_shown() -> None:
    query = read_bill_query({})
    assert query.wanted == BillFilter(issued_from=today() - timedelta(days=30))
    assert read_bill_query({"number": "0000000001"}).wanted.issued_from is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("from", "2026-02-30"),
        ("to", "昨天"),
        ("to", "9999-12-31"),
        ("from", "0001-01-01"),
        ("amount_from", "NaN"),
        ("amount_from", "1e400"),
        ("amount_to", "1.234"),
        ("amount_to", "abc"),
        ("state", "gone"),
        ("color", "green"),
        ("code", "1506012"),
        ("number", "０００００００００１"),
    ],
)
def test_what_is_wrong_is_a_problem_of_its_field(name: str, value: str) -> None:
    assert [problem.field for problem in read_bill_query({name: value}).problems] == [name]


def test_reversed_bounds_are_problems() -> None:
    query = read_bill_query({"from": "2026-11-02", "to": "2026-11-01", "amount_from": "2", "amount_to": "1"})
    assert [problem.code for problem in query.problems] == [
        "filter.dates_reversed",
        "filter.amounts_reversed",
    ]


def test_what_cannot_be_printed_is_dropped() -> None:
    assert read_bill_query({"payer": "张\x00三\n"}).wanted.payer == "张三"
