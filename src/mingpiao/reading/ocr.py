"""OCR of a page's picture with rapidocr's neural networks, in any of its four rotations.

The detector finds lines of any direction. Vertical lines show that the page is turned by 90 degrees; a few
lines read both ways show whether it is upside down. All lines are then read once, upright.
"""

import functools
import math
import os
from collections.abc import Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

import cv2
import numpy as np
from rapidocr import RapidOCR
from rapidocr.ch_ppocr_det import TextDetOutput

from mingpiao.reading.model import PagePlace, TextLine
from mingpiao.reading.seals import red_seals

Array = Any

#: The longest side, in pixels, of the picture in which lines are detected; they are read at full resolution.
_DETECTION_SIDE = 1_024
#: How many lines are read both ways to find the upper side; one way is enough at this confidence.
_TRIED_LINES = 5
_READS_WELL = 0.93
#: A page with so few lines is tried in all four rotations; that of the page before gets this bonus.
_FEW_BOXES = 5
_LIKELY = 0.08
#: The best width by height of lines for this test: long enough to be reliable, short enough to be quick.
_TELLING_SHAPE = 5.5
#: A line read with less confidence is noise: stains, stamps, handwriting.
_LEAST_CONFIDENCE = 0.5
#: How many lines are read at once. More do not fit into the processor's cache and are slower: six take three
#: times as long as two.
_BATCH = 2
#: Short lines are padded to this width (pixels at a height of 48). It is half the library's default, since
#: cells of tables are short.
_NARROWEST = 160
#: A box this much higher than wide may be a word that stands upright, one character under another. It is one
#: when it reads this well so, and not as a line. It has at most this many characters in a height of its width.
_STANDING = 1.5
_STANDS_WELL = 0.8
_SLIMMEST = 2.2
#: The most characters of a standing word, and the least pixels of a row or column that is written on.
_MOST_STANDING = 12
_LEAST_MARKS = 2
#: The most lines that are read of one page; a page of small print has 120.
_MAX_LINES = 600
#: Red ink, by its channels (of 255), as of seals; and its least share of a page on which stamps are looked for.
_RED, _REDDER_THAN_GREEN, _REDDER_THAN_BLUE = 90, 45, 35
_LEAST_RED = 0.003
#: By how many degrees stamps stand obliquely to the lines, and how many of a page are read.
_OBLIQUE, _MOST_OBLIQUE = 5.0, 60.0
_MOST_STAMPS = 6


class Seen(NamedTuple):
    """What was read from a picture after turning it upright, by `rotation` degrees clockwise.

    `aslant` is what stamps in red say that stand obliquely over the writing.
    """

    rotation: int
    lines: tuple[TextLine, ...]
    seals: tuple[PagePlace, ...]
    aslant: tuple[TextLine, ...]


