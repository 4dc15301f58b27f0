"""The pictures of seals that the platform draws: transparent PNGs, in a demonstration clearly marked 演示.

The same words, font file and Pillow version give the same bytes.
"""

import functools
import io
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.sealing.model import SealImage

DPI = 300
UNIT_SEAL_MM = 40
SUPERVISOR_SEAL_MM = (30, 20)

_RED = (200, 22, 30)
_FINER = 2  # Drawn larger and scaled down, for smooth edges.
_MM = DPI / 25.4 * _FINER
_SHADES = 17  # Alpha in steps of 15: looks the same and compresses to a third.
_ARC_DEGREES = 250
_STEPS = 720

Point = tuple[float, float]


def draw_unit_seal(name: str, font: Path, *, mark: str = "（演示）") -> SealImage:
    """The round seal of a unit, 40 × 40 mm: ring, star, the unit's name along the arc, and a mark below.

    `font` is a TrueType file with Chinese characters.
    """
    size = UNIT_SEAL_MM * _MM
    mask = Image.new("L", (round(size), round(size)))
    draw = ImageDraw.Draw(mask)
    middle = (size / 2, size / 2)
    _ring(draw, middle, (size / 2, size / 2), 1.3 * _MM)
    draw.polygon(_star(middle, 6.2 * _MM), fill=255)
    _arc_text(mask, name, font, middle, (15.2 * _MM, 15.2 * _MM), 4.8 * _MM)
    _line(draw, "财务专用章", font, (middle[0], middle[1] + 10 * _MM), 3.9 * _MM)
    _line(draw, mark, font, (middle[0], middle[1] + 14.6 * _MM), 3.3 * _MM)
    return _finish(mask, UNIT_SEAL_MM, UNIT_SEAL_MM)


def draw_supervisor_seal(region: str, font: Path, *, mark: str = "（演示）") -> SealImage:
    """The oval 财政票据监制章 of a region's finance department, 30 × 20 mm, with a `mark` below its name."""
    wide, high = SUPERVISOR_SEAL_MM
    mask = Image.new("L", (round(wide * _MM), round(high * _MM)))
    draw = ImageDraw.Draw(mask)
    middle = (wide * _MM / 2, high * _MM / 2)
    _ring(draw, middle, middle, 0.8 * _MM)
    _ring(draw, middle, (middle[0] - 1.2 * _MM, middle[1] - 1.2 * _MM), 0.25 * _MM)
    _arc_text(mask, "财政票据监制章", font, middle, (11.2 * _MM, 6.3 * _MM), 3.4 * _MM)
    size = min(3.0, 18.0 / max(len(region), 1)) * _MM
    _line(draw, region, font, (middle[0], middle[1] + 0.9 * _MM), size)
    _line(draw, mark, font, (middle[0], middle[1] + 5.2 * _MM), 2.8 * _MM)
    return _finish(mask, wide, high)


def _ring(draw: ImageDraw.ImageDraw, middle: Point, radii: Point, width: float) -> None:
    (x, y), (rx, ry) = middle, radii
    draw.ellipse((x - rx, y - ry, x + rx - 1, y + ry - 1), outline=255, width=round(width))


def _star(middle: Point, radius: float) -> list[Point]:
    inner = radius * math.sin(math.radians(18)) / math.sin(math.radians(54))
    corners = []
    for corner in range(10):
        angle = math.radians(36 * corner - 90)
        reach = inner if corner % 2 else radius
        corners.append((middle[0] + reach * math.cos(angle), middle[1] + reach * math.sin(angle)))
    return corners


def _line(draw: ImageDraw.ImageDraw, text: str, font: Path, middle: Point, size: float) -> None:
    bold = max(1, round(size / 40))
    draw.text(middle, text, fill=255, font=_face(font, round(size)), anchor="mm", stroke_width=bold)


