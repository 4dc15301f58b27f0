"""Groups placed characters into lines: rows by height, cells by wide gaps and ruling lines, in reading order."""

from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from mingpiao.reading.model import PagePlace, TextLine

#: A wider gap ends a cell; all gaps are multiples of the character height.
_CELL_GAP = 1.6
#: The same between characters that are not neighbours in the file, since programs write cell after cell.
_APART_GAP = 0.45
#: A wider gap is a space; the second where the file has a space character.
_SPACE_GAP = 0.32
_TYPED_SPACE_GAP = 0.12


class Glyph(NamedTuple):
    """One character and its box on the upright page, origin top left, in the page's own unit."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    spaced: bool = False  # a space was typed before it
    order: int = 0  # its number in the file

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


class TableRule(NamedTuple):
    """A vertical ruling line of a table."""

    x: float
    top: float
    bottom: float


def lines_of(
    glyphs: Iterable[Glyph], rules: Sequence[TableRule], *, page: int, width: float, height: float
) -> tuple[TextLine, ...]:
    """Lines in reading order; their places are parts of the page's width and height."""
    return tuple(
        line_of_cell(cell, page=page, width=width, height=height) for cell in cells_of(glyphs, rules)
    )


def cells_of(glyphs: Iterable[Glyph], rules: Sequence[TableRule]) -> list[list[Glyph]]:
    """The characters of each line, in reading order."""
    return [cell for row in _rows(glyphs) for cell in _cells(row, rules) if cell]


def line_of_run(run: Sequence[Glyph], *, page: int, width: float, height: float) -> TextLine:
    """A run of characters that does not lie on a row, such as a watermark, with the place around all of it."""
    place = PagePlace(
        page=page,
        left=_part(min(glyph.left for glyph in run) / width),
        top=_part(min(glyph.top for glyph in run) / height),
        right=_part(max(glyph.right for glyph in run) / width),
        bottom=_part(max(glyph.bottom for glyph in run) / height),
    )
    return TextLine(text="".join(glyph.text for glyph in run), place=place)


def _rows(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    rows: list[list[Glyph]] = []
    for glyph in sorted(glyphs, key=lambda glyph: (glyph.middle, glyph.left)):
        if rows and _same_row(rows[-1], glyph):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda glyph: glyph.left) for row in rows]


def _same_row(row: list[Glyph], glyph: Glyph) -> bool:
    # Compared with the first character of the row; compared with the last, a slope would add up along the row.
    first = row[0]
    return abs(glyph.middle - first.middle) < 0.45 * min(glyph.height, first.height) + 0.05


def _cells(row: list[Glyph], rules: Sequence[TableRule]) -> list[list[Glyph]]:
    cells: list[list[Glyph]] = [[]]
    size = median(glyph.height for glyph in row)
    crossing = [rule.x for rule in rules if rule.top <= row[0].middle <= rule.bottom]
    for glyph in row:
        if cells[-1]:
            before = cells[-1][-1]
            if _printed_twice(before, glyph):
                continue
            ruled = any(
                before.left < x <= glyph.right and before.right - 1 <= x <= glyph.left + 1 for x in crossing
            )
            apart = glyph.order != before.order + 1 and glyph.left - before.right > _APART_GAP * size
            if ruled or apart or glyph.left - before.right > _CELL_GAP * size:
                cells.append([])
        cells[-1].append(glyph)
    return cells


def _printed_twice(before: Glyph, glyph: Glyph) -> bool:
    """Whether a character repeats the one before at nearly the same place, as some programs do for bold type."""
    return before.text == glyph.text and glyph.left - before.left < 0.3 * (before.right - before.left)


def line_of_cell(cell: Sequence[Glyph], *, page: int, width: float, height: float) -> TextLine:
    """The line of these characters (`cells_of`), with its place as part of the page's width and height."""
    text: list[str] = []
    edges: list[float] = []
    before: Glyph | None = None
    for glyph in cell:
        if before is not None and _space_between(before, glyph):
            text.append(" ")
            edges.append(before.right / width)
        text.append(glyph.text)
        edges.append(glyph.left / width)
        before = glyph
    right = max(glyph.right for glyph in cell) / width
    place = PagePlace(
        page=page,
        left=_part(edges[0]),
        top=_part(min(glyph.top for glyph in cell) / height),
        right=_part(right),
        bottom=_part(max(glyph.bottom for glyph in cell) / height),
    )
    return TextLine(text="".join(text), place=place, edges=(*map(_part, edges), _part(right)))


def _space_between(before: Glyph, glyph: Glyph) -> bool:
    gap = (glyph.left - before.right) / max(glyph.height, before.height)
    return gap > (_TYPED_SPACE_GAP if glyph.spaced else _SPACE_GAP)


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
