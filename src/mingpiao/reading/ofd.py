"""Reads pages of OFD files: text with a box for each character, the places of seals, and what needs OCR."""

import math
from collections.abc import Iterator

from mingpiao.reading import errors
from mingpiao.reading.glyphs import Glyph, TableRule
from mingpiao.reading.model import PagePlace
from mingpiao.reading.ofd_objects import POINTS, Matrix, Photo, Point, Stroke
from mingpiao.reading.ofd_package import OfdFile
from mingpiao.reading.ofd_sheet import OfdSheet
from mingpiao.reading.shown import (
    FEW_CHARACTERS,
    LIGHTEST_STRIKE,
    MARGINAL_CHARACTERS,
    MOSTLY_PICTURE,
    SHORTEST_STRIKE,
    THICKEST_STRIKE,
    Strike,
    TextLayer,
    layer_of,
    turned,
)

#: As of PDFs, in points.
_MAX_SIDE = 14_400
#: Vertical ruling lines, in points: shorter ones are dashes, wider ones are boxes with two sides.
_SHORTEST_RULE = 6.0
_WIDEST_RULE = 4.0


def open_page(file: OfdFile, number: int) -> OfdSheet:
    """Page `number` (from 1). Raises `FileUnreadable` when it is damaged or too large."""
    page = file.page(number)
    if max(page.area.width, page.area.height) * POINTS > _MAX_SIDE:
        raise errors.too_large_page(number)
    if min(page.area.width, page.area.height) * POINTS < 1:
        raise errors.damaged()
    return OfdSheet(file, page)


def text_layer(sheet: OfdSheet) -> TextLayer:
    """The page's text with a box for each character, and which of it people see."""
    return layer_of(sheet.seen, list(_rules(sheet)), list(_strikes(sheet)), sheet.width, sheet.height)


def is_picture(sheet: OfdSheet) -> bool:
    """Whether the page has too little text of its own that people see, and needs OCR."""
    said = len(sheet.seen.seen)
    return said < FEW_CHARACTERS or (said < MARGINAL_CHARACTERS and _is_covered(sheet))


def _is_covered(sheet: OfdSheet) -> bool:
    areas = [_size(item.matrix) for item in sheet.drawn if isinstance(item, Photo)]
    return any(wide * high > MOSTLY_PICTURE * sheet.width * sheet.height for wide, high in areas)


def _size(matrix: Matrix) -> Point:
    """Width and height of the unit square."""
    return math.hypot(matrix[0], matrix[1]), math.hypot(matrix[2], matrix[3])


def seals_of(sheet: OfdSheet, number: int, rotation: int) -> tuple[PagePlace, ...]:
    """The places of electronic seals on the upright page."""
    width, height = sheet.turned_size(rotation)
    places: list[PagePlace] = []
    for box in sheet.seals:
        there = Glyph("", box.left, box.top, box.left + box.width, box.top + box.height)
        _, left, top, right, bottom, *_ = turned(there, rotation, sheet.width, sheet.height)
        places.append(
            PagePlace(
                page=number,
                left=_part(left / width),
                top=_part(top / height),
                right=_part(right / width),
                bottom=_part(bottom / height),
            )
        )
    return tuple(places)


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)


def _strikes(sheet: OfdSheet) -> Iterator[Strike]:
    """Horizontal lines that may strike text out."""
    for item in sheet.drawn:
        if not isinstance(item, Stroke):
            continue
        colours = [colour for colour in (item.stroke, item.fill) if colour is not None]
        if not colours or min(map(min, colours)) > LIGHTEST_STRIKE:
            continue
        for line in item.lines:
            left, right = min(x for x, _ in line), max(x for x, _ in line)
            top, bottom = min(y for _, y in line), max(y for _, y in line)
            if bottom - top <= THICKEST_STRIKE and right - left >= SHORTEST_STRIKE:
                yield Strike(left, right, (top + bottom) / 2)


def _rules(sheet: OfdSheet) -> Iterator[TableRule]:
    for item in sheet.drawn:
        if not isinstance(item, Stroke) or not item.straight:
            continue
        for line in item.lines:
            left, right = min(x for x, _ in line), max(x for x, _ in line)
            top, bottom = min(y for _, y in line), max(y for _, y in line)
            if bottom - top > _SHORTEST_RULE:
                sides = {left, right} if right - left > _WIDEST_RULE else {(left + right) / 2}
                yield from (TableRule(x, top, bottom) for x in sides)
