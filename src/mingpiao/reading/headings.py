"""Finds the labels of a form that a single row does not show.

A label may go over several rows beside its value (宗旨和 above 业务范围), may be misread beyond recognition but stand
in the column of labels, and the words of a label may begin a line of a value.
"""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from mingpiao.reading.deskew import StraightLine
from mingpiao.reading.model import Label, PagePlace, TextLine

#: In line heights: how far the rows of one label are apart at most, how much they may overlap, and how close the
#: rest of a label is that nobody can read.
_STACKED = (-0.6, 0.9)
_REST = 0.1
#: The most rows of a label; upright ones have a row for each character.
_MOST_ROWS = 6
#: From this length on, one character of a label of several rows may be misread.
_FORGIVING = 5
#: The longest text that may be a label which nobody knows, and the longest row of a label.
_LONGEST_UNKNOWN = 10
_LONGEST_ROW = 8
#: The least and the largest number of characters of a row of a label with a value in the same line.
_PART = (2, 6)
#: How far from a label its own word may begin a line of its value, in line heights.
_NEAR = 6.0


class FindLabel(Protocol):
    """Finds the labels of a kind of form."""

    def __call__(self, text: str, start: int, *, forgiving: bool) -> Label | None:
        """The label that begins at `start` of a text without spaces, or None. With `forgiving`, one character
        of it may have been misread."""
        ...


def marked(lines: Sequence[StraightLine], find_label: FindLabel, ratio: float) -> list[StraightLine]:
    """The lines with labels of several rows made one, and with the roles that their places give them.

    `ratio` is the page's width by its height.
    """
    whole = _stacked(lines, find_label)
    whole = _torn_apart(whole, find_label, ratio)
    labels = {id(line): label for line in whole if (label := find_label(_plain(line), 0, forgiving=True))}
    alone = [line for line in whole if id(line) in labels and _is_alone(line, labels[id(line)])]
    found: dict[int, StraightLine] = {}
    doubted: dict[int, str] = {}
    for line in sorted(whole, key=lambda line: line.place.top):
        role = _role(line, labels, alone, whole, find_label, ratio, doubted)
        if role == "value":
            doubted[id(line)] = labels.pop(id(line)).field
        # What stands close under a label and is none that is known is the rest of that label.
        if role != "label" or not any(_is_rest(line, label) for label in alone):
            found[id(line)] = msgspec.structs.replace(line, role=role)
    return [found[id(line)] for line in whole if id(line) in found]


def _is_rest(line: StraightLine, label: StraightLine) -> bool:
    below = line.place.top > label.place.top and _across(label.place, line.place) >= 0.5
    return below and _STACKED[0] <= _gap(label.place, line.place) <= _REST


def _plain(line: StraightLine) -> str:
    return "".join(line.line.text.split())


def _is_alone(line: StraightLine, label: Label) -> bool:
    return len(_plain(line).rstrip("：").rstrip(":")) <= label.length


def _high(place: PagePlace) -> float:
    return max(1e-6, place.bottom - place.top)


def _across(one: PagePlace, other: PagePlace) -> float:
    """How much of the narrower place lies above or below the other one, in parts of it."""
    common = min(one.right, other.right) - max(one.left, other.left)
    return common / max(1e-6, min(one.right - one.left, other.right - other.left))


def _down(one: PagePlace, other: PagePlace) -> float:
    """How much of the lower place lies beside the other one, in parts of it."""
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common / min(_high(one), _high(other))


def _gap(upper: PagePlace, lower: PagePlace) -> float:
    return (lower.top - upper.bottom) / min(_high(upper), _high(lower))


def _under(line: StraightLine, lines: Sequence[StraightLine]) -> list[StraightLine]:
    """The lines directly below a line, the nearest first."""
    found = [
        other
        for other in lines
        if other.place.top > line.place.top
        and _STACKED[0] <= _gap(line.place, other.place) <= _STACKED[1]
        and _across(line.place, other.place) >= 0.5
    ]
    return sorted(found, key=lambda other: other.place.top)


