"""Finds pictures on a page with text in which writing seems to stand that the text lacks, and joins what OCR reads there.

An amount or a clause that was pasted as a picture is as visible as the rest. OCR of each logo would take seconds, so a
picture is first looked at: writing has rows of ink that are as high as letters, with blank rows between them.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from mingpiao.reading.glyphs import Glyph
from mingpiao.reading.model import TextLine

Array = Any
Image = Any
#: Left, top, right and bottom, in points on the page as shown.
Box = tuple[float, float, float, float]

#: Smaller pictures, in points, hold no writing; and one over which so much text lies is its background.
_NARROWEST, _LOWEST, _COVERED = 24.0, 7.0, 0.08
#: How high letters are, in points, and how many changes from paper to ink a row of them has at least.
_LOWEST_LETTER, _HIGHEST_LETTER, _FEWEST_CHANGES = 4.0, 44.0, 8
#: How much darker than paper (of 255) ink is, and the largest share of a row of letters that is inked.
_INK, _MOST_INKED = 70, 0.6
#: What OCR is less sure of is no writing; and what lies so much over a line of the text repeats it.
_SURE, _REPEATED = 0.75, 0.3
_WHITE = 255


def with_writing(boxes: Sequence[Box], glyphs: Sequence[Glyph], shown: Image, scale: float) -> list[Box]:
    """The pictures in which writing seems to stand that the text lacks; `shown` has `scale` pixels a point."""
    able = [box for box in boxes if _is_large(box) and _covered(box, glyphs) < _COVERED]
    # Red ink is seals and stamps, which others read; in the red channel it is as white as paper.
    ink = np.asarray(shown)[:, :, 0] if able else None
    return [box for box in able if _has_rows(_cut(ink, box, scale), scale)]


def alone(shown: Image, boxes: Sequence[Box], scale: float) -> Image:
    """The page without anything outside these boxes."""
    from PIL import Image as Images

    bare = Images.new("RGB", shown.size, (_WHITE,) * 3)
    for left, top, right, bottom in boxes:
        corners = (int(left * scale), int(top * scale), int(right * scale) + 1, int(bottom * scale) + 1)
        bare.paste(shown.crop(corners), corners[:2])
    return bare


def joined(lines: Sequence[TextLine], pictured: Sequence[TextLine]) -> tuple[TextLine, ...]:
    """Lines of a page's text and of its pictures in reading order; what the text says already is not told twice."""
    rows = [[*row] for row in _rows(lines)]
    for line in pictured:
        if line.confidence < _SURE or any(_lies_over(line, other) for other in lines):
            continue
        beside = next((row for row in rows if _beside(row[0], line)), None)
        if beside is None:
            rows.append([line])
        else:
            beside.append(line)
            beside.sort(key=lambda each: each.place.left)
    rows.sort(key=lambda row: _middle(row[0]))
    return tuple(line for row in rows for line in row)


def _is_large(box: Box) -> bool:
    left, top, right, bottom = box
    return right - left >= _NARROWEST and bottom - top >= _LOWEST


def _covered(box: Box, glyphs: Sequence[Glyph]) -> float:
    """The share of a box over which characters of the text lie."""
    left, top, right, bottom = box
    inside = sum(
        glyph.height * (glyph.right - glyph.left)
        for glyph in glyphs
        if left <= (glyph.left + glyph.right) / 2 <= right and top <= glyph.middle <= bottom
    )
    return inside / ((right - left) * (bottom - top))


def _cut(ink: Array, box: Box, scale: float) -> Array:
    left, top, right, bottom = (max(0, round(edge * scale)) for edge in box)
    return ink[top:bottom, left:right]


def _has_rows(grey: Array, scale: float) -> bool:
    """Whether a picture has a row of ink as high as letters, which changes between paper and ink as letters do."""
    if not grey.size:
        return False
    paper = float(np.percentile(grey, 90))
    inked = grey < paper - _INK
    marked = np.concatenate([[False], inked.any(axis=1), [False]])
    ends = np.flatnonzero(marked[1:] != marked[:-1])
    for start, end in zip(ends[::2], ends[1::2], strict=True):
        row = inked[start:end]
        changes = np.count_nonzero(row[:, 1:] != row[:, :-1], axis=1)
        if (
            _LOWEST_LETTER * scale <= end - start <= _HIGHEST_LETTER * scale
            and row.mean() <= _MOST_INKED
            and float(np.median(changes)) >= _FEWEST_CHANGES
        ):
            return True
    return False


def _middle(line: TextLine) -> float:
    return (line.place.top + line.place.bottom) / 2


def _rows(lines: Sequence[TextLine]) -> list[list[TextLine]]:
    """Lines in reading order, those side by side together."""
    rows: list[list[TextLine]] = [[line] for line in lines[:1]]
    for before, line in pairwise(lines):
        if _beside(before, line) and line.place.left >= before.place.left:
            rows[-1].append(line)
        else:
            rows.append([line])
    return rows


def _beside(one: TextLine, other: TextLine) -> bool:
    lower = min(one.place.bottom - one.place.top, other.place.bottom - other.place.top)
    return abs(_middle(one) - _middle(other)) < lower / 2


def _lies_over(one: TextLine, other: TextLine) -> bool:
    """Whether a line of a picture lies over a line of the text, and so repeats it or is its ground."""
    a, b = one.place, other.place
    across, down = min(a.right, b.right) - max(a.left, b.left), min(a.bottom, b.bottom) - max(a.top, b.top)
    return across > 0 and down > 0 and across * down > _REPEATED * (b.right - b.left) * (b.bottom - b.top)
