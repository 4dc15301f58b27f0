"""Finds red seals by their colour: connected red areas of a seal's size and shape."""

from collections.abc import Iterator
from typing import Any

from mingpiao.reading.model import PagePlace

Array = Any

#: The number of cells along the page's shorter side; red in neighbouring cells belongs to one area.
_CELLS = 64
#: Pixels of the shorter side, enough to find a seal.
_ENOUGH_PIXELS = 384
#: The least red share of a cell that counts as red.
_RED_PART = 0.04
#: Sides of a seal in cells (42 mm on A4 are 13 cells; a small stamp 5), and its largest ratio of the sides.
_SMALLEST_SIDE = 5
_LARGEST_SIDE = 26
_LONGEST_SHAPE = 1.8
#: The red share of a seal's box: more than that of a thin frame, less than that of a filled area.
_LEAST_INK = 0.05
_MOST_INK = 0.85
#: An area is cut so often, one seal after another; and how slim a seal is at most that was cut out.
_MOST_CUTS = 3
_SQUARE = 1.35
#: Round seals that touch or overlap are slimmer where they meet; a framed stamp is not.
_WAIST = 0.7


def red_seals(page: Any, number: int) -> tuple[PagePlace, ...]:
    """Places of red seals on an upright page (an RGB picture)."""
    import numpy as np

    page = page.reduce(max(1, min(page.size) // _ENOUGH_PIXELS))
    pixels = np.asarray(page)
    red, green, blue = (pixels[:, :, channel].astype(np.int16) for channel in range(3))
    inked = (red > 90) & (red - green > 45) & (red - blue > 35)
    if not inked.any():
        return ()
    cell = max(1, min(inked.shape) // _CELLS)
    down, across = inked.shape[0] // cell, inked.shape[1] // cell
    share = inked[: down * cell, : across * cell].reshape(down, cell, across, cell).mean(axis=(1, 3))
    marked = share > _RED_PART
    boxes = [part for box in _outermost(_areas(marked)) for part in _parted(share, marked, box, _MOST_CUTS)]
    return tuple(
        PagePlace(
            page=number,
            left=round(left / across, 4),
            top=round(top / down, 4),
            right=round(right / across, 4),
            bottom=round(bottom / down, 4),
        )
        for left, top, right, bottom in boxes
        if _is_seal(share, (left, top, right, bottom))
    )


_Box = tuple[int, int, int, int]


def _outermost(boxes: list[_Box]) -> list[_Box]:
    """Boxes that lie in no other box: the star inside a round seal belongs to that seal."""
    return [
        box
        for box in boxes
        if not any(
            other[0] <= box[0] and other[1] <= box[1] and box[2] <= other[2] and box[3] <= other[3]
            for other in boxes
            if other != box
        )
    ]


def _areas(marked: Array) -> list[_Box]:
    """Boxes (left, top, right, bottom) of the connected marked cells; a gap of one cell is bridged."""
    waiting = {(int(row), int(column)) for row, column in zip(*marked.nonzero(), strict=True)}
    boxes = []
    while waiting:
        stack = [waiting.pop()]
        rows, columns = [], []
        while stack:
            row, column = stack.pop()
            rows.append(row)
            columns.append(column)
            near = {(r, c) for r in range(row - 2, row + 3) for c in range(column - 2, column + 3)} & waiting
            waiting -= near
            stack.extend(near)
        boxes.append((min(columns), min(rows), max(columns) + 1, max(rows) + 1))
    return boxes


def _parted(share: Array, marked: Array, box: _Box, cuts: int) -> list[_Box]:
    """The seals of an area that is one, or that is several which touch or overlap.

    It is cut into as few as there may be, and so that they are as square as seals are. An area that is none, and no
    seals side by side, is itself.
    """
    if _is_seal(share, box):
        return [box]
    ways = []
    for half, rest in _halves(marked, box) if cuts else ():
        if _slimness(half) <= _SQUARE and _is_seal(share, half):
            parts = [half, *_parted(share, marked, rest, cuts - 1)]
            if all(_is_seal(share, part) for part in parts):
                ways.append(parts)
    return min(ways, key=lambda parts: (len(parts), max(map(_slimness, parts))), default=[box])


def _halves(marked: Array, box: _Box) -> Iterator[tuple[_Box, _Box]]:
    """An area cut in two from left to right and from top to bottom, each part as small as what is red in it."""
    left, top, right, bottom = box
    for place in range(left + _SMALLEST_SIDE, right - _SMALLEST_SIDE + 1):
        waist = _extent(marked[top:bottom, place - 1 : place + 1].any(axis=1))
        for parts in _both(marked, (left, top, place, bottom), (place, top, right, bottom)):
            if waist <= _WAIST * min(each[3] - each[1] for each in parts):
                yield parts
    for place in range(top + _SMALLEST_SIDE, bottom - _SMALLEST_SIDE + 1):
        waist = _extent(marked[place - 1 : place + 1, left:right].any(axis=0))
        for parts in _both(marked, (left, top, right, place), (left, place, right, bottom)):
            if waist <= _WAIST * min(each[2] - each[0] for each in parts):
                yield parts


def _extent(line: Array) -> int:
    """From the first to the last that is marked."""
    places = line.nonzero()[0]
    return int(places[-1] - places[0] + 1) if len(places) else 0


def _both(marked: Array, one: _Box, two: _Box) -> Iterator[tuple[_Box, _Box]]:
    parts = [
        _tight(marked, each) for each in (one, two) if marked[each[1] : each[3], each[0] : each[2]].any()
    ]
    if len(parts) == 2:
        yield parts[0], parts[1]


def _slimness(box: _Box) -> float:
    wide, high = box[2] - box[0], box[3] - box[1]
    return max(wide, high) / max(1, min(wide, high))


def _tight(marked: Array, box: _Box) -> _Box:
    left, top, right, bottom = box
    rows, columns = marked[top:bottom, left:right].nonzero()
    return (
        left + int(columns.min()),
        top + int(rows.min()),
        left + int(columns.max()) + 1,
        top + int(rows.max()) + 1,
    )


def _is_seal(share: Array, box: _Box) -> bool:
    left, top, right, bottom = box
    return _looks_like_a_seal(right - left, bottom - top, float(share[top:bottom, left:right].mean()))


def _looks_like_a_seal(wide: int, high: int, ink: float) -> bool:
    larger, smaller = max(wide, high), min(wide, high)
    return (
        smaller >= _SMALLEST_SIDE
        and larger <= min(_LARGEST_SIDE, _LONGEST_SHAPE * smaller)
        and _LEAST_INK <= ink <= _MOST_INK
    )
