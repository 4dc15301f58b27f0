"""Finds red seals by their colour: connected red areas of a seal's size and shape."""

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
    return tuple(
        PagePlace(
            page=number,
            left=round(left / across, 4),
            top=round(top / down, 4),
            right=round(right / across, 4),
            bottom=round(bottom / down, 4),
        )
        for left, top, right, bottom in _outermost(_areas(share > _RED_PART))
        if _looks_like_a_seal(right - left, bottom - top, float(share[top:bottom, left:right].mean()))
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


def _looks_like_a_seal(wide: int, high: int, ink: float) -> bool:
    larger, smaller = max(wide, high), min(wide, high)
    return (
        smaller >= _SMALLEST_SIDE
        and larger <= min(_LARGEST_SIDE, _LONGEST_SHAPE * smaller)
        and _LEAST_INK <= ink <= _MOST_INK
    )