# -- labels of several rows -----------------------------------------------------------------------


def _stacked(lines: Sequence[StraightLine], find_label: FindLabel) -> list[StraightLine]:
    """The lines, with rows that are one label together as one line."""
    short = [line for line in lines if len(_plain(line)) <= _LONGEST_ROW]
    taken: set[int] = set()
    made: dict[int, StraightLine] = {}
    for line in sorted(short, key=lambda line: line.place.top):
        if id(line) in taken:
            continue
        chain = _chain(line, [other for other in short if id(other) not in taken], find_label)
        if chain:
            taken |= {id(part) for part in chain}
            made[id(line)] = _one(chain)
    return [made.get(id(line), line) for line in lines if id(line) in made or id(line) not in taken]


def _chain(line: StraightLine, short: Sequence[StraightLine], find_label: FindLabel) -> list[StraightLine]:
    """The rows of the longest label that begins with this line; none when it is no label of several rows."""
    chain, longest = [line], list[StraightLine]()
    while len(chain) < _MOST_ROWS and (below := _under(chain[-1], short)):
        chain.append(below[0])
        text = "".join(map(_plain, chain)).rstrip("：").rstrip(":")
        label = find_label(text, 0, forgiving=len(text) >= _FORGIVING)
        if label is not None and label.length == len(text):
            longest = list(chain)
    return longest


def _one(parts: Sequence[StraightLine]) -> StraightLine:
    line = TextLine(
        text="".join(map(_plain, parts)),
        place=_around([part.line.place for part in parts]),
        confidence=min(part.line.confidence for part in parts),
    )
    return StraightLine(line, _around([part.place for part in parts]), parts[0].slope)


def _around(places: Sequence[PagePlace]) -> PagePlace:
    return PagePlace(
        page=places[0].page,
        left=min(place.left for place in places),
        right=max(place.right for place in places),
        top=min(place.top for place in places),
        bottom=max(place.bottom for place in places),
    )


def _torn_apart(lines: Sequence[StraightLine], find_label: FindLabel, ratio: float) -> list[StraightLine]:
    """The lines, with labels of two rows parted from the values that were read in one line with their rows."""
    made: dict[int, list[StraightLine]] = {}
    for upper in lines:
        if id(upper) in made or not upper.line.edges:
            continue
        for lower in _under(upper, lines):
            aligned = abs(lower.place.left - upper.place.left) <= 0.6 * _high(upper.place) / ratio
            cut = _cut_at(_plain(upper), _plain(lower), find_label) if aligned else None
            if cut is not None and lower.line.edges and id(lower) not in made:
                heads = [_part(upper, 0, cut[0]), _part(lower, 0, cut[1])]
                made[id(upper)] = [_one(heads), *_rest(upper, cut[0])]
                made[id(lower)] = _rest(lower, cut[1])
                break
    return [part for line in lines for part in made.get(id(line), [line])]


def _cut_at(upper: str, lower: str, find_label: FindLabel) -> tuple[int, int] | None:
    """How many characters of two lines are a label together, longer than one that the first has alone, or None."""
    own = find_label(upper, 0, forgiving=False)
    least = 0 if own is None else own.length
    for first in range(_PART[0], min(_PART[1], len(upper)) + 1):
        label = find_label(upper[:first] + lower[: _PART[1]], 0, forgiving=False)
        # A title goes on itself as its label does: 统一社会信用代码证书 above 代码.
        if label is None or upper.startswith((upper[:first] + lower)[: label.length]):
            continue
        if label.length > least and label.length >= first + _PART[0]:
            return first, label.length - first
    return None


def _rest(line: StraightLine, start: int) -> list[StraightLine]:
    length = len(_plain(line))
    return [_part(line, start, length)] if start < length else []


