"""Red seals are told one from another where they touch, and what lies under them is read."""

import pytest
from PIL import Image, ImageDraw

from mingpiao.reading.seals import red_seals

_WIDE, _HIGH = 1240, 1754
_RED = (210, 30, 30)


def sheet(*middles: tuple[int, int], side: int = 300) -> Image.Image:
    """A sheet with round seals, each a rim and a star, with their middles here."""
    page = Image.new("RGB", (_WIDE, _HIGH), "white")
    pen = ImageDraw.Draw(page)
    for across, down in middles:
        half = side // 2
        pen.ellipse((across - half, down - half, across + half, down + half), outline=_RED, width=9)
        pen.rectangle((across - 30, down - 30, across + 30, down + 30), fill=_RED)
    return page


def middles(page: Image.Image) -> list[tuple[float, float]]:
    seals = red_seals(page, 1)
    return sorted(
        (round((seal.left + seal.right) / 2 * _WIDE), round((seal.top + seal.bottom) / 2 * _HIGH))
        for seal in seals
    )


@pytest.mark.parametrize(
    "drawn",
    [
        [(400, 900)],
        [(400, 900), (700, 900)],
        [(400, 900), (700, 930)],
        [(400, 900), (650, 900)],
        [(400, 600), (430, 890)],
        [(300, 900), (600, 900), (900, 900)],
    ],
)
def test_seals_that_touch_or_overlap_are_told_apart(drawn: list[tuple[int, int]]) -> None:
    found = middles(sheet(*drawn))
    assert len(found) == len(drawn)
    for (across, down), (left, top) in zip(sorted(drawn), found, strict=True):
        assert abs(across - left) < 45
        assert abs(down - top) < 45


def test_a_red_table_and_a_red_ground_are_no_seals() -> None:
    page = Image.new("RGB", (_WIDE, _HIGH), "white")
    pen = ImageDraw.Draw(page)
    for place in range(100, 1150, 80):
        pen.line((place, 200, place, 1500), _RED, 3)
        pen.line((100, 200 + place, 1140, 200 + place), _RED, 3)
    assert red_seals(page, 1) == ()
    pen.rectangle((100, 100, 1100, 1600), fill=_RED)
    assert red_seals(page, 1) == ()
