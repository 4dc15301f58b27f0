"""The pictures of demonstration seals."""

import io
from pathlib import Path

import pytest
from PIL import Image

import mingpiao
from mingpiao.sealing.model import SealImage
from mingpiao.sealing.service import draw_supervisor_seal, draw_unit_seal

FONT = Path(mingpiao.__file__).parent / "layout" / "fonts" / "NotoSansSC-Regular.ttf"
pytestmark = pytest.mark.skipif(not FONT.exists(), reason="the font comes with `make setup`")


def opened(image: SealImage) -> Image.Image:
    return Image.open(io.BytesIO(image.data))


@pytest.mark.parametrize(
    ("image", "millimetres", "pixels"),
    [
        (draw_unit_seal("演示第一医院", FONT), (40, 40), (472, 472)),
        (draw_supervisor_seal("内蒙古自治区", FONT), (30, 20), (354, 236)),
    ]
    if FONT.exists()
    else [],
)
def test_size_and_colour(image: SealImage, millimetres: tuple[int, int], pixels: tuple[int, int]) -> None:
    picture = opened(image)
    assert (image.format, image.width_mm, image.height_mm) == ("png", *millimetres)
    assert (picture.format, picture.mode, picture.size) == ("PNG", "RGBA", pixels)
    assert len(image.data) < 40_000
    alpha = picture.getchannel("A")
    assert picture.getpixel((0, 0))[3] == 0, "corners are transparent"
    assert picture.getpixel((5, pixels[1] // 2)) == (200, 22, 30, 255), "the ring is red"
    assert alpha.getextrema() == (0, 255)
    assert 0.1 < sum(alpha.histogram()[128:]) / (pixels[0] * pixels[1]) < 0.4


def test_the_same_words_give_the_same_bytes() -> None:
    assert draw_unit_seal("演示第一医院", FONT) == draw_unit_seal("演示第一医院", FONT)
    assert draw_unit_seal("演示第一医院", FONT) != draw_unit_seal("演示第二医院", FONT)
    assert draw_supervisor_seal("包头市", FONT) != draw_supervisor_seal("赤峰市", FONT)


@pytest.mark.parametrize("name", ["", "某", "演示" * 30])
def test_any_length_of_name_can_be_drawn(name: str) -> None:
    assert opened(draw_unit_seal(name, FONT)).size == (472, 472)
    assert opened(draw_supervisor_seal(name, FONT)).size == (354, 236)
