"""Amounts with one digit in each box, under the heads 亿千百十万千百十元角分 of receipts, slips and cheques.

The boxes of one amount go through to the last head, and a sign (¥, ⊗) may stand before the first digit. Where a digit is
missing, as after a bad scan, there is no amount: a guess would be wrong by a factor of ten.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from mingpiao.evidence.extraction.characters import packed
from mingpiao.evidence.extraction.flow import Flow
from mingpiao.reading.model import PagePlace, TextLine

#: The heads from the last one back, and the fewest that make a table of boxes.
_HEADS_BACK = "分角元十百千万十百千亿"
_FEWEST_HEADS = 4
_LAST = {"分": Decimal("0.01"), "角": Decimal("0.1"), "元": Decimal(1)}
#: How far the middles of heads may be from equal steps, and those of digits from the middle of their box, in steps.
_UNEVEN, _BESIDE = 0.45, 0.5
#: So far below the heads digits may stand, in heights of the heads; and within what part of it they make one row.
_REACH, _LEVEL = 14.0, 0.6
#: How far from the next box a sign stands at most, in steps; and how sure the reading of a digit must be.
_FARTHEST_SIGN, _SURE = 0.7, 0.75
#: Digits so near behind the last box, in steps, mean that these are other boxes.
_BEHIND = 1.5
_DIGITS = frozenset("0123456789")
#: What OCR takes a nought for, and the longest text of boxes that were read as one.
_NOUGHTS = str.maketrans("OoQ〇", "0000")
_MOST_BOXES = 14


class Boxed(NamedTuple):
    """An amount in 元 that stands in boxes, and the part of the text that its digits are."""

    start: int
    end: int
    value: Decimal


class _Letter(NamedTuple):
    """A character with its middle, as a fraction of the page's width and height, and the number of its line."""

    text: str
    across: float
    down: float
    line: int


class _Heads(NamedTuple):
    """The heads of boxes: their number, where the last one stands, what it is worth in 元, and how far apart they are."""

    boxes: int
    last: _Letter
    unit: Decimal
    step: float
    height: float


def boxed_amounts(flow: Flow) -> list[Boxed]:
    """All amounts in boxes, in the order of the file."""
    found = [amount for heads in _heads_of(flow) for amount in _amounts_below(flow, heads)]
    return sorted(set(found))


def _heads_of(flow: Flow) -> Iterator[_Heads]:
    letters = [
        letter
        for number, line in enumerate(flow.lines)
        if (text := packed(line.text).replace("圆", "元")) and set(text) <= set(_HEADS_BACK)
        for letter in _letters(flow, number, text)
    ]
    heights = {letter.line: _height(flow.straight[letter.line]) for letter in letters}
    for last in letters:
        if last.text not in _LAST:
            continue
        height = heights[last.line]
        page = flow.lines[last.line].place.page
        row = [
            each
            for each in letters
            if flow.lines[each.line].place.page == page
            and abs(each.down - last.down) <= _LEVEL * height
            and each.across <= last.across
        ]
        run = _run(sorted(row, key=lambda each: -each.across), _HEADS_BACK[_HEADS_BACK.index(last.text) :])
        # 角 is the last head only where no 分 follows it.
        if len(run) >= _FEWEST_HEADS and not _goes_on(letters, last, run, height):
            step = (run[0].across - run[-1].across) / (len(run) - 1)
            yield _Heads(len(run), last, _LAST[last.text], step, height)


def _goes_on(letters: Sequence[_Letter], last: _Letter, run: Sequence[_Letter], height: float) -> bool:
    step = (run[0].across - run[-1].across) / (len(run) - 1)
    return any(
        each.text in "角分"
        and abs(each.down - last.down) <= _LEVEL * height
        and 0 < each.across - last.across < 1.5 * step
        for each in letters
    )


