"""How pages write numbers, times and addresses, and who may do what."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from mingpiao.identity.model import Role
from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import clean, read_number
from mingpiao.portals.gates import Right, allowed
from mingpiao.portals.rendering import asset, csrf_field, day, field_id, moment, money, problems_at
from mingpiao.portals.session import is_local


def test_money_has_thousands_and_two_places() -> None:
    assert money(Decimal("1234567.5")) == "1,234,567.50"
    assert money(Decimal("-0.005")) == "-0.01"
    assert money(Decimal("0")) == "0.00"


def test_times_are_shown_in_shanghai() -> None:
    late = datetime(2026, 11, 21, 17, 30, 5, tzinfo=UTC)
    assert moment(late) == "2026-11-22 01:30:05"
    assert day(late) == "2026-11-22"
    assert day(date(2026, 11, 21)) == "2026-11-21"


def test_problems_are_found_by_their_field() -> None:
    mine = Problem(code="a", field="items/0/amount", message="甲")
    other = Problem(code="b", field="items/1/amount", message="乙")
    assert problems_at((mine, other), "items/0/amount") == [mine]
    assert field_id("items/0/amount") == "items-0-amount"


def test_hidden_fields_are_escaped() -> None:
    assert csrf_field('"><script>') == (
        '<input type="hidden" name="csrf_token" value="&#34;&gt;&lt;script&gt;">'
    )


def test_static_files_have_addresses_of_their_content() -> None:
    path, _, version = asset("mingpiao.css").partition("?v=")
    assert path == "/static/mingpiao.css"
    assert len(version) == 12
    assert asset("vendor/not-there.js") == "/static/vendor/not-there.js"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12.50", "12.50"),
        ("１２．５", "12.5"),
        ("1,234.5", "1234.5"),
        ("-3", "-3"),
        (".5", "0.5"),
        ("", None),
        (".", None),
        ("-", None),
        ("1e5", None),
        ("NaN", None),
        ("Infinity", None),
        ("1_000", None),
        ("٣", None),
        ("1.2.3", None),
        ("--1", None),
        ("1" * 16, None),
        ("0." + "1" * 16, None),
    ],
)
def test_numbers_as_people_type_them(text: str, number: str | None) -> None:
    assert read_number(text) == (Decimal(number) if number is not None else None)


def test_texts_are_cut_and_lose_nul() -> None:
    assert clean("  a\x00b  ") == "ab"
    assert len(clean("字" * 3_000)) == 2_000


@pytest.mark.parametrize("address", ["/unit", "/unit/bills?payer=%E5%BC%A0", "/"])
def test_addresses_of_this_site(address: str) -> None:
    assert is_local(address)


@pytest.mark.parametrize(
    "address",
    ["", "unit", "//evil.test", "/\\evil.test", "https://evil.test", "/a\r\nb", "/a\tb", "/\u202eb"],
)
def test_addresses_that_are_not_followed(address: str) -> None:
    assert not is_local(address)


def test_rights_of_unit_roles() -> None:
    def rights(role: Role) -> set[Right]:
        return {right for right in Right if allowed(role, right)}

    reading = {Right.UNIT_VIEW, Right.UNIT_EXPORT, Right.MESSAGES}
    assert rights(Role.UNIT_CHECKER) == reading
    assert rights(Role.UNIT_HANDLER) == reading | {Right.UNIT_ISSUE, Right.UNIT_REVERSE}
    assert rights(Role.UNIT_MANAGER) == reading | {
        Right.UNIT_REVERSE,
        Right.UNIT_ACCOUNTS,
        Right.UNIT_QUALIFICATIONS,
    }
    for role in Role:
        if not role.value.startswith("unit_"):
            assert not any(right.value.startswith("unit_") for right in rights(role)), role
