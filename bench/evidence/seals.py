"""Pictures of red round seals: a ring, a star, a name along the ring; ink that did not take everywhere."""

import math
from functools import cache
from random import Random

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from bench.evidence.fonts import font_file

_SIDE = 420


def seal_picture(name: str, rng: Random) -> Image.Image:
    """A seal with this name, transparent where there is no ink; turned a little, as hands do."""
    red = (rng.randrange(190, 236), rng.randrange(10, 50), rng.randrange(20, 60))
    shape = Image.new("L", (_SIDE, _SIDE), 0)
    pen = ImageDraw.Draw(shape)
    pen.ellipse((6, 6, _SIDE - 6, _SIDE - 6), outline=255, width=12)
    pen.polygon(_star(_SIDE / 2, _SIDE / 2, 58), fill=255)
    _write_round(shape, name)
    shape = shape.rotate(rng.uniform(-14, 14), resample=Image.Resampling.BICUBIC)
    picture = Image.new("RGBA", shape.size, (*red, 0))
    picture.putalpha(_inked(shape, rng))
    return picture


def _inked(shape: Image.Image, rng: Random) -> Image.Image:
    """The shape with specks that the ink missed, between a faint and a full print."""
    grains = np.random.default_rng(rng.randrange(2**32))
    ink = np.asarray(shape, dtype=np.float32) * rng.uniform(0.55, 0.9)
    ink *= grains.random(ink.shape) > rng.uniform(0.02, 0.16)
    return Image.fromarray(ink.astype(np.uint8), "L")


def _write_round(shape: Image.Image, name: str) -> None:
    height = min(58, int(1400 / (len(name) + 4)))
    radius = _SIDE / 2 - 24 - height / 2
    spread = min(math.radians(290), len(name) * height * 1.15 / radius)
    for place, sign in enumerate(name):
        angle = -spread / 2 + spread * place / max(1, len(name) - 1)
        tile = Image.new("L", (height * 2, height * 2), 0)
        ImageDraw.Draw(tile).text((height, height), sign, fill=255, font=_letters(height), anchor="mm")
        turned = tile.rotate(-math.degrees(angle), resample=Image.Resampling.BICUBIC)
        left = _SIDE / 2 + radius * math.sin(angle) - height
        top = _SIDE / 2 - radius * math.cos(angle) - height
        shape.paste(255, (int(left), int(top)), turned)


@cache
def _letters(height: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_file("medium")), height)


def _star(across: float, down: float, radius: float) -> list[tuple[float, float]]:
    points = []
    for corner in range(10):
        reach = radius if corner % 2 == 0 else radius * 0.382
        angle = math.pi * corner / 5
        points.append((across + reach * math.sin(angle), down - reach * math.cos(angle)))
    return points
