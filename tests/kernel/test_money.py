"""Money: rounding, and 大写金额 against known words and against a reader of our own."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mingpiao.kernel.money import MAX_AMOUNT, in_words, line_amount, places, plain, plain_number, round_yuan

WORDS = [
    ("0", "零元整"),
    ("0.05", "伍分"),
    ("0.50", "伍角整"),
    ("0.56", "伍角陆分"),
    ("1", "壹元整"),
    ("1.05", "壹元零伍分"),
    ("10", "壹拾元整"),
    ("1005.30", "壹仟零伍元叁角整"),
    ("10000", "壹万元整"),
    ("10001", "壹万零壹元整"),
    ("100100", "壹拾万零壹佰元整"),
    ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
    ("107000.53", "壹拾万柒仟元伍角叁分"),
    ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
    ("325.04", "叁佰贰拾伍元零肆分"),
    ("6007.14", "陆仟零柒元壹角肆分"),
    ("100000000", "壹亿元整"),
    ("100000001", "壹亿零壹元整"),
    ("100010001", "壹亿零壹万零壹元整"),
    ("999999999999.99", "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分"),
    ("-30.58", "负叁拾元伍角捌分"),
    ("0.01", "壹分"),
    ("0.10", "壹角整"),
    ("10.01", "壹拾元零壹分"),
    ("12000.01", "壹万贰仟元零壹分"),
    ("200000000.00", "贰亿元整"),
    ("100000000.05", "壹亿元零伍分"),
    ("-10.01", "负壹拾元零壹分"),
]

_DIGITS = "零壹贰叁肆伍陆柒捌玖"


def read_words(words: str) -> Decimal:
    """The amount that 大写金额 say: an independent reading, digit by digit and unit by unit."""
    sign = -1 if words.startswith("负") else 1
    total = group = digit = Decimal(0)
    for character in words.removeprefix("负").removesuffix("整"):
        if character in _DIGITS:
            digit = Decimal(_DIGITS.index(character))
        elif character in "拾佰仟":
            group += digit * 10 ** (1 + "拾佰仟".index(character))
            digit = Decimal(0)
        elif character in "万亿":
            total = (
                (total + group + digit) * (10_000 if character == "万" else 10**8)
                if character == "亿"
                else (total + (group + digit) * 10_000)
            )
            group = digit = Decimal(0)
        elif character == "元":
            total += group + digit
            group = digit = Decimal(0)
        elif character == "角":
            total += digit / 10
            digit = Decimal(0)
        elif character == "分":
            total += digit / 100
            digit = Decimal(0)
    return sign * total


@pytest.mark.parametrize(("amount", "words"), WORDS)
def test_known_words(amount: str, words: str) -> None:
    assert in_words(Decimal(amount)) == words


@given(st.decimals(min_value=-MAX_AMOUNT, max_value=MAX_AMOUNT, places=2))
def test_words_say_the_amount(amount: Decimal) -> None:
    words = in_words(amount)
    assert read_words(words) == amount
    assert "零零" not in words


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "1000000000000"])
def test_no_words_for_what_is_no_amount(amount: str) -> None:
    with pytest.raises(ValueError, match=r"finite|large"):
        in_words(Decimal(amount))


def test_rounding_is_half_up_away_from_zero() -> None:
    assert [round_yuan(Decimal(text)) for text in ("0.005", "0.015", "-0.005", "2.674999")] == [
        Decimal("0.01"),
        Decimal("0.02"),
        Decimal("-0.01"),
        Decimal("2.67"),
    ]
    assert line_amount(Decimal("3"), Decimal("0.333333")) == Decimal("1.00")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=6))
def test_plain_texts_keep_the_number(number: Decimal) -> None:
    assert Decimal(plain_number(number)) == number
    assert "E" not in plain_number(number)
    assert places(Decimal(plain(number))) == 2


def test_places_count_what_is_written() -> None:
    assert [places(Decimal(text)) for text in ("1", "1.5", "1.50", "1E+3")] == [0, 1, 2, 0]
    with pytest.raises(ValueError, match="finite"):
        places(Decimal("NaN"))
