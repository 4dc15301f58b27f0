"""Seals, codes and pages that bank papers share."""

import base64
import io
import math
from datetime import date
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter, ImageFont

from bench.papers import tools

Colour = tuple[int, int, int]
RED: Colour = (205, 35, 40)


def uri(picture: Image.Image) -> str:
    """A picture as an address inside a page."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def letter(name: str, size: int) -> ImageFont.FreeTypeFont:
    """A font for pictures."""
    return ImageFont.truetype(str(tools.font(name)), size)


def bank_seal(bank: str, lines: tuple[str, ...], size: int = 400, colour: Colour = RED) -> Image.Image:
    """An oval seal as banks have it: the bank's name on the upper rim, lines in the middle, no star."""
    high = round(size * 0.72)
    seal = Image.new("RGBA", (size, high))
    pen = ImageDraw.Draw(seal)
    pen.ellipse((6, 6, size - 6, high - 6), outline=colour, width=7)
    rim = letter("serif-bold", round(size * min(0.085, 1.3 / max(8, len(bank)))))
    spread = math.radians(min(210, 15 * len(bank)))
    for place, sign in enumerate(bank):
        angle = -spread / 2 + spread * place / max(1, len(bank) - 1)
        tile = Image.new("RGBA", (round(size * 0.14),) * 2)
        ImageDraw.Draw(tile).text((tile.width / 2, tile.height / 2), sign, colour, rim, anchor="mm")
        tile = tile.rotate(-math.degrees(angle), Image.Resampling.BICUBIC)
        x = size / 2 + size * 0.40 * math.sin(angle)
        y = high / 2 - high * 0.38 * math.cos(angle)
        seal.alpha_composite(tile, (max(0, round(x - tile.width / 2)), max(0, round(y - tile.height / 2))))
    middle = letter("serif-bold", round(size * 0.075))
    for place, line in enumerate(lines):
        at = (size / 2, high * (0.5 + 0.15 * (place - (len(lines) - 1) / 2) + 0.06))
        pen.text(at, line, colour, middle, anchor="mm")
    return seal


def cleared_seal(bank: str, day: date, size: int = 360, colour: Colour = RED) -> Image.Image:
    """The upright box with a date that tellers press: 转讫."""
    high = round(size * 0.8)
    seal = Image.new("RGBA", (size, high))
    pen = ImageDraw.Draw(seal)
    points = [
        (size * 0.14, 6), (size * 0.86, 6), (size - 8, high * 0.3), (size - 8, high * 0.7),
        (size * 0.86, high - 8), (size * 0.14, high - 8), (8, high * 0.7), (8, high * 0.3),
    ]  # fmt: skip
    pen.polygon(points, outline=colour, width=6)
    small = letter("serif-bold", round(size * min(0.085, 0.98 / max(8, len(bank)))))
    pen.text((size / 2, high * 0.2), bank, colour, small, anchor="mm")
    pen.text(
        (size / 2, high * 0.47),
        f"{day:%Y.%m.%d}",
        colour,
        letter("sans-bold", round(size * 0.11)),
        anchor="mm",
    )
    pen.text((size / 2, high * 0.77), "转  讫", colour, letter("serif-bold", round(size * 0.16)), anchor="mm")
    return seal


def name_seal(name: str, size: int = 200) -> Image.Image:
    """A small square seal of a person (法人章)."""
    seal = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(seal)
    pen.rectangle((6, 6, size - 6, size - 6), outline=RED, width=8)
    signs = (name[:3] + "印印")[:4] if len(name) < 4 else name[:4]
    font = letter("xiaowei", round(size * 0.4))
    for sign, (x, y) in zip(signs, ((0.72, 0.28), (0.72, 0.72), (0.28, 0.28), (0.28, 0.72)), strict=True):
        pen.text((size * x, size * y), sign, RED, font, anchor="mm")
    return seal