def _part(line: StraightLine, start: int, end: int) -> StraightLine:
    """Some characters of a line, counted without spaces, as a line of their own."""
    places = [place for place, character in enumerate(line.line.text) if not character.isspace()]
    first, last = places[start], places[end - 1] + 1
    given = line.line.part(first, last)
    shift = line.place.left - line.line.place.left
    cut = msgspec.structs.replace(
        line.line,
        text=line.line.text[first:last],
        place=given,
        edges=line.line.edges[first : last + 1] if line.line.edges else (),
    )
    place = msgspec.structs.replace(line.place, left=given.left + shift, right=given.right + shift)
    return StraightLine(cut, place, line.slope)


# -- roles ----------------------------------------------------------------------------------------


def _role(
    line: StraightLine,
    labels: dict[int, Label],
    alone: Sequence[StraightLine],
    lines: Sequence[StraightLine],
    find_label: FindLabel,
    ratio: float,
    doubted: dict[int, str],
) -> str:
    em = _high(line.place) / ratio
    label = labels.get(id(line))
    if label is None:
        return "label" if _in_label_column(line, alone, lines, find_label, em) else ""
    if _is_alone(line, label):
        return ""
    named = [other for other in alone if labels[id(other)].field == label.field and label.field]
    if any(_names(other, line, em) for other in named):
        return "value"
    above = _directly_above(line, lines, em)
    if any(doubted.get(id(upper)) == label.field for upper in above):
        return "value"
    begins = [other for other in lines if id(other) in labels and other is not line]
    if any(abs(other.place.left - line.place.left) <= em for other in begins):
        return ""
    # A line goes on from one above it, in a column where no label begins.
    goes_on = any(id(upper) not in labels and len(_plain(upper)) > _LONGEST_ROW for upper in above)
    return "value" if goes_on else ""


def _in_label_column(
    line: StraightLine,
    alone: Sequence[StraightLine],
    lines: Sequence[StraightLine],
    find_label: FindLabel,
    em: float,
) -> bool:
    """Whether a short text stands in the column of labels, with a value beside it."""
    if len(_plain(line)) > _LONGEST_UNKNOWN or len(alone) < 2:
        return False
    near = sorted(alone, key=lambda label: abs(label.place.top - line.place.top))[:2]
    if any(_across(label.place, line.place) < 0.5 for label in near):
        return False
    left = min(label.place.left for label in near) - em
    right = max(label.place.right for label in near) + 0.5 * em
    if line.place.left < left or line.place.right > right:
        return False
    row = [other for other in lines if _down(line.place, other.place) >= 0.5]
    # A label may be read character by character: 名 and 称, far apart.
    spread = [other for other in row if other.place.left >= left and other.place.right <= right]
    joined = "".join(map(_plain, sorted(spread, key=lambda other: other.place.left)))
    if find_label(joined, 0, forgiving=False):
        return False
    return any(other.place.left >= line.place.right - 0.3 * em and other not in spread for other in row)


def _names(label: StraightLine, line: StraightLine, em: float) -> bool:
    """Whether a label stands beside or directly above a line that begins with its word again."""
    distance = abs(_middle(label.place) - _middle(line.place)) / _high(line.place)
    if label.place.right <= line.place.left + em:
        return distance <= _NEAR
    above = line.place.top > label.place.top and _gap(label.place, line.place) <= _STACKED[1]
    return above and abs(label.place.left - line.place.left) <= em


def _directly_above(line: StraightLine, lines: Sequence[StraightLine], em: float) -> list[StraightLine]:
    """The lines that a line may go on from, which begin at the same edge."""
    return [
        upper
        for upper in lines
        if upper.place.top < line.place.top
        and -0.6 <= _gap(upper.place, line.place) <= 0.7
        and abs(upper.place.left - line.place.left) <= 0.7 * em
    ]


def _middle(place: PagePlace) -> float:
    return (place.top + place.bottom) / 2
