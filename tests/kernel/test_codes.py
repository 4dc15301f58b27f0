"""Codes of the field: shapes, the 票据编号, and the check digit of a 统一社会信用代码."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc as oracle

from mingpiao.kernel.codes import (
    BillIdentity,
    bill_code,
    bill_id,
    draw_check_code,
    einvoice_id,
    is_check_code,
    is_uscc,
    region_covers,
    region_prefix,
    uscc_check_digit,
)

CODES = st.from_regex(r"[0-9]{8}", fullmatch=True)
NUMBERS = st.from_regex(r"[0-9]{10}", fullmatch=True)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@given(CODES, NUMBERS)
def test_bill_id_goes_there_and_back_and_keeps_the_order(code: str, number: str) -> None:
    value = bill_id(code, number)
    assert BillIdentity.from_bill_id(value) == BillIdentity(code=code, number=number)
    assert value < 2**63
    assert (value < bill_id("50000000", "0000000000")) == (code < "50000000")


@pytest.mark.parametrize(
    ("code", "number"),
    [("1234567", "0000000001"), ("12345678", "1"), ("1234567a", "0000000001"), ("１2345678", "0" * 10)],
)
def test_malformed_codes_are_refused(code: str, number: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        bill_id(code, number)


def test_published_example_of_the_einvoice_id() -> None:
    assert einvoice_id("06010126", "0123456789") == "9876543210-62101060"


def test_bill_code_is_province_kind_and_year() -> None:
    assert bill_code("15", "0601", 2025) == "15060125"


def test_check_codes_are_drawn_anew() -> None:
    drawn = {draw_check_code() for _ in range(1000)}
    assert len(drawn) > 990
    assert all(is_check_code(code) for code in drawn)


@given(st.from_regex(r"[0-9]{8}", fullmatch=True), st.text(ALPHABET, min_size=9, max_size=9))
def test_uscc_agrees_with_another_implementation(head: str, tail: str) -> None:
    first17 = head + tail
    code = first17 + uscc_check_digit(first17)
    assert is_uscc(code)
    assert oracle.calc_check_digit(first17) == code[17]


@given(st.text(ALPHABET, min_size=17, max_size=17), st.integers(0, 17), st.sampled_from(ALPHABET))
def test_a_changed_character_of_a_uscc_is_found(first17: str, place: int, other: str) -> None:
    code = first17 + uscc_check_digit(first17)
    changed = code[:place] + other + code[place + 1 :]
    assert is_uscc(changed) == (changed == code)


@pytest.mark.parametrize("text", ["", "1" * 17, "1" * 19, "I" * 18, "１" * 18, "91150000MA0000000O"])
def test_what_is_no_uscc(text: str) -> None:
    assert not is_uscc(text)


def test_letters_may_begin_a_uscc() -> None:
    first17 = "N2150102MF1234567"
    assert is_uscc(first17 + uscc_check_digit(first17))


def test_regions_cover_what_lies_below() -> None:
    assert [region_prefix(code) for code in ("150000", "150100", "150102")] == ["15", "1501", "150102"]
    assert region_covers("150000", "152921")
    assert region_covers("150100", "150102")
    assert not region_covers("150100", "150202")
    assert not region_covers("150102", "150100")
