"""Table rows: fitted into their columns, and poured into panels line by line."""

import msgspec

from mingpiao.layout.canvas import aligned_left
from mingpiao.layout.display import Text
from mingpiao.layout.fitting import LEADING, Fitted, baseline, fit_width
from mingpiao.layout.model import ColumnSpec, FaceBox, TextSpec
from mingpiao.letters.service import Typecase

#: Space between rows, mm.
_GAP = 0.9
#: Computed heights differ from whole rows by rounding of binary fractions.
_TOLERANCE = 1e-6
BLACK = (0, 0, 0)


class Row(msgspec.Struct, frozen=True):
    """The cells of a row, the number of lines of its longest cell, and the distance of lines in mm."""

    cells: tuple[Fitted, ...]
    lines: int
    pitch: float

    @property
    def height(self) -> float:
        """Height in mm with the space to the next row."""
        return self.lines * self.pitch + _GAP

    def split(self, lines: int) -> tuple["Row", "Row"]:
        """The first `lines` lines of every cell, and the rest."""
        upper = tuple(Fitted(cell.lines[:lines], cell.widths[:lines], cell.size) for cell in self.cells)
        lower = tuple(Fitted(cell.lines[lines:], cell.widths[lines:], cell.size) for cell in self.cells)
        return Row(upper, lines, self.pitch), Row(lower, self.lines - lines, self.pitch)


def fit_row(texts: list[str], columns: tuple[ColumnSpec, ...], letters: Typecase, text: TextSpec) -> Row:
    """A row whose cells keep inside their columns, with as many lines as they take."""
    cells = tuple(
        fit_width(content, letters, column.width - 2 * text.padding, text.table_size, text.min_size)
        for content, column in zip(texts, columns, strict=True)
    )
    size = max((cell.size for cell in cells), default=text.table_size)
    return Row(cells, max(1, max(len(cell.lines) for cell in cells)), size * LEADING)


def pour(
    remaining: list[Row],
    target: list[Text],
    panel: FaceBox,
    columns: tuple[ColumnSpec, ...],
    text: TextSpec,
) -> None:
    """Take rows off the end of `remaining` (the next row is last) until the panel is full.

    A row stays whole if a panel of this height can hold it, else it is split between lines.
    """
    top = panel.y + _GAP / 2
    bottom = panel.y + panel.height
    start = top
    while remaining:
        row = remaining[-1]
        if top + row.height <= bottom + _TOLERANCE:
            remaining.pop()
        elif start + row.height <= bottom + _TOLERANCE:
            return
        else:
            room = int((bottom - top - _GAP) / row.pitch + _TOLERANCE)
            if room < 1:
                return
            row, rest = row.split(room)
            remaining[-1] = rest
        _place_row(row, target, panel.x, top, columns, text)
        top += row.height


def _place_row(
    row: Row,
    target: list[Text],
    left: float,
    top: float,
    columns: tuple[ColumnSpec, ...],
    text: TextSpec,
) -> None:
    for cell, column in zip(row.cells, columns, strict=True):
        inner = FaceBox(
            x=left + text.padding, y=top, width=column.width - 2 * text.padding, height=row.lines * row.pitch
        )
        for index, (line, width) in enumerate(zip(cell.lines, cell.widths, strict=True)):
            y = baseline(top + index * row.pitch, row.pitch, cell.size)
            target.append(Text(aligned_left(inner, width, column.align), y, cell.size, width, line, BLACK))
        left += column.width
