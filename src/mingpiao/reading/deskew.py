"""Corrects the places of lines on a page that was scanned at a slight angle.

OCR returns an upright box around each line. On a skewed page, the boxes of long lines are tall and overlap
their neighbours, so that rows and columns cannot be recognised from them.
"""

from collections.abc import Sequence
from statistics import median

import msgspec

from mingpiao.reading.model import PageLines, PagePlace, TextLine

#: The range of slopes (rise by run) that are corrected: smaller ones do no harm, larger ones are no skew.
_LEAST, _MOST = 0.004, 0.12
#: The height of a line's box on a straight page, in widths of its characters.
_BOX_HEIGHT = 1.3


class StraightLine(msgspec.Struct, frozen=True):
    """A line with its place on the straightened page, and the slope that was removed (in parts of the page).

    `role` is "label" for a line that is a label though its words are unknown, "value" for one that is none though
    its words are known, and "" for all others.
    """

    line: TextLine
    place: PagePlace
    slope: float = 0.0
    role: str = ""

    def shown(self, left: float, right: float) -> PagePlace:
        """The place on the original page of a part of the line, given by its edges on the straightened page."""
        given = self.line.place
        shift = self.place.left - given.left
        left, right = max(0.0, left - shift), min(1.0, right - shift)
        half = (self.place.bottom - self.place.top) / 2 + abs(self.slope) * (right - left) / 2
        middle = (given.top + given.bottom) / 2
        middle += self.slope * ((left + right) / 2 - (given.left + given.right) / 2)
        return PagePlace(
            page=given.page,
            left=left,
            right=right,
            top=max(given.top, middle - half),
            bottom=min(given.bottom, middle + half),
        )


def deskewed(page: PageLines) -> list[StraightLine]:
    """The page's lines that have text, with their places on the straightened page."""
    lines = [line for line in page.lines if line.text.strip()]
    slope = _slope(lines, page)
    if not slope:
        return [StraightLine(line, line.place) for line in lines]
    ratio = page.width / page.height
    found = []
    for line in lines:
        place = line.place
        across = (place.left + place.right) / 2 - 0.5
        down = (place.top + place.bottom) / 2 - 0.5
        height = max(
            (place.bottom - place.top) - abs(slope) * (place.right - place.left) * ratio,
            0.4 * (place.bottom - place.top),
        )
        middle = 0.5 + down - slope * across * ratio
        shift = slope * down / ratio
        level = PagePlace(
            page=place.page,
            left=place.left + shift,
            right=place.right + shift,
            top=middle - height / 2,
            bottom=middle + height / 2,
        )
        found.append(StraightLine(line, level, slope * ratio))
    return found


def _slope(lines: Sequence[TextLine], page: PageLines) -> float:
    """The slope of the page (rise by run), positive when lines fall to the right; 0.0 for a straight page.

    It is the one that was measured when the lines were found, or else guessed from the boxes around them.
    """
    measured = [line.slope * page.height / page.width for line in lines if line.slope]
    if measured:
        rise = median(measured)
        return rise if _LEAST <= abs(rise) <= _MOST else 0.0
    long = [one for line in lines if (one := _rise(line, page)) is not None]
    if len(long) < 2:
        return 0.0
    rise = median(long)
    if not _LEAST <= rise <= _MOST:
        return 0.0
    return rise if _margin_drift(lines, page) < 0 else -rise


def _rise(line: TextLine, page: PageLines) -> float | None:
    """The slope of a long line without its sign, from the excess height of its box; None for short lines."""
    width = (line.place.right - line.place.left) * page.width
    height = (line.place.bottom - line.place.top) * page.height
    character = width / sum(0.55 if ord(each) < 0x2E80 else 1.0 for each in line.text)
    return (height - _BOX_HEIGHT * character) / width if width > 8 * character else None


def _margin_drift(lines: Sequence[TextLine], page: PageLines) -> float:
    """By how much the left margin moves sideways from top to bottom (run by rise); its sign gives the slope's."""
    moves = []
    for upper in lines:
        for lower in lines:
            down = (lower.place.top - upper.place.top) * page.height
            across = (lower.place.left - upper.place.left) * page.width
            if down > 0 and abs(across) < _MOST * down:
                moves.append(across / down)
    return median(moves) if moves else 0.0