@functools.cache
def _engine() -> RapidOCR:
    """The neural networks, loaded once in each process (1 s, 0.6 GB)."""
    threads = min(2, os.cpu_count() or 1)
    return RapidOCR(
        params={
            "Global.log_level": "error",
            "Global.use_cls": False,
            "Rec.rec_batch_num": _BATCH,
            "Rec.rec_img_shape": [3, 48, _NARROWEST],
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def look(shown: Any, number: int, likely: int | None = None) -> Seen:
    """Lines and seals of a picture (RGB) of page `number`; `likely` is the rotation of the page before."""
    seals = red_seals(shown, number)
    pixels = _without_ink(np.asarray(shown)[:, :, ::-1], seals)
    boxes = _detect(pixels)
    rotation = _rotation(pixels, boxes, likely)
    if rotation:
        pixels, _ = _turned_by(rotation, pixels, ())
        # The detector finds lines in any direction, but misses fewer on an upright page.
        boxes = _detect(pixels)
    crops = _crops(pixels, boxes)
    read = [_stood_up(crop, text) for crop, text in zip(crops, _read(crops), strict=True)]
    lines = _in_order(read, boxes, pixels.shape[:2], number)
    aslant = _stamps(pixels, _slope(boxes), number)
    return Seen(rotation, lines, tuple(_turned(seal, rotation) for seal in seals), aslant)


def _stamps(pixels: Array, slope: float, number: int) -> tuple[TextLine, ...]:
    """What red ink outside seals says obliquely: 作废 across the writing, which hides it from the first look."""
    blue, green, red = (pixels[:, :, channel].astype(np.int16) for channel in range(3))
    inked = (red > _RED) & (red - green > _REDDER_THAN_GREEN) & (red - blue > _REDDER_THAN_BLUE)
    if inked.mean() < _LEAST_RED:
        return ()
    ink = cv2.cvtColor(np.where(inked, 0, 255).astype(np.uint8), cv2.COLOR_GRAY2BGR)
    boxes = [
        box
        for box in _detect(ink)
        if _OBLIQUE <= abs(_angle(box) - math.degrees(math.atan(slope))) <= _MOST_OBLIQUE
    ][:_MOST_STAMPS]
    read = _read(_crops(ink, boxes))
    return tuple(
        line
        for box, one in zip(boxes, read, strict=True)
        for line in _in_order([one], [box], ink.shape[:2], number)
    )


def _angle(box: Array) -> float:
    """By how many degrees the upper edge of a box falls."""
    across, down = box[1] - box[0]
    return math.degrees(math.atan2(down, across))


def _without_ink(pixels: Array, seals: Sequence[PagePlace]) -> Array:
    """The picture with only its red channel in the areas of seals: there red ink is white, and writing stays dark."""
    faded = np.ascontiguousarray(pixels)
    height, width = faded.shape[:2]
    for seal in seals:
        rows = slice(int(seal.top * height), int(seal.bottom * height) + 1)
        columns = slice(int(seal.left * width), int(seal.right * width) + 1)
        faded[rows, columns] = faded[rows, columns, 2:3]
    return faded


def _turned(place: PagePlace, rotation: int) -> PagePlace:
    """A place after its page was turned clockwise."""
    left, top, right, bottom = place.left, place.top, place.right, place.bottom
    if rotation == 90:
        left, top, right, bottom = 1 - bottom, left, 1 - top, right
    elif rotation == 180:
        left, top, right, bottom = 1 - right, 1 - bottom, 1 - left, 1 - top
    elif rotation == 270:
        left, top, right, bottom = top, 1 - right, bottom, 1 - left
    return PagePlace(
        page=place.page,
        left=round(left, 4),
        top=round(top, 4),
        right=round(right, 4),
        bottom=round(bottom, 4),
    )


def _detect(pixels: Array) -> list[Array]:
    """Corners of the boxes of lines, clockwise from the top left one in the picture."""
    scale = min(1.0, _DETECTION_SIDE / max(pixels.shape[:2]))
    smaller = (
        cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else pixels
    )
    found = _engine()(smaller, use_det=True, use_cls=False, use_rec=False)
    if not isinstance(found, TextDetOutput) or found.boxes is None:
        return []
    return [np.asarray(box, np.float32) / scale for box in found.boxes[:_MAX_LINES]]


def _sides(box: Array) -> tuple[float, float]:
    """Width and height of a box along its own edges."""
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def _rotation(pixels: Array, boxes: Sequence[Array], likely: int | None) -> int:
    """By how many degrees the picture must be turned clockwise to be upright."""
    if not boxes:
        return 0
    if len(boxes) <= _FEW_BOXES:
        ways: tuple[int, ...] = (0, 90, 180, 270)
    else:
        ways = (90, 270) if _are_vertical(boxes) else (0, 180)
    best, certainty = 0, -1.0
    for way in ways:
        reads = _certainty(*_turned_by(way, pixels, boxes)) + (_LIKELY if way == likely else 0.0)
        if reads > certainty:
            best, certainty = way, reads
        if len(ways) == 2 and certainty >= _READS_WELL:
            break
    return best


def _are_vertical(boxes: Sequence[Array]) -> bool:
    """Whether most lines are vertical; short boxes do not count."""
    upright = lying = 0.0
    for box in boxes:
        width, height = _sides(box)
        if height > 1.8 * width:
            upright += height
        elif width > 1.8 * height:
            lying += width
    return upright > lying


def _turned_by(rotation: int, pixels: Array, boxes: Sequence[Array]) -> tuple[Array, list[Array]]:
    """The picture turned clockwise, and the boxes with it."""
    turned = list(boxes)
    for _ in range(rotation // 90):
        height = pixels.shape[0]
        pixels = cv2.rotate(pixels, cv2.ROTATE_90_CLOCKWISE)
        turned = [
            np.stack([height - box[:, 1], box[:, 0]], axis=1)[[3, 0, 1, 2]].astype(np.float32)
            for box in turned
        ]
    return pixels, turned


def _certainty(pixels: Array, boxes: Sequence[Array]) -> float:
    """The mean confidence of a few lines of suitable length when they are read in this rotation."""
    tried = sorted(boxes, key=lambda box: abs(_sides(box)[0] / max(1.0, _sides(box)[1]) - _TELLING_SHAPE))
    read = _read(_crops(pixels, tried[:_TRIED_LINES]))
    return sum(confidence for _, confidence in read) / len(read)


def _crops(pixels: Array, boxes: Sequence[Array]) -> list[Array]:
    return [_crop(pixels, box) for box in boxes]


def _crop(pixels: Array, box: Array) -> Array:
    """The picture of one line, cut out and straightened."""
    width, height = (max(1, round(side)) for side in _sides(box))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(box, target)
    return cv2.warpPerspective(
        pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC
    )


def _read(crops: Sequence[Array]) -> list[tuple[str, float]]:
    if not crops:
        return []
    found = _engine().recognize_txt(list(crops))
    return list(zip(found.txts or (), found.scores or (), strict=True))


def read_rows(pictures: Sequence[Any]) -> list[tuple[str, float]]:
    """What pictures (RGB) of single upright rows say, each with its confidence."""
    return _read([np.ascontiguousarray(np.asarray(each)[:, :, ::-1]) for each in pictures])


def read_upright(shown: Any, number: int) -> tuple[TextLine, ...]:
    """Lines of a picture (RGB) of page `number` that is known to be upright."""
    pixels = np.ascontiguousarray(np.asarray(shown)[:, :, ::-1])
    boxes = _detect(pixels)
    return _in_order(_read(_crops(pixels, boxes)), boxes, pixels.shape[:2], number)


def _stood_up(crop: Array, read: tuple[str, float]) -> tuple[str, float]:
    """What a box says: as a line, or as a word whose characters stand under one another, whichever reads well."""
    if crop.shape[0] < _STANDING * crop.shape[1] or read[1] >= _READS_WELL:
        return read
    word = _inked(crop)
    most = round(_SLIMMEST * crop.shape[0] / crop.shape[1])
    counts = range(2, min(max(2, most), _MOST_STANDING) + 1)
    laid = _read([_laid_down(word, count) for count in counts])
    # A wrong number of parts cuts through characters, and seldom gives as many of them as there are parts.
    fitting = [one for count, one in zip(counts, laid, strict=True) if len(one[0].strip()) == count]
    best = max(fitting, key=lambda one: one[1], default=read)
    return best if best[1] >= _STANDS_WELL else read


def _inked(crop: Array) -> Array:
    """The part of a box that has writing, without the margin that the detector leaves around it."""
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY).astype(np.float32)
    apart = np.abs(grey - np.median(grey))
    marks = apart > 0.5 * np.percentile(apart, 98)
    rows, columns = (np.flatnonzero(marks.sum(axis=axis) >= _LEAST_MARKS) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return crop
    return crop[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _laid_down(word: Array, count: int) -> Array:
    """The characters of a standing word, which has so many, beside one another."""
    ends = [round(word.shape[0] * part / count) for part in range(count + 1)]
    size = max(end - start for start, end in pairwise(ends))
    gap = max(1, size // 12)
    return np.hstack(
        [
            cv2.copyMakeBorder(word[start:end], gap + size - end + start, gap, gap, gap, cv2.BORDER_REPLICATE)
            for start, end in pairwise(ends)
        ]
    )


class _Placed(NamedTuple):
    text: str
    confidence: float
    box: Array
    middle: float  # of the row, with the page's slope removed
    left: float
    height: float


def _in_order(
    read: Sequence[tuple[str, float]], boxes: Sequence[Array], shape: tuple[int, int], number: int
) -> tuple[TextLine, ...]:
    """Lines row by row and from left to right; a slight slope of the page does not mix the rows."""
    slope = _slope(boxes)
    placed = [
        _Placed(
            text.strip(),
            confidence,
            box,
            float(box[:, 1].mean() - slope * box[:, 0].mean()),
            float(box[:, 0].min()),
            _sides(box)[1],
        )
        for (text, confidence), box in zip(read, boxes, strict=True)
        if text.strip() and confidence >= _LEAST_CONFIDENCE
    ]
    placed.sort(key=lambda one: one.middle)
    rows: list[list[_Placed]] = []
    for one in placed:
        if rows and one.middle - median(other.middle for other in rows[-1]) < 0.5 * min(
            one.height, rows[-1][0].height
        ):
            rows[-1].append(one)
        else:
            rows.append([one])
    return tuple(
        _line(one, shape, number, slope) for row in rows for one in sorted(row, key=lambda one: one.left)
    )


def _slope(boxes: Sequence[Array]) -> float:
    """The slope of long lines (rise by run)."""
    long = [box for box in boxes if _sides(box)[0] > 4 * _sides(box)[1]]
    if not long:
        return 0.0
    return float(median((box[1][1] - box[0][1]) / max(1.0, box[1][0] - box[0][0]) for box in long))


def _line(one: _Placed, shape: tuple[int, int], number: int, slope: float) -> TextLine:
    height, width = shape
    left, right = float(one.box[:, 0].min()) / width, float(one.box[:, 0].max()) / width
    edges = _edges(one.text, left, right)
    place = PagePlace(
        page=number,
        left=_part(left),
        top=_part(float(one.box[:, 1].min()) / height),
        right=_part(right),
        bottom=_part(float(one.box[:, 1].max()) / height),
    )
    return TextLine(
        text=one.text,
        place=place,
        confidence=round(one.confidence, 3),
        edges=edges,
        slope=round(slope * width / height, 5),
    )


def _edges(text: str, left: float, right: float) -> tuple[float, ...]:
    """The estimated edges of characters; full-width ones count as twice as wide as others."""
    widths = [0.55 if ord(character) < 0x2E80 else 1.0 for character in text]
    total = math.fsum(widths)
    edges = [left]
    for width in widths:
        edges.append(edges[-1] + width * (right - left) / total)
    return tuple(_part(edge) for edge in edges)


def _part(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)
