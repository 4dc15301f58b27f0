"""Pictures are decoded as people see them."""

import io
from typing import Any

import pytest
from PIL import Image, ImageDraw

from mingpiao.reading.photos import decode


def _png(picture: Image.Image, **told: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG", **told)
    return out.getvalue()


def _writing(mode: str, ground: Any, ink: Any) -> Image.Image:
    picture = Image.new(mode, (200, 100), ground)
    ImageDraw.Draw(picture).rectangle((50, 40, 150, 60), fill=ink)
    return picture


@pytest.mark.parametrize(
    ("mode", "ground", "ink"),
    [("RGBA", (0, 0, 0, 0), (0, 0, 0, 255)), ("LA", (0, 0), (0, 255)), ("L", 255, 0), ("1", 1, 0)],
)
def test_what_is_transparent_is_white(mode: str, ground: Any, ink: Any) -> None:
    shown = decode(_png(_writing(mode, ground, ink)))
    assert shown.mode == "RGB"
    assert (shown.getpixel((5, 5)), shown.getpixel((100, 50))) == ((255, 255, 255), (0, 0, 0))


def test_a_transparent_colour_of_a_palette_is_white() -> None:
    picture = _writing("P", 0, 1)
    picture.putpalette([0, 0, 0, 10, 10, 10])
    shown = decode(_png(picture, transparency=0))
    assert (shown.getpixel((5, 5)), shown.getpixel((100, 50))) == ((255, 255, 255), (10, 10, 10))


def test_a_photograph_is_turned_as_its_telephone_was_held() -> None:
    picture = _writing("RGB", "white", "black")
    turned = Image.Exif()
    turned[0x0112] = 6
    out = io.BytesIO()
    picture.save(out, "JPEG", exif=turned)
    assert decode(out.getvalue()).size == (100, 200)