def _arc_text(mask: Image.Image, text: str, font: Path, middle: Point, radii: Point, height: float) -> None:
    """Set characters upright along the upper part of an ellipse; long texts get narrower characters."""
    path = _ellipse_path(middle, radii)
    width = min(height * 1.15, path[-1][0] / max(len(text), 1))
    start = (path[-1][0] - width * (len(text) - 1)) / 2
    for place, character in enumerate(text):
        x, y, tilt = _at(path, start + place * width)
        glyph = _glyph(character, font, height, min(width * 0.94, height)).rotate(
            -tilt, resample=Image.Resampling.BICUBIC, expand=True
        )
        corner = (round(x - glyph.width / 2), round(y - glyph.height / 2))
        mask.paste(255, (*corner, corner[0] + glyph.width, corner[1] + glyph.height), glyph)


def _ellipse_path(middle: Point, radii: Point) -> list[tuple[float, float, float, float]]:
    """Points of the upper arc from left to right: distance so far, x, y, and the tilt of an upright
    character.
    """
    path: list[tuple[float, float, float, float]] = []
    way = 0.0
    for step in range(_STEPS + 1):
        angle = math.radians(-90 + _ARC_DEGREES * (step / _STEPS - 0.5))
        x, y = middle[0] + radii[0] * math.cos(angle), middle[1] + radii[1] * math.sin(angle)
        if path:
            way += math.hypot(x - path[-1][1], y - path[-1][2])
        normal = math.atan2(math.sin(angle) * radii[0], math.cos(angle) * radii[1])
        path.append((way, x, y, math.degrees(normal) + 90))
    return path


def _at(path: list[tuple[float, float, float, float]], way: float) -> tuple[float, float, float]:
    _, x, y, tilt = next((point for point in path if point[0] >= way), path[-1])
    return x, y, tilt


def _glyph(character: str, font: Path, height: float, width: float) -> Image.Image:
    side = round(height)
    glyph = Image.new("L", (side, side))
    ImageDraw.Draw(glyph).text(
        (side / 2, side / 2),
        character,
        fill=255,
        font=_face(font, round(height * 0.94)),
        anchor="mm",
        stroke_width=max(1, round(height / 40)),
    )
    return glyph.resize((max(1, round(width)), side), Image.Resampling.LANCZOS)


@functools.lru_cache(maxsize=32)
def _face(font: Path, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(font, size, layout_engine=ImageFont.Layout.BASIC)


def _finish(mask: Image.Image, width_mm: int, height_mm: int) -> SealImage:
    size = (round(mask.width / _FINER), round(mask.height / _FINER))
    step = 255 // (_SHADES - 2)
    alpha = mask.resize(size, Image.Resampling.BOX).point([value // step * step for value in range(256)])
    picture = Image.new("RGB", size, _RED)
    picture.putalpha(alpha)
    file = io.BytesIO()
    picture.save(file, format="PNG", dpi=(DPI, DPI), compress_level=6)
    return SealImage(format="png", data=file.getvalue(), width_mm=width_mm, height_mm=height_mm)


def given_supervisor_seal(data: bytes) -> SealImage:
    """A picture of the 财政票据监制章 that the province brings, printed 30 × 20 mm.

    Raises `Refusal` (`sealing.picture_wrong`) for anything but a PNG of that shape with 200 to 2,400 points a
    side and at most 512 KB.
    """
    wide, high = SUPERVISOR_SEAL_MM
    try:
        with Image.open(io.BytesIO(data), formats=["PNG"]) as picture:
            size = picture.size
            picture.verify()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _wrong_picture() from error
    in_shape = abs(size[0] * high - size[1] * wide) <= 0.05 * size[0] * high
    if len(data) > 512 * 1024 or not in_shape or not all(200 <= side <= 2_400 for side in size):
        raise _wrong_picture()
    return SealImage(format="png", data=data, width_mm=wide, height_mm=high)


def _wrong_picture() -> Refusal:
    return refuse(
        "sealing.picture_wrong",
        "监制章图样应为 PNG 图片，宽高比 3:2，每边 200 至 2400 像素，不超过 512 KB，底色透明。请更换图片。",
        field="seal/picture",
    )
