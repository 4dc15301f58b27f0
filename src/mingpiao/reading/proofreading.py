"""Finds characters of a text layer that the page does not show so: an 8 on the page that the file calls 3.

A font says itself which characters its shapes are, and may say anything. All characters are compared with their
shapes in a small picture, and those that look wrong once more in a large one. Digits and amounts in words are compared
each by itself. Other characters count only where two stand side by side, since a typeface may draw a single one in a
way that looks like another.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from mingpiao.reading.shapes import DIGITS, WORDS, Resemblance, is_known, resemblances

Array = Any
Image = Any

#: By how much more a shape looks like another digit, word or character than like its own, at first and at second look.
_UNLIKE = ((0.05, 0.03, 0.2), (0.05, 0.05, 0.2))
#: Pixels a point of the pictures of both looks, and the most pixels a side.
_SCALES = (2.0, 4.0)
_MOST_PIXELS = 6_000
#: Smaller shapes, in pixels, and fainter ones (of 255) are not compared.
_LEAST_PIXELS, _LEAST_HIGH, _LEAST_INK = 20, 5, 30
#: The most shapes of one page; a page of small print has 4,000.
_MOST_SHAPES = 6_000


class Drawn(NamedTuple):
    """A character with the box (left, top, right, bottom) of its shape, in points on the page as shown.

    `order` is its number in the file, `angle` how far it is turned clockwise, in degrees.
    """

    order: int
    text: str
    box: tuple[float, float, float, float]
    angle: int


def doubtful(
    drawn: Sequence[Drawn], size: tuple[float, float], picture: Callable[[float], Image]
) -> dict[int, Resemblance]:
    """The characters that do not look like what they are said to be, by their numbers, with what they look like.

    `size` is that of the page in points; `picture` draws the page in grey with so many pixels a point.
    """
    left = [each for each in drawn[:_MOST_SHAPES] if is_known(each.text) and each.angle % 90 == 0]
    found: dict[int, Resemblance] = {}
    for scale, bounds in zip(_SCALES, _UNLIKE, strict=True):
        if not left:
            return {}
        within = min(scale, _MOST_PIXELS / max(size))
        grey = np.asarray(picture(within))
        found = _unlike(left, grey, within, bounds)
        left = [each for each in left if each.order in found]
    return found


def _unlike(
    drawn: Sequence[Drawn], grey: Array, scale: float, bounds: tuple[float, float, float]
) -> dict[int, Resemblance]:
    shapes: dict[tuple[str, tuple[int, ...], bytes], list[int]] = {}
    for each in drawn:
        shape = _shape(grey, each, scale)
        if shape is not None:
            shapes.setdefault((each.text, shape.shape, shape.tobytes()), []).append(each.order)
    # A program draws the same character in the same pixels over and over, so that few are left to compare.
    said = [text for text, _, _ in shapes]
    looks = resemblances(said, [np.frombuffer(ink, np.uint8).reshape(size) for _, size, ink in shapes])
    digit, word, other = bounds
    alone: dict[int, Resemblance] = {}
    beside: dict[int, Resemblance] = {}
    for text, look, orders in zip(said, looks, shapes.values(), strict=True):
        bound, kept = (
            (digit, alone) if text in DIGITS else (word, alone) if text in WORDS else (other, beside)
        )
        if look.margin > bound:
            kept |= dict.fromkeys(orders, look)
    return alone | {
        order: look for order, look in beside.items() if order - 1 in beside or order + 1 in beside
    }


def _shape(grey: Array, drawn: Drawn, scale: float) -> Array | None:
    """The pixels of a shape, upright, ink bright on dark; None for what is too small or too faint."""
    left, top, right, bottom = (round(edge * scale) for edge in drawn.box)
    shape = grey[max(0, top) : bottom, max(0, left) : right]
    if (
        shape.size < _LEAST_PIXELS
        or min(shape.shape) < 1
        or max(shape.shape) < _LEAST_HIGH
        or int(shape.max()) - int(shape.min()) < _LEAST_INK
    ):
        return None
    around = grey[max(0, top - 1) : bottom + 1, max(0, left - 1) : right + 1]
    ground = np.median(np.concatenate([around[0], around[-1], around[:, 0], around[:, -1]]))
    ink = 255 - shape if ground > shape.mean() else shape
    return np.ascontiguousarray(np.rot90(ink, drawn.angle // 90))
