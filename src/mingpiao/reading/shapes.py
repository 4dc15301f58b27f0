"""Shapes of characters: whether what a page shows looks like the character that a file says it is.

A shape is told by the directions of its edges in each part of its box, as in the recognition of printed Chinese: that
depends little on the typeface. It is held against the same character in the platform's own fonts, and against others
that it might be. None of this is sure; what looks wrong is then read by OCR.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from PIL import Image, ImageFont

from mingpiao.letters.service import DIGIT_FONT_PATHS, FONT_PATH

Array = Any

#: A shape is scaled to this side, of which a margin stays free, and is told by so many parts a side and directions.
_SIDE, _MARGIN, _PARTS, _DIRECTIONS = 24, 2, 6, 4
#: The kept shapes of the platform's fonts, so that no process draws them first; `scripts/shapes.py` writes it.
TABLE = Path(__file__).with_name("shapes.npz")
_STEPS = 127.0
#: How high the fonts' own characters are drawn, in pixels.
_FONT_SIZE = 32

#: How many of the characters that are most like a shape are told.
_MOST_LIKE = 8

DIGITS = "0123456789"
#: The characters of amounts in words, which are told from one another.
WORDS = "零壹贰叁肆伍陆柒捌玖拾佰仟万亿"


class Resemblance(NamedTuple):
    """What a shape looks like: the characters that are most like it, the first one most, and how much more like it is
    than what it is said to be (0..2; 0 when it is that)."""

    like: str
    margin: float


def is_known(text: str) -> bool:
    """Whether shapes can be held against this character."""
    return text in DIGITS or "\u4e00" <= text <= "\u9fff"


def resemblances(said: Sequence[str], drawn: Sequence[Array]) -> list[Resemblance]:
    """For each shape (grey, dark is 0 and ink is bright) what it looks like; `said` are known characters (`is_known`)."""
    if not said:
        return []
    found = _features(np.stack([_fitted(each) for each in drawn]))
    digits = np.max([found @ each.T for each in _digits()], axis=0)
    common = found @ _common().T
    return [_resemblance(each, digits[place], common[place], found[place]) for place, each in enumerate(said)]


def _resemblance(said: str, digits: Array, common: Array, found: Array) -> Resemblance:
    if said in DIGITS:
        return _nearest(said, DIGITS, digits, float(digits[DIGITS.index(said)]))
    if said in WORDS:
        words = common[[_places()[word] for word in WORDS]]
        return _nearest(said, WORDS, words, float(words[WORDS.index(said)]))
    place = _places().get(said)
    own = float(found @ _rare(said)) if place is None else float(common[place])
    return _nearest(said, _characters(), common, own)


def _nearest(said: str, characters: str, likes: Array, own: float) -> Resemblance:
    most = float(likes.max())
    if most <= own:
        return Resemblance(said, 0.0)
    return Resemblance("".join(characters[place] for place in np.argsort(-likes)[:_MOST_LIKE]), most - own)


def draw_anew() -> dict[str, Array]:
    """The shapes of the platform's own fonts, as `TABLE` keeps them: directions of edges in 256 steps."""
    drawn = {"han": _drawn(_characters(), FONT_PATH)}
    drawn |= {f"digits{number}": _drawn(DIGITS, path) for number, path in enumerate(DIGIT_FONT_PATHS)}
    return {name: np.round(shapes * _STEPS).astype(np.int8) for name, shapes in drawn.items()}


@cache
def _table() -> dict[str, Array]:
    """The kept shapes as vectors of length 1."""
    with np.load(TABLE) as kept:
        return {name: _unit(kept[name].astype(np.float32)) for name in kept.files}


@cache
def _characters() -> str:
    """The 3,755 common characters (GB/T 2312, first level)."""
    return "".join(
        bytes([row, cell]).decode("gb2312")
        for row in range(0xB0, 0xD8)
        for cell in range(0xA1, 0xFF)
        if (row, cell) < (0xD7, 0xFA)
    )


@cache
def _places() -> dict[str, int]:
    return {character: place for place, character in enumerate(_characters())}


def _common() -> Array:
    return _table()["han"]


@cache
def _rare(character: str) -> Array:
    return _drawn(character, FONT_PATH)[0]


@cache
def _digits() -> tuple[Array, ...]:
    return tuple(shapes for name, shapes in _table().items() if name.startswith("digits"))


def _drawn(characters: Iterable[str], path: Path) -> Array:
    font = ImageFont.truetype(str(path), _FONT_SIZE)
    return _features(np.stack([_fitted(_of_font(each, font)) for each in characters]))


def _of_font(character: str, font: Any) -> Array:
    mask = font.getmask(character)
    drawn = Image.frombytes("L", mask.size, bytes(mask)) if all(mask.size) else Image.new("L", (1, 1))
    return np.asarray(drawn.crop(drawn.getbbox() or (0, 0, 1, 1)))


def _fitted(ink: Array) -> Array:
    """A shape in the middle of its square, half as slim as it is, from 0 (paper) to 1 (ink)."""
    height, width = ink.shape
    largest = _SIDE - 2 * _MARGIN
    slim = max(1, round(largest * (min(width, height) / max(width, height)) ** 0.5))
    wide, high = (largest, slim) if width >= height else (slim, largest)
    way = Image.Resampling.BILINEAR if max(width, height) < largest else Image.Resampling.BOX
    scaled = np.asarray(Image.fromarray(ink).resize((wide, high), way), np.float32)
    lowest, highest = float(ink.min()), float(ink.max())
    square = np.zeros((_SIDE, _SIDE), np.float32)
    top, left = (_SIDE - high) // 2, (_SIDE - wide) // 2
    square[top : top + high, left : left + wide] = (scaled - lowest) / max(1.0, highest - lowest)
    return square


def _features(shapes: Array) -> Array:
    """Shapes (n, side, side) as vectors (n, …) of length 1, whose product tells how like they are."""
    across, down = np.zeros_like(shapes), np.zeros_like(shapes)
    across[:, :, 1:-1] = shapes[:, :, 2:] - shapes[:, :, :-2]
    down[:, 1:-1] = shapes[:, 2:] - shapes[:, :-2]
    angles = [np.pi * part / _DIRECTIONS for part in range(_DIRECTIONS)]
    edges = np.stack([(across * np.cos(angle) + down * np.sin(angle)) ** 2 for angle in angles], axis=1)
    pooled = np.sqrt(_pool() @ edges @ _pool().T).reshape(len(shapes), -1)
    centred = pooled - pooled.mean(axis=1, keepdims=True)
    return _unit(centred)


def _unit(vectors: Array) -> Array:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)


@cache
def _pool() -> Array:
    """Weights (parts, side) by which a part takes from the rows, or columns, near it."""
    middles = (np.arange(_PARTS) + 0.5) * _SIDE / _PARTS - 0.5
    apart = np.arange(_SIDE)[None] - middles[:, None]
    weights = np.exp(-(apart**2) / (2 * (0.6 * _SIDE / _PARTS) ** 2))
    return (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
