"""Amounts of which each digit stands in a box of its own."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec
import pytest
from tests.evidence.lines import HIGH, line_at, page_of

from mingpiao.evidence.extraction import extract
from mingpiao.evidence.extraction.boxes import boxed_amounts
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.reading.model import PageLines, PagePlace, TextLine

HEADS = "亿千百十万千百十元角分"
_STEP, _LEFT, _TOP = 0.026, 0.6, 0.4


def slip(*boxes: str, heads: str = HEADS, words: str = "") -> PageLines:
    """A receipt with these rows of boxes below their heads, to the right; blanks are empty boxes."""
    page = page_of("转账收据", "付款人：乌海市远航商贸有限公司", "收款人：内蒙古大学")
    rows = [
        line
        for row, cells in enumerate((heads, *(each.rjust(len(heads)) for each in boxes)))
        for line in _row(cells, _TOP + 1.8 * HIGH * row)
    ]
    told = [line_at(f"人民币（大写）：{words}", 0.1, _TOP + 1.8 * HIGH)] if words else []
    return msgspec.structs.replace(page, lines=(*page.lines, *told, *rows))


def _row(cells: str, top: float) -> list[TextLine]:
    return [line_at(cell, _LEFT + number * _STEP, top) for number, cell in enumerate(cells) if cell != " "]


def amounts(*pages: PageLines) -> list[str]:
    return [f"{each.value:f}" for each in boxed_amounts(Flow(pages))]


def replaced(page: PageLines, number: int, **members: object) -> PageLines:
    lines = list(page.lines)
    lines[number] = msgspec.structs.replace(lines[number], **members)
    return msgspec.structs.replace(page, lines=tuple(lines))


@pytest.mark.parametrize(
    ("boxes", "heads", "value"),
    [
        ("¥12345678", HEADS, "123456.78"),
        ("⊗200000", HEADS, "2000.00"),
        ("10000000000", HEADS, "100000000.00"),
        ("¥46450", "十万千百十元角分", "464.50"),
        ("¥1500", "十万千百十元", "1500.00"),
        ("¥1500", "十万千百十圆", "1500.00"),
        ("¥15005", "万千百十元角", "1500.50"),
    ],
)
def test_the_last_head_tells_what_the_digits_are_worth(boxes: str, heads: str, value: str) -> None:
    assert amounts(slip(boxes, heads=heads)) == [value]


def test_each_row_is_an_amount() -> None:
    assert amounts(slip("120000", "80000", "¥200000")) == ["1200.00", "800.00", "2000.00"]


def test_a_missing_digit_leaves_no_amount() -> None:
    assert amounts(slip("¥1234 678")) == []
    assert amounts(slip("¥ 2345678")) == []
    assert amounts(slip("¥1234567 ")) == []


def test_a_digit_that_is_hardly_legible_leaves_no_amount() -> None:
    page = slip("412345678")
    first = len(page.lines) - 9
    assert page.lines[first].text == "4"
    assert amounts(replaced(page, first, confidence=0.5)) == []


def test_boxes_that_were_recognised_as_one_text_are_parted() -> None:
    """Of a text that OCR read only the ends are known."""
    page = slip(heads="")
    heads = line_at(HEADS, _LEFT, _TOP, scale=_STEP * 595 / 10.5)
    right = heads.place.right
    place = msgspec.structs.replace(
        heads.place, top=_TOP + 0.03, bottom=_TOP + 0.042, left=right - 7 * _STEP, right=right
    )
    digits = TextLine(text="$2 0 00 0 0", place=place, confidence=0.98)
    heads = msgspec.structs.replace(heads, confidence=0.99)
    assert amounts(msgspec.structs.replace(page, lines=(*page.lines, heads, digits))) == ["2000.00"]


@pytest.mark.parametrize("heads", ["元角分", "分角元十百千万", "十元角分 百千"])
def test_other_heads_are_none(heads: str) -> None:
    assert amounts(slip("¥12345", heads=heads)) == []


def test_the_amount_is_the_total_and_is_held_against_its_words() -> None:
    file = extract([slip("¥12345678", words="壹拾贰万叁仟肆佰伍拾陆元柒角捌分")])
    assert file.total == Decimal("123456.78")
    words, digits = file.amounts
    assert (words.words, words.beside) == (True, digits.value)
    (place,) = _around(digits.found.places)
    assert place == pytest.approx((_LEFT + 3 * _STEP, _LEFT + 10 * _STEP), abs=0.02)


def _around(places: Sequence[PagePlace]) -> list[tuple[float, float]]:
    lefts = [each.left for each in places]
    return [(min(lefts), max(lefts))]


def test_boxes_and_words_that_differ_are_told() -> None:
    file = extract([slip("¥12345678", words="壹拾贰万叁仟肆佰伍拾陆元整")])
    (words,) = [each for each in file.amounts if each.words]
    assert (words.value, words.beside) == (Decimal("123456.00"), Decimal("123456.78"))
