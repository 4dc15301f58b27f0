"""What people see of a page's text: characters where the page would look different without them, upright."""

from typing import Any, NamedTuple

from mingpiao.reading.glyphs import Glyph, TableRule

Image = Any  # PIL.Image.Image, imported only where pictures are made

#: A page with fewer visible characters is read by OCR, and so is one that mainly consists of a picture.
FEW_CHARACTERS = 16
MARGINAL_CHARACTERS = 120
MOSTLY_PICTURE = 0.6
#: Text that is lower than this, in points, is read by nobody.
_LOWEST_TEXT = 2.0
#: Pixels a point, and the longest side in pixels, of the pictures in which text is looked for; and by how much
#: (of 255) a pixel differs where a character is drawn.
_INK_SCALE = 1.5
_MOST_INK_PIXELS = 2_000
_INK = 16


class TextLayer(NamedTuple):
    """The text layer of a page; boxes are in points on the page turned by `rotation`.

    `hidden` counts characters of it that nobody sees on the page.
    """

    glyphs: list[Glyph]
    rules: list[TableRule]
    rotation: int
    width: float
    height: float
    hidden: int = 0


class Character(NamedTuple):
    """A character that is drawn; `angle` is clockwise on the page as shown, in degrees."""

    glyph: Glyph
    angle: int


def readable(characters: list[Character], width: float, height: float) -> list[Character]:
    """Those that lie on the page and are large enough to be read."""
    return [c for c in characters if _on_page(c.glyph, width, height) and _is_high(c.glyph)]


def with_ink(characters: list[Character], ink: Image, scale: float) -> list[Character]:
    """Those for which `ink` (`difference`), `scale` pixels a point, shows something."""
    return [c for c in characters if _has_ink(ink, c.glyph, scale)]


def ink_scale(width: float, height: float) -> float:
    """How many pixels a point pictures have in which text is looked for."""
    return min(_INK_SCALE, _MOST_INK_PIXELS / max(width, height))


def difference(whole: Image, bare: Image) -> Image:
    """Where two pictures of one page differ, as a grey picture."""
    from PIL import ImageChops

    red, green, blue = ImageChops.difference(whole, bare).split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _is_high(glyph: Glyph) -> bool:
    return max(glyph.bottom - glyph.top, glyph.right - glyph.left) >= _LOWEST_TEXT


def _on_page(glyph: Glyph, width: float, height: float) -> bool:
    return 0 <= glyph.middle <= height and 0 <= (glyph.left + glyph.right) / 2 <= width


def _has_ink(ink: Image, glyph: Glyph, scale: float) -> bool:
    left, top = max(0, int(glyph.left * scale)), max(0, int(glyph.top * scale))
    right = min(ink.width, int(glyph.right * scale) + 1)
    bottom = min(ink.height, int(glyph.bottom * scale) + 1)
    return (
        left < right and top < bottom and bool(ink.crop((left, top, right, bottom)).getextrema()[1] >= _INK)
    )


def upright_turn(characters: list[Character]) -> int:
    """By how many degrees the page must be turned clockwise so that most of its characters are upright."""
    counts = {0: 0, 90: 0, 180: 0, 270: 0}
    for character in characters:
        counts[round(character.angle / 90) * 90 % 360] += 1
    most = max(counts, key=lambda angle: counts[angle])
    return (360 - most) % 360


def turned(glyph: Glyph, rotation: int, width: float, height: float) -> Glyph:
    """A glyph on a page of this size after the page was turned clockwise."""
    text, left, top, right, bottom, spaced, order = glyph
    if rotation == 90:
        return Glyph(text, height - bottom, left, height - top, right, spaced, order)
    if rotation == 180:
        return Glyph(text, width - right, height - bottom, width - left, height - top, spaced, order)
    if rotation == 270:
        return Glyph(text, top, width - right, bottom, width - left, spaced, order)
    return glyph
