"""Corrects a text layer by what the page shows, where OCR confirms that a doubtful character is another one.

A finding needs two witnesses that know nothing of each other: the shape looks like another character, and OCR of the
row reads another one in its place. Where OCR reads what the file says, the file is believed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any, NamedTuple

import unicodedata2

from mingpiao.reading.glyphs import Glyph, cells_of, line_of_cell
from mingpiao.reading.model import Belied, TextLine
from mingpiao.reading.shapes import DIGITS, Resemblance, is_known
from mingpiao.reading.shown import TextLayer

Image = Any

#: OCR that is less sure of a row corrects nothing.
_SURE = 0.7
#: A page is read by OCR as a whole where so many, and such a share, of its characters are doubtful.
_MANY, _SHARE = 12, 0.25
#: Of one page so many cells are read again.
_MOST_CELLS = 150
#: How far around a cell the picture of it reaches, in its heights.
_MARGIN = 0.15

#: Reads pictures of single rows: their texts, each with its confidence 0..1.
ReadRows = Callable[[Sequence[Image]], list[tuple[str, float]]]


class Corrected(NamedTuple):
    """The characters of a page as it shows them, and the cells of which the file says something else."""

    glyphs: list[Glyph]
    belied: tuple[Belied, ...]


def is_doubtful_as_a_whole(layer: TextLayer) -> bool:
    """Whether so much of a layer is doubtful that its page is better read by OCR."""
    known = sum(is_known(each.text) for each in layer.glyphs)
    doubtful = sum(each.order in layer.doubtful for each in layer.glyphs)
    return doubtful >= max(_MANY, _SHARE * known)


def corrected(layer: TextLayer, shown: Image, number: int, read_rows: ReadRows) -> Corrected:
    """The layer of page `number` as `shown`, a picture of the upright page, confirms or corrects it."""
    cells = [
        cell
        for cell in cells_of(layer.glyphs, layer.rules)
        if any(glyph.order in layer.doubtful for glyph in cell)
    ][:_MOST_CELLS]
    scale = shown.width / layer.width
    read = read_rows([shown.crop(_box(cell, scale)) for cell in cells])
    instead: dict[int, str] = {}
    for cell, (text, confidence) in zip(cells, read, strict=True):
        if confidence >= _SURE:
            instead |= _corrections(cell, _plain(text), layer.doubtful)
    return Corrected(
        [_replaced(each, instead) for each in layer.glyphs],
        tuple(
            Belied(
                says=_line(cell, layer, number),
                shown=_line([_replaced(g, instead) for g in cell], layer, number).text,
            )
            for cell in cells
            if any(glyph.order in instead for glyph in cell)
        ),
    )


def says_otherwise(layer: Sequence[TextLine], shown: Sequence[TextLine]) -> bool:
    """Whether a layer as a whole says something else than OCR of its page."""
    said, seen = ("".join(_plain(line.text) for line in lines) for lines in (layer, shown))
    return len(_pairs(said) & _pairs(seen)) < len(_pairs(said)) / 2


def _pairs(text: str) -> set[str]:
    return {text[place : place + 2] for place in range(len(text) - 1)}


def _corrections(
    cell: Sequence[Glyph], read: str, doubtful: Mapping[int, Resemblance]
) -> Iterator[tuple[int, str]]:
    said = "".join(_plain(glyph.text)[:1] or " " for glyph in cell)
    for what, start, end, from_, to in SequenceMatcher(None, said, read, autojunk=False).get_opcodes():
        if what != "replace" or end - start != to - from_:
            continue
        for glyph, seen in zip(cell[start:end], read[from_:to], strict=True):
            look = doubtful.get(glyph.order)
            if look and seen in (look.like[:1] if seen in DIGITS else look.like):
                yield glyph.order, seen


def _replaced(glyph: Glyph, instead: Mapping[int, str]) -> Glyph:
    return glyph._replace(text=instead[glyph.order]) if glyph.order in instead else glyph


def _box(cell: Sequence[Glyph], scale: float) -> tuple[int, int, int, int]:
    top, bottom = min(glyph.top for glyph in cell), max(glyph.bottom for glyph in cell)
    room = _MARGIN * (bottom - top)
    left, right = min(glyph.left for glyph in cell) - room, max(glyph.right for glyph in cell) + room
    return (
        max(0, round(left * scale)),
        max(0, round((top - room) * scale)),
        round(right * scale) + 1,
        round((bottom + room) * scale) + 1,
    )


def _line(cell: Sequence[Glyph], layer: TextLayer, number: int) -> TextLine:
    return line_of_cell(cell, page=number, width=layer.width, height=layer.height)


def _plain(text: str) -> str:
    """A text without blanks, in plain forms: half-width, characters instead of radicals."""
    return "".join(unicodedata2.normalize("NFKC", text).split())
