"""Numbers, dates, texts and likenesses: what is taken, and what only looks like it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.kernel.grammar import read_date, read_decimal, read_moment, read_typed_decimal, read_whole
from mingpiao.kernel.likeness import name_key, normal_code
from mingpiao.kernel.money import fits_places, places
from mingpiao.kernel.text import odd_space_place, unprintable_place, with_plain_spaces


@pytest.mark.parametrize("text", ["0", "-0", "10", "10.00", "0.01", "-3.5", "0.000", "9" * 30])
def test_numbers(text: str) -> None:
    assert read_decimal(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1 ", "1\n", "+1", "01", "00", "-01", ".5", "5.", "1e1", "1E1", "1_0", "１", "١", "१", "1,0", "0x1",
     "NaN", "Infinity", "--1", "1.2.3", "−1", "一"],
)  # fmt: skip
def test_what_is_no_number(text: str) -> None:
    assert read_decimal(text) is None


@given(st.text(max_size=12))
def test_a_number_is_written_in_ascii_and_read_as_decimal_reads_it(text: str) -> None:
    number = read_decimal(text)
    if number is not None:
        assert text.isascii()
        assert f"{number:f}" == text
    typed = read_typed_decimal(text)
    assert typed is None or typed.is_finite()


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), ("1" * 18, int("1" * 18)), ("1" * 19, None), ("", None),
    ("-1", None), ("١", None), ("²", None), ("1_0", None), (" 1", None)])  # fmt: skip
def test_whole_numbers(text: str, number: int | None) -> None:
    assert read_whole(text) == number


@pytest.mark.parametrize(
    "text", ["2026-W40-1", "2026W40101", "20260101", "20260101T0", "2026-02-29", "2026-1-01", "2026-01-01 ", "２026-01-01",
             "2026-01-01T00", "0000-01-01", "2026-13-01"],
)  # fmt: skip
def test_what_is_no_date(text: str) -> None:
    assert read_date(text) is None


def test_dates() -> None:
    assert read_date("2028-02-29") == date(2028, 2, 29)


def test_moments() -> None:
    assert str(read_moment("2028-02-29 23:59:59")) == "2028-02-29 23:59:59"
    for text in (
        "2027-02-29 00:00:00",
        "2028-02-29",
        "2028-02-29T00:00:00",
        "2028-02-29 24:00:00",
        "2028-02-29 9:00:00",
    ):
        assert read_moment(text) is None


@given(st.decimals(allow_nan=False, allow_infinity=False), st.integers(0, 6))
def test_places_count_without_zeros_at_the_end(number: Decimal, count: int) -> None:
    shortest = number.normalize() if len(number.as_tuple().digits) <= 28 else number
    assert fits_places(shortest, count) == (places(shortest) <= count)
    assert fits_places(Decimal("10.000"), 2)
    assert not fits_places(Decimal("10.001"), 2)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("巴\u034f特尔", 1), ("巴特尔\u3164", 3), ("巴特尔\U000e0100", 3), ("\u115f\u1160", 0), ("张\uffa0丽", 1),
        ("\u2800", 0), ("葛\ufe00", 1), ("张\u180b三", 1), ("张\u200d三", 1), ("a" + "\u0301" * 40, 5), ("\u0301a", 0),
        ("a \u0301", 2), ("⻓", 0), ("张\u20dd", 1), ("\u17b4", 0),
        ("José", None), ("Jose\u0301", None), ("Nguyễn", None), ("ᠪᠠᠲᠤ", None), ("ᠰᠠᠷᠠ\u180eᠠ", None), ("བསྒྲུབས", None),
        ("김철수", None), ("محمد", None), ("Ştefan", None), ("王䶮", None), ("𫝊峪村", None),
    ],
)  # fmt: skip
def test_what_shows_nothing_or_too_much_is_placed(text: str, place: int | None) -> None:
    assert unprintable_place(text) == place


@pytest.mark.parametrize(
    ("text", "place"),
    [("巴特\u00a0尔", 2), ("\u3000", 0), ("a b", None), ("ᠪᠠᠲᠤ\u202fᠤᠨ", None), ("a\u202fb", 1)],
)
def test_odd_spaces(text: str, place: int | None) -> None:
    assert odd_space_place(text) == place
    assert odd_space_place(with_plain_spaces(text)) is None
    assert len(with_plain_spaces(text)) == len(text)


@given(st.text(max_size=20))
def test_a_key_is_its_own_key_mostly(name: str) -> None:
    assert name_key(name) == name_key(name)
    assert bool(name_key(name)) == bool(name)


@pytest.mark.parametrize("name", ["张三", "买买提·艾力", "演示云川（集团）有限公司", "内蒙古自治区第1医院"])
def test_a_plain_name_is_its_own_key(name: str) -> None:
    assert name_key(name) == name


def test_marks_of_tibetan_are_no_decoration() -> None:
    assert name_key("བཀྲ") != name_key("བཀ")


@pytest.mark.parametrize(
    "written",
    ["12440600mb2c07549j", "１２４４０６００ＭＢ２Ｃ０７５４９Ｊ", " 12440600 MB2C07549J", "12440600-MB2C-07549-J",
     "12440600MB2C07549J\u3000"],
)  # fmt: skip
def test_codes_have_one_form(written: str) -> None:
    assert normal_code(written) == "12440600MB2C07549J"
    assert normal_code("护照 E123") == "护照 E123"
