"""Finds the labelled values of a form: groups lines into rows, splits rows at labels, joins lines of a value.

On a form, label and value may be on one line or in two columns of a table; the label may have spaces
between its characters, may be above the value, or vertically centred beside several lines of it. The caller
says which words are labels.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

import msgspec

from mingpiao.reading.deskew import StraightLine, deskewed
from mingpiao.reading.model import Label, LabelledValue, PageLines, PagePlace, PageText, TextPiece

#: In line heights: the least gap between two cells of a row, and the largest between two lines of a value.
_CELL_GAP = 4.0
_LINE_GAP = 0.85
_ALIGNMENT = 1.6
_WORD_GAP = 0.45


class FindLabel(Protocol):
    """Finds the labels of a kind of form."""

    def __call__(self, text: str, start: int, *, forgiving: bool) -> Label | None:
        """The label that begins at `start` of a text without spaces, or None. With `forgiving`, one character
        of it may have been misread."""
        ...


class _Character(msgspec.Struct, frozen=True):
    """One printed character; `gap` is its distance from the one before, in line heights (large at a row's start)."""

    text: str
    left: float
    right: float
    gap: float
    line: StraightLine


def values_of(page: PageLines, find_label: FindLabel) -> PageText:
    """The labelled values of a page, from top to bottom."""
    rows = [_characters(row, page) for row in _rows(deskewed(page))]
    rows.sort(key=lambda row: min(character.line.place.top for character in row))
    pieces = [piece for row in rows for piece in _pieces(row, find_label)]
    for piece in pieces:
        piece.em = piece.height * page.height / page.width
    whole = tuple(_piece(None, row) for row in rows)
    return PageText(rows=whole, values=tuple(_joined(pieces)))


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
        begins = row[place].gap >= _WORD_GAP
        label = find_label(text, place, forgiving=row[place].line.line.text.strip()[:1] == row[place].text)
        if label is None or not begins:
            place += 1
            continue
        found[place] = (label.field, label.length, label.exact)
        place += label.length
    return found


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


# -- joining -------------------------------------------------------------------------------------


def _joined(pieces: Sequence[TextPiece]) -> Iterator[LabelledValue]:
    """The labelled values, each with the pieces above and below that have no label of their own."""
    labelled = [piece for piece in pieces if piece.field is not None]
    above: dict[int, list[TextPiece]] = {id(piece): [] for piece in labelled}
    below: dict[int, list[TextPiece]] = {id(piece): [] for piece in labelled}
    loose = [piece for piece in pieces if piece.field is None]
    for label in (piece for piece in labelled if not piece.text):
        block = _beside_label(label, _blocks(loose))
        below[id(label)] += block
        loose = [piece for piece in loose if piece not in block]
    for piece in loose:
        owner = _owner_above(piece, labelled, below)
        under = _owner_below(piece, labelled, loose)
        if under is not None and (owner is None or under[0] < owner[0] * 0.7):
            above[id(under[1])].append(piece)
        elif owner is not None:
            below[id(owner[1])].append(piece)
    for piece in labelled:
        parts = [*above[id(piece)], piece, *below[id(piece)]]
        yield LabelledValue(field=piece.field or "", pieces=tuple(part for part in parts if part.text))


def _blocks(loose: Sequence[TextPiece]) -> list[list[TextPiece]]:
    """Groups of lines that are close below one another and begin at the same left edge."""
    blocks: list[list[TextPiece]] = []
    for piece in sorted(loose, key=lambda piece: piece.place.top):
        for block in blocks:
            last = block[-1]
            gap = (piece.place.top - last.place.bottom) / piece.height
            if -0.5 <= gap <= _LINE_GAP * 0.7 and abs(piece.place.left - last.place.left) <= piece.em:
                block.append(piece)
                break
        else:
            blocks.append([piece])
    return blocks


def _beside_label(label: TextPiece, blocks: Sequence[list[TextPiece]]) -> list[TextPiece]:
    """The lines to the right of a label that is vertically centred beside them."""
    place = label.label or label.place
    middle = (place.top + place.bottom) / 2
    beside = [
        block
        for block in blocks
        if block[0].place.left >= place.right - label.em
        and block[0].place.top <= middle <= block[-1].place.bottom
    ]
    return min(beside, key=lambda block: block[0].place.left, default=[])


def _owner_above(
    piece: TextPiece, labelled: Sequence[TextPiece], below: dict[int, list[TextPiece]]
) -> tuple[float, TextPiece] | None:
    """The value whose last line is close above the piece in the same column, with the gap in line heights."""
    found: list[tuple[float, TextPiece]] = []
    for owner in labelled:
        last = below[id(owner)][-1] if below[id(owner)] else owner
        gap = (piece.place.top - last.place.bottom) / piece.height
        if not owner.text and not below[id(owner)]:
            # Below a label without a value, the value may be a little further away.
            close = -0.5 <= gap <= 2 * _LINE_GAP and _beside(owner.label or owner.place, piece, owner.em)
        else:
            close = -0.5 <= gap <= _LINE_GAP and _in_column(owner, piece)
        if close:
            found.append((max(gap, 0.01), owner))
    return min(found, key=lambda pair: pair[0], default=None)


def _owner_below(
    piece: TextPiece, labelled: Sequence[TextPiece], loose: Sequence[TextPiece]
) -> tuple[float, TextPiece] | None:
    """The labelled value close below the piece, also across aligned lines without labels, with the gap.

    The first lines of a value may be higher than the row of its label.
    """
    bottom, chain = piece, 0
    while chain < 4:
        found: list[tuple[float, TextPiece]] = []
        for owner in (*labelled, *loose):
            gap = (owner.place.top - bottom.place.bottom) / piece.height
            aligned = abs(owner.place.left - piece.place.left) <= _ALIGNMENT * piece.em * 0.5
            if owner is not bottom and owner.text and aligned and -0.5 <= gap <= _LINE_GAP * 0.6:
                found.append((max(gap, 0.01), owner))
        if not found:
            return None
        nearest = min(found, key=lambda pair: pair[0])
        if nearest[1].field is not None:
            return nearest
        bottom, chain = nearest[1], chain + 1
    return None


def _in_column(owner: TextPiece, piece: TextPiece) -> bool:
    """Whether a piece begins at the left edge of the value or of its label."""
    slack = _ALIGNMENT * piece.em
    if abs(piece.place.left - owner.place.left) <= slack:
        return True
    return owner.label is not None and abs(piece.place.left - owner.label.left) <= slack


def _beside(label: PagePlace, piece: TextPiece, em: float) -> bool:
    return piece.place.left <= label.right + em and piece.place.right >= label.left - em