def _run(back: Sequence[_Letter], expected: str) -> list[_Letter]:
    """The letters from the last one back for as long as they are the heads that are expected, in equal steps."""
    run: list[_Letter] = []
    for letter, head in zip(back, expected, strict=False):
        if letter.text != head:
            break
        run.append(letter)
    while len(run) >= _FEWEST_HEADS:
        steps = [one.across - two.across for one, two in pairwise(run)]
        usual = sorted(steps)[len(steps) // 2]
        if usual > 0 and all(abs(step - usual) <= _UNEVEN * usual for step in steps):
            return run
        run.pop()
    return []


def _letters(flow: Flow, number: int, text: str) -> Iterator[_Letter]:
    """The characters of a line without its blanks, each in the middle of its place."""
    line, place = flow.lines[number], flow.straight[number]
    down = (place.top + place.bottom) / 2
    for letter, across in zip(text, _middles(line, len(text)), strict=True):
        yield _Letter(letter, across, down, number)


def _middles(line: TextLine, count: int) -> list[float]:
    solid = [place for place, letter in enumerate(line.text) if not letter.isspace()]
    if line.confidence == 1.0 and len(line.edges) == len(line.text) + 1 and len(solid) == count:
        return [_middle(line, place) for place in solid]
    # Of a line that was recognised only its ends are known.
    part = (line.place.right - line.place.left) / count
    return [line.place.left + (number + 0.5) * part for number in range(count)]


def _middle(line: TextLine, place: int) -> float:
    # The edge behind a character is that of the next one, so that a blank would count as part of it.
    wide = min(line.edges[place + 1] - line.edges[place], 0.6 * line.thickness)
    return line.edges[place] + wide / 2


def _amounts_below(flow: Flow, heads: _Heads) -> Iterator[Boxed]:
    page = flow.lines[heads.last.line].place.page
    below = [
        letter
        for number, line in enumerate(flow.lines)
        if line.place.page == page
        and 0 < flow.straight[number].top - heads.last.down <= _REACH * heads.height
        and (text := packed(line.text).translate(_NOUGHTS))
        and len(text) <= _MOST_BOXES
        for letter in _letters(flow, number, text)
        if letter.across <= heads.last.across + _BEHIND * heads.step
    ]
    rows: list[list[_Letter]] = []
    for letter in sorted(below, key=lambda each: each.down):
        if rows and letter.down - rows[-1][0].down <= _LEVEL * heads.height:
            rows[-1].append(letter)
        else:
            rows.append([letter])
    for row in rows:
        amount = _amount(flow, heads, row)
        if amount is not None:
            yield amount


def _amount(flow: Flow, heads: _Heads, row: Sequence[_Letter]) -> Boxed | None:
    """The digits of a row, of which each stands in a box of its own and the last one below the last head."""
    digits: list[_Letter] = []
    for letter in sorted(row, key=lambda each: -each.across):
        apart = (heads.last.across - letter.across) / heads.step - len(digits)
        if letter.text not in _DIGITS:
            # Between the sign and the first digit there is no box, unless a digit was not read.
            if _FARTHEST_SIGN < apart < heads.boxes - len(digits) - _BESIDE and letter.text in _SIGNS:
                return None
            break
        if len(digits) + apart > heads.boxes:
            break
        if abs(apart) > _BESIDE or flow.lines[letter.line].confidence < _SURE:
            return None
        digits.append(letter)
    value = Decimal("".join(letter.text for letter in reversed(digits)) or "0") * heads.unit
    if len(digits) < 2 or value <= 0 or digits[-1].text == "0":
        return None
    spans = [flow.span(letter.line) for letter in digits]
    start, end = min(start for start, _ in spans), max(end for _, end in spans)
    if set(flow.text[start:end]) - _DIGITS - set(_SIGNS):
        start, end = spans[0]
    return Boxed(start, end, value.quantize(Decimal("0.01")))


#: What may stand between the digits of boxes, and before them.
_SIGNS = "\t\n ¥$YyOoQ〇×xX⊗⨂⊕"


def _height(place: PagePlace) -> float:
    return place.bottom - place.top
