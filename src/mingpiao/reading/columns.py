"""Finds the labelled values of a form: groups lines into rows, and splits rows at labels.

On a form, label and value may be on one line or in two columns of a table; the label may have spaces
between its characters, may be above the value, or vertically centred beside several lines of it. The caller
says which words are labels. `headings` finds labels of several rows, `owners` joins the lines of a value.
"""

from collections.abc import Iterator, Sequence

import msgspec

from mingpiao.reading.deskew import StraightLine, deskewed
from mingpiao.reading.headings import FindLabel, marked
from mingpiao.reading.model import PageLines, PagePlace, PageText, TextPiece
from mingpiao.reading.owners import owned

#: In line heights: the least gap between two cells of a row, and between two words.
_CELL_GAP = 4.0
_WORD_GAP = 0.45


class _Character(msgspec.Struct, frozen=True):
    """One printed character; `gap` is its distance from the one before, in line heights (large at a row's start)."""

    text: str
    left: float
    right: float
    gap: float
    line: StraightLine


def values_of(page: PageLines, find_label: FindLabel) -> PageText:
    """The labelled values of a page, from top to bottom."""
    lines = marked(deskewed(page), find_label, page.width / page.height)
    rows = [_characters(row, page) for row in _rows(lines)]
    rows.sort(key=lambda row: min(character.line.place.top for character in row))
    pieces = [piece for row in rows for piece in _pieces(row, find_label)]
    for piece in pieces:
        piece.em = piece.height * page.height / page.width
    whole = tuple(_piece(None, row) for row in rows)
    loose = tuple(piece for piece in pieces if piece.field is None)
    return PageText(rows=whole, values=owned(pieces), loose=loose)


def _rows(lines: Sequence[StraightLine]) -> list[list[StraightLine]]:
    """Lines beside one another, each row from left to right."""
    rows: list[list[StraightLine]] = []
    for line in sorted(lines, key=lambda line: line.place.left):
        beside = [(_overlap(row[-1].place, line.place), row) for row in rows if _follows(row[-1], line)]
        best = max(beside, key=lambda pair: pair[0], default=(0.0, []))
        if best[0] >= 0.5:
            best[1].append(line)
        else:
            rows.append([line])
    return rows


def _follows(before: StraightLine, line: StraightLine) -> bool:
    return line.place.left >= before.place.left + 0.6 * (before.place.right - before.place.left)


def _overlap(one: PagePlace, other: PagePlace) -> float:
    common = min(one.bottom, other.bottom) - max(one.top, other.top)
    return common / max(1e-6, min(one.bottom - one.top, other.bottom - other.top))


def _characters(row: Sequence[StraightLine], page: PageLines) -> list[_Character]:
    found: list[_Character] = []
    for line in row:
        height = max(1e-6, line.place.bottom - line.place.top) * page.height
        for text, left, right in _spread(line):
            gap = (left - found[-1].right) * page.width / height if found else _CELL_GAP
            # Two lines that OCR found separately never form one word.
            own_cell = found and found[-1].line is not line
            found.append(_Character(text, left, right, max(gap, _WORD_GAP) if own_cell else gap, line))
    return found


def _spread(line: StraightLine) -> Iterator[tuple[str, float, float]]:
    """The line's characters without spaces, each with its left and right edge."""
    text = line.line.text
    if len(line.line.edges) == len(text) + 1:
        shift = line.place.left - line.line.place.left
        edges: Sequence[float] = [edge + shift for edge in line.line.edges]
    else:
        widths = [0.5 if ord(character) < 0x2E80 else 1.0 for character in text]
        whole, edges = sum(widths), [line.place.left]
        for width in widths:
            edges.append(edges[-1] + (line.place.right - line.place.left) * width / whole)
    for place, character in enumerate(text):
        if not character.isspace():
            yield character, edges[place], edges[place + 1]


def _pieces(row: list[_Character], find_label: FindLabel) -> Iterator[TextPiece]:
    """The pieces of a row, split before each label and at wide gaps after a value."""
    text = "".join(character.text for character in row)
    cuts = _label_starts(row, text, find_label)
    starts = sorted(cuts)
    if not starts or starts[0] > 0:
        yield from _cells(row[: starts[0] if starts else None])
    for number, start in enumerate(starts):
        end = starts[number + 1] if number + 1 < len(starts) else len(row)
        field, length, exact = cuts[start]
        value = row[start + length : end]
        first, rest = _first_cell(value)
        label = _box(row[start : start + length])
        yield msgspec.structs.replace(
            _piece(field, first or row[start : start + length], empty=not first), label=label, exact=exact
        )
        yield from _cells(rest)


def _label_starts(
    row: Sequence[_Character], text: str, find_label: FindLabel
) -> dict[int, tuple[str, int, bool]]:
    found: dict[int, tuple[str, int, bool]] = {}
    place = 0
    while place < len(row):
        label = _label_of(row, text, place, find_label)
        # A label may stand again in its own value: 宗旨 in 宗旨和业务范围.
        repeated = label is not None and _repeats(row, place, found, label[0])
        if label is None or repeated:
            place += 1
            continue
        found[place] = label
        place += label[1]
    return found


def _label_of(
    row: Sequence[_Character], text: str, place: int, find_label: FindLabel
) -> tuple[str, int, bool] | None:
    """The field, length and exactness of the label that begins at this place of a row."""
    line = row[place].line
    if row[place].gap < _WORD_GAP or line.role == "value":
        return None
    starts = place == 0 or row[place - 1].line is not line
    if line.role == "label":
        return ("", sum(character.line is line for character in row), False) if starts else None
    label = find_label(text, place, forgiving=line.line.text.strip()[:1] == row[place].text)
    return None if label is None else (label.field, label.length, label.exact)


def _repeats(
    row: Sequence[_Character], place: int, found: dict[int, tuple[str, int, bool]], field: str
) -> bool:
    if not field or not found:
        return False
    last = max(found)
    return found[last][0] == field and row[last].line is row[place].line


def _first_cell(value: list[_Character]) -> tuple[list[_Character], list[_Character]]:
    """The part of a value before its first wide gap, and the rest after the gap."""
    for place, character in enumerate(value[1:], 1):
        if character.gap >= _CELL_GAP:
            return value[:place], value[place:]
    return value, []


def _cells(row: list[_Character]) -> Iterator[TextPiece]:
    while row:
        first, row = _first_cell(row)
        yield _piece(None, first)


def _piece(field: str | None, characters: Sequence[_Character], *, empty: bool = False) -> TextPiece:
    lines = {id(character.line): character.line for character in characters}
    return TextPiece(
        field=field,
        text="" if empty else "".join(character.text for character in characters),
        place=_box(characters),
        shown=tuple(_shown(line, characters) for line in lines.values()),
        letters=max(len(line.line.text) for line in lines.values()),
        confidence=min(line.line.confidence for line in lines.values()),
        height=max(line.place.bottom - line.place.top for line in lines.values()),
    )


def _box(characters: Sequence[_Character]) -> PagePlace:
    places = [character.line.place for character in characters]
    return PagePlace(
        page=places[0].page,
        left=min(character.left for character in characters),
        right=max(character.right for character in characters),
        top=min(place.top for place in places),
        bottom=max(place.bottom for place in places),
    )


def _shown(line: StraightLine, characters: Sequence[_Character]) -> PagePlace:
    own = [character for character in characters if character.line is line]
    return line.shown(own[0].left, own[-1].right)