def press(
    page: Image.Image, seal: Image.Image, at: tuple[float, float], share: float, turn: float = 0
) -> Image.Image:
    """A page with a seal of any shape pressed on it, turned by some degrees."""
    seal = seal.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    side = max(seal.size)
    square = Image.new("RGBA", (side, side))
    square.paste(seal, ((side - seal.width) // 2, (side - seal.height) // 2))
    return tools.stamped(page, square, at, share)


def code(rng: Random, cells: int = 29, scale: int = 5) -> Image.Image:
    """A square that looks like a QR code."""
    grid = Image.new("L", (cells, cells), 255)
    for x in range(cells):
        for y in range(cells):
            grid.putpixel((x, y), rng.choice((0, 255)))
    pen = ImageDraw.Draw(grid)
    for x, y in ((0, 0), (cells - 7, 0), (0, cells - 7)):
        pen.rectangle((x - 1, y - 1, x + 7, y + 7), fill=255)
        pen.rectangle((x, y, x + 6, y + 6), outline=0)
        pen.rectangle((x + 2, y + 2, x + 4, y + 4), fill=0)
    return grid.resize((cells * scale, cells * scale), Image.Resampling.NEAREST).convert("RGB")


def bars(rng: Random, width: int = 240, height: int = 40) -> Image.Image:
    """A bar code."""
    picture = Image.new("RGB", (width, height), "white")
    pen, x = ImageDraw.Draw(picture), 4
    while x < width - 6:
        wide = rng.choice((1, 2, 3))
        pen.rectangle((x, 0, x + wide - 1, height), fill="black")
        x += wide + rng.choice((1, 2, 3))
    return picture


def logo(text: str, colour: str, size: int = 120) -> Image.Image:
    """A round sign of a bank with one letter, as a picture."""
    picture = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(picture)
    pen.ellipse((4, 4, size - 4, size - 4), outline=colour, width=round(size * 0.1))
    pen.text((size / 2, size / 2), text, colour, letter("sans-bold", round(size * 0.5)), anchor="mm")
    return picture


def marker(
    page: Image.Image, box: tuple[float, float, float, float], colour: Colour = (255, 240, 90)
) -> Image.Image:
    """A page with a line gone over with a marker; `box` in fractions."""
    left, top, right, bottom = box
    ink = Image.new("RGB", page.size, "white")
    pen = ImageDraw.Draw(ink)
    middle, thick = (top + bottom) / 2 * page.height, round((bottom - top) * page.height)
    pen.line(
        [
            (left * page.width, middle + 2),
            ((left + right) / 2 * page.width, middle - 2),
            (right * page.width, middle),
        ],
        fill=colour,
        width=thick,
    )
    return ImageChops.multiply(page, ink.filter(ImageFilter.GaussianBlur(1.5)))


def ring(
    rng: Random, page: Image.Image, box: tuple[float, float, float, float], colour: str = "#1b3fae"
) -> Image.Image:
    """A page with something ringed by pen."""
    left, top, right, bottom = (
        box[0] * page.width, box[1] * page.height, box[2] * page.width, box[3] * page.height
    )  # fmt: skip
    pen = ImageDraw.Draw(page)
    points = []
    for k in range(64):
        angle = k / 58 * 2 * math.pi + 2.2
        wob = 1 + 0.03 * math.sin(3 * angle) + rng.uniform(-0.004, 0.004)
        points.append(
            (
                (left + right) / 2 + (right - left) / 2 * wob * math.cos(angle),
                (top + bottom) / 2 + (bottom - top) / 2 * (wob + 0.04) * math.sin(angle),
            )
        )
    pen.line(points, fill=colour, width=max(3, page.width // 420), joint="curve")
    return page


def finish(rng: Random, pages: list[Image.Image], dpi: int) -> bytes:
    """Pictures with stamps on them as a scan."""
    flat = tools.as_pdf(pages, dpi, 92)
    return tools.scanned(rng, flat, dpi)
