"""Pages of lines without a file: rows of cells, as the reading of a page gives them."""

from mingpiao.evidence.extraction import extract
from mingpiao.evidence.model import Extraction
from mingpiao.reading.model import PageLines, PagePlace, TextLine

_LEFT, _RIGHT, _TOP = 0.12, 0.88, 0.08
#: A full-width character's size on an A4 page of 10.5 points, in parts of its width and height.
WIDE, HIGH = 10.5 / 595, 10.5 / 842
_PITCH = 1.7 * HIGH


def page_of(*rows: str, number: int = 1, columns: int = 4) -> PageLines:
    """A page with these rows; tabs divide cells, which begin at equal `columns`; the first row is a title."""
    lines = [
        line_at(
            text,
            _LEFT + cell * (_RIGHT - _LEFT) / columns,
            _TOP + index * _PITCH,
            number,
            scale=1.6 if index == 0 else 1,
        )
        for index, row in enumerate(rows)
        for cell, text in enumerate(row.split("\t"))
        if text
    ]
    return PageLines(number=number, width=595, height=842, rotation=0, method="text", lines=tuple(lines))


def line_at(text: str, left: float, top: float, number: int = 1, *, scale: float = 1) -> TextLine:
    edges = [left]
    for character in text:
        edges.append(edges[-1] + (0.55 if character < "\u2e80" else 1.0) * WIDE * scale)
    place = PagePlace(page=number, left=left, top=top, right=edges[-1], bottom=top + HIGH * scale)
    return TextLine(text=text, place=place, edges=tuple(edges))


def read(*rows: str, columns: int = 4) -> Extraction:
    """What is found on one page with these rows."""
    return extract([page_of(*rows, columns=columns)])
