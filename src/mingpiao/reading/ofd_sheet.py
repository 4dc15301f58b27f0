"""OFD pages as sheets that draw themselves.

Glyphs are drawn in a font of our own at the places that the file gives: the picture shows the same text as
was read, and a font in a crafted file cannot show another. Seals are drawn as empty rings.
"""

import math
from functools import cached_property, lru_cache
from typing import Any

from mingpiao.letters.service import FONT_PATH
from mingpiao.reading import errors
from mingpiao.reading.ofd_objects import (
    ASCENT,
    POINTS,
    Colour,
    Matrix,
    Photo,
    Point,
    Stroke,
    Writing,
    things_to_draw,
)
from mingpiao.reading.ofd_package import Box, OfdFile, OfdPage
from mingpiao.reading.photos import decode
from mingpiao.reading.shown import PageCharacters, difference, ink_scale, parted, readable, with_ink

Image = Any
_SEAL_RED: Colour = (200, 30, 30)


class OfdSheet:
    """A page as things to draw in order; its size and the boxes of its seals are in points."""

    def __init__(self, file: OfdFile, page: OfdPage) -> None:
        self._file = file
        self._photos: dict[str, Image | None] = {}
        self.width, self.height = page.area.width * POINTS, page.area.height * POINTS
        self.drawn = things_to_draw(page)
        self.seals = [
            Box(*(each * POINTS for each in box)) for page_id, box in file.seals() if page_id == page.page_id
        ]

    def turned_size(self, rotation: int) -> tuple[float, float]:
        """Width and height after the page was turned."""
        return (self.height, self.width) if rotation in (90, 270) else (self.width, self.height)

    def photo(self, path: str) -> Image | None:
        """A picture of the package with transparency, or None when it cannot be decoded."""
        if path not in self._photos:
            self._photos[path] = _photo(self._file.part(path)) if self._file.has(path) else None
        return self._photos[path]

    @cached_property
    def seen(self) -> PageCharacters:
        """The characters that people see, and the others: without them the page looks the same."""
        writings = [item for item in self.drawn if isinstance(item, Writing)]
        inked = [each for item in writings if item.colour is not None for each in item.characters]
        whole = [each for item in writings for each in item.characters]
        high = readable(inked, self.width, self.height)
        if not high:
            return PageCharacters([], whole)
        scale = ink_scale(self.width, self.height)
        ink = difference(self.render(scale=scale), self.render(scale=scale, with_text=False))
        return parted(whole, with_ink(high, ink, scale))

    def render(self, *, scale: float, with_text: bool = True) -> Image:
        """The page as an RGB picture with `scale` pixels a point."""
        import PIL.Image
        import PIL.ImageDraw

        size = (max(1, round(self.width * scale)), max(1, round(self.height * scale)))
        image = PIL.Image.new("RGB", size, "white")
        pen = PIL.ImageDraw.Draw(image)
        for item in self.drawn:
            match item:
                case Stroke():
                    _draw_stroke(pen, item, scale)
                case Photo():
                    _draw_photo(image, self.photo(item.path), item.matrix, scale)
                case Writing() if with_text:
                    _draw_writing(image, pen, item, scale)
        for box in self.seals:
            corners = (box.left, box.top, box.left + box.width, box.top + box.height)
            pen.ellipse(
                tuple(each * scale for each in corners), outline=_SEAL_RED, width=max(1, round(scale))
            )
        return image


def _draw_stroke(pen: Any, item: Stroke, scale: float) -> None:
    for line in item.lines:
        points = [(x * scale, y * scale) for x, y in line]
        if item.fill is not None and len(points) > 2:
            pen.polygon(points, fill=item.fill)
        if item.stroke is not None:
            pen.line(points, fill=item.stroke, width=max(1, round(item.width * scale)))


def _draw_photo(image: Image, photo: Image | None, matrix: Matrix, scale: float) -> None:
    """Draw a picture, turned or mirrored as its matrix says; one that cannot be decoded is left out."""
    import PIL.Image

    if photo is None:
        return
    a, b, c, d, e, f = (each * scale for each in matrix)
    area = a * d - b * c
    corners = [(e, f), (a + e, b + f), (c + e, d + f), (a + c + e, b + d + f)]
    left, right = math.floor(min(x for x, _ in corners)), math.ceil(max(x for x, _ in corners))
    top, bottom = math.floor(min(y for _, y in corners)), math.ceil(max(y for _, y in corners))
    left, top, right, bottom = max(0, left), max(0, top), min(image.width, right), min(image.height, bottom)
    if abs(area) < 1e-6 or left >= right or top >= bottom:
        return
    # From a pixel of the page back to one of the picture.
    back = (d / area, -c / area, (c * f - d * e) / area, -b / area, a / area, (b * e - a * f) / area)
    wide, high = photo.size
    rows = [value * wide for value in back[:3]] + [value * high for value in back[3:]]
    rows[2] += rows[0] * left + rows[1] * top
    rows[5] += rows[3] * left + rows[4] * top
    placed = photo.transform(
        (right - left, bottom - top), PIL.Image.Transform.AFFINE, rows, PIL.Image.Resampling.BILINEAR
    )
    image.paste(placed, (left, top), placed.getchannel("A"))


def _photo(data: bytes) -> Image | None:
    try:
        return decode(data).convert("RGBA")
    except errors.FileUnreadable:
        return None


def _draw_writing(image: Image, pen: Any, item: Writing, scale: float) -> None:
    if item.colour is None:
        return
    for glyph, angle, _ in item.characters:
        left, top, right, bottom = (side * scale for side in glyph[1:5])
        if right < 0 or bottom < 0 or left > image.width or top > image.height:
            continue
        size = round(right - left if angle in (90, 270) else bottom - top)
        if not 1 <= size <= max(image.size):
            continue
        if angle == 0:
            pen.text((left, top + ASCENT * (bottom - top)), glyph.text, item.colour, _font(size), anchor="ls")
        else:
            _draw_turned(
                image, glyph.text, size, angle, ((left + right) / 2, (top + bottom) / 2), item.colour
            )


def _draw_turned(image: Image, text: str, size: int, angle: int, middle: Point, colour: Colour) -> None:
    import PIL.Image
    import PIL.ImageDraw

    mask = PIL.Image.new("L", (2 * size, 2 * size))
    PIL.ImageDraw.Draw(mask).text((size, size), text, 255, _font(size), anchor="mm")
    upright = mask.rotate(-angle)
    image.paste(colour, (round(middle[0]) - size, round(middle[1]) - size), upright)


@lru_cache(maxsize=64)
def _font(size: int) -> Any:
    import PIL.ImageFont

    return PIL.ImageFont.truetype(str(FONT_PATH), size)
