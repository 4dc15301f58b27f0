"""Draws a short line of digits and signs as a picture that a person reads with ease and a program with effort.

Each character is turned and moved by chance and lines run through all of them, so that no two pictures of the
same sum are alike. The text itself is nowhere in the page.
"""

import io
import random
import secrets

from PIL import Image, ImageDraw, ImageFont

from mingpiao.letters.service import FONT_PATH

_WIDTH, _HEIGHT, _SIZE, _CELL = 300, 90, 44, 46
_INK = ((29, 79, 145), (110, 40, 60), (24, 90, 70))
_PAPER = (246, 248, 251)
_LINES, _DOTS = 5, 160
_MOST_TURN = 18


def draw_puzzle(text: str) -> bytes:
    """A PNG of some kilobytes that shows up to six characters."""
    chance = random.Random(secrets.token_bytes(16))  # noqa: S311 - seeded from the system's own
    font = ImageFont.truetype(FONT_PATH, _SIZE, layout_engine=ImageFont.Layout.BASIC)
    picture = Image.new("RGB", (_WIDTH, _HEIGHT), _PAPER)
    for place, character in enumerate(text):
        _put(picture, character, 12 + place * _CELL, font, chance)
    _scratch(ImageDraw.Draw(picture), chance)
    file = io.BytesIO()
    picture.quantize(32).save(file, "PNG", optimize=True)
    return file.getvalue()


def _put(
    picture: Image.Image, character: str, left: int, font: ImageFont.FreeTypeFont, chance: random.Random
) -> None:
    tile = Image.new("L", (_CELL + 24, _HEIGHT), 0)
    middle = ((_CELL + 24) / 2, _HEIGHT / 2)
    ImageDraw.Draw(tile).text(middle, character, fill=255, font=font, anchor="mm")
    turned = tile.rotate(chance.uniform(-_MOST_TURN, _MOST_TURN), resample=Image.Resampling.BICUBIC)
    place = (left - 12 + chance.randint(-3, 3), chance.randint(-8, 8))
    picture.paste(chance.choice(_INK), place, turned)


def _scratch(draw: ImageDraw.ImageDraw, chance: random.Random) -> None:
    for _ in range(_LINES):
        ends = (0, chance.randint(0, _HEIGHT), _WIDTH, chance.randint(0, _HEIGHT))
        draw.line(ends, fill=chance.choice(_INK), width=1)
    for _ in range(_DOTS):
        draw.point((chance.randrange(_WIDTH), chance.randrange(_HEIGHT)), fill=chance.choice(_INK))
