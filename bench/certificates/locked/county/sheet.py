"""How the county's offices set a certificate: forms by Typst, millimetre by millimetre, then ground, seals and stamps."""

import math
from collections.abc import Callable, Iterable
from random import Random
from typing import Any, NamedTuple

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.papers import tools

#: Picture points to a millimetre, at 200 dots to the inch.
POINTS = 200 / 25.4
Colour = tuple[int, int, int]


def quoted(text: str) -> str:
    """A text as Typst's string."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


class Form:
    """A sheet on which text and lines are placed by millimetres."""

    def __init__(
        self, width: float, height: float, font: str = "Noto Serif SC", paper: str = "#ffffff"
    ) -> None:
        self.width, self.height, self.font = width, height, font
        self._lines = [
            f'#set page(width: {width}mm, height: {height}mm, margin: 0mm, fill: rgb("{paper}"))',
            "#set par(leading: 0.55em, justify: false)",
            "#set text(cjk-latin-spacing: none)",
        ]

    def text(
        self,
        x: float,
        y: float,
        text: str,
        size: float = 14,
        *,
        font: str = "",
        width: float = 0,
        align: str = "left",
        fill: str = "#1a1a1a",
        gap: float = 0,
        weight: str = "regular",
        leading: float = 0.55,
    ) -> None:
        """A text that starts here; with a `width` it goes over as many lines as it needs."""
        faces = ", ".join(quoted(each) for each in (*(font or self.font).split("|"), "Noto Serif SC"))
        block = f"block(width: {width or self.width - x}mm)"
        self._lines.append(
            f"#place(top + left, dx: {x}mm, dy: {y}mm, {block}[#set align({align}); #set par(leading: {leading}em);"
            f'#text(font: ({faces}), size: {size}pt, fill: rgb("{fill}"), tracking: {gap}pt, weight: "{weight}",'
            f' lang: "zh", region: "cn")[#{quoted(text)}]])'
        )

    def upright(self, x: float, y: float, text: str, size: float, step: float, **more: str) -> None:
        """A text whose characters stand below each other."""
        for place, each in enumerate(text):
            self.text(x, y + place * step, each, size, width=size, **more)  # type: ignore[arg-type]

    def rectangle(
        self, x: float, y: float, width: float, height: float, stroke: str = "0.4pt + black", fill: str = ""
    ) -> None:
        inside = f'rgb("{fill}")' if fill else "none"
        self._lines.append(
            f"#place(top + left, dx: {x}mm, dy: {y}mm, rect(width: {width}mm, height: {height}mm,"
            f" stroke: {stroke}, fill: {inside}))"
        )

    def line(self, x: float, y: float, to_x: float, to_y: float, stroke: str = "0.4pt + black") -> None:
        self._lines.append(
            f"#place(top + left, line(start: ({x}mm, {y}mm), end: ({to_x}mm, {to_y}mm), stroke: {stroke}))"
        )

    def grid(
        self, x: float, y: float, widths: list[float], heights: list[float], stroke: str = "0.5pt + black"
    ) -> None:
        """The lines of a table."""
        down, across = sum(heights), sum(widths)
        for row in range(len(heights) + 1):
            at = y + sum(heights[:row])
            self.line(x, at, x + across, at, stroke)
        for column in range(len(widths) + 1):
            at = x + sum(widths[:column])
            self.line(at, y, at, y + down, stroke)

    def picture(self) -> Image.Image:
        """The sheet at 200 dots to the inch."""
        return tools.pictures(tools.typst("\n".join(self._lines)), 200)[0]


def fitting(text: str, width: float, height: float, most: float = 16, leading: float = 1.5) -> float:
    """The largest size of letters (points) with which a text fits a box of millimetres."""
    size, long = most, sum(1.0 if each > "\u2000" else 0.58 for each in text)
    while size > 8:
        letter = size * 0.3528
        lines = math.ceil(long / max(1, math.floor(width / letter) - 1))
        if lines * letter * leading <= height:
            break
        size -= 0.5
    return size


class Column(NamedTuple):
    """Where the labels or the values of rows stand, how far below a row's top, in what size, and how else."""

    x: float
    down: float
    size: float
    how: dict[str, Any]


def listed(
    form: Form,
    rows: Iterable[tuple[str, str, float]],
    top: float,
    gap: float,
    label: Column,
    value: Column,
    room: tuple[float, float] = (112, 0),
    under: Callable[[float], None] | None = None,
) -> None:
    """Rows below each other, each with a label and a value that fits `room`: a width, and what its height lacks.

    `under` draws something where a row ends.
    """
    for name, text, height in rows:
        form.text(label.x, top + label.down, name, label.size, **label.how)
        size = fitting(text, room[0], height - room[1], value.size)
        form.text(value.x, top + value.down, text, size, **value.how)
        if under:
            under(top + height)
        top += height + gap


def numbered(
    rng: Random, page: Image.Image, text: str, x: tuple[float, float], y: float, width: float
) -> None:
    """A seal with a digital number pressed on the page, its middle somewhere between two places."""
    press(page, seal(rng, text, str(rng.randrange(10**12, 10**13))), rng.uniform(*x), y, width)


def ground(page: Image.Image, rng: Random, colour: Colour, strength: float = 0.3) -> Image.Image:
    """The page printed over fine lines that bend around two middles, like a banknote's."""
    height, width = page.height, page.width
    down, across = np.mgrid[0:height, 0:width].astype(np.float32)
    first = np.hypot(across - width * rng.uniform(0.2, 0.4), down - height * 0.5)
    second = np.hypot(across - width * rng.uniform(0.6, 0.8), down - height * rng.uniform(0.3, 0.7))
    wave = np.sin(first / rng.uniform(2.2, 3.2) + 5 * np.sin(second / rng.uniform(40, 90)))
    ink = np.clip((wave - 0.55) * 2.2, 0, 1)[..., None] * strength
    paper = 255 * (1 - ink) + np.array(colour, dtype=np.float32) * ink
    return Image.fromarray((np.asarray(page, dtype=np.float32) * paper / 255).astype(np.uint8), "RGB")


def _ink(page: Image.Image, mark: Image.Image, x: float, y: float) -> None:
    """A mark multiplied into the page, its corner at these millimetres."""
    left, top = round(x * POINTS), round(y * POINTS)
    box = (left, top, min(page.width, left + mark.width), min(page.height, top + mark.height))
    below = np.asarray(page.crop(box), dtype=np.float32)
    above = np.asarray(mark, dtype=np.float32)[: below.shape[0], : below.shape[1]]
    alpha = above[..., 3:] / 255
    mixed = below * (1 - alpha + alpha * above[..., :3] / 255)
    page.paste(Image.fromarray(mixed.astype(np.uint8), "RGB"), box[:2])


def seal(
    rng: Random, text: str, number: str = "", colour: Colour = (200, 24, 34), force: float = 0.75
) -> Image.Image:
    """A round seal with a double rim and a digital number, pressed harder on one side than on the other."""
    size, middle = 640, 320
    made = Image.new("RGBA", (size, size))
    pen = ImageDraw.Draw(made)
    pen.ellipse((8, 8, size - 8, size - 8), outline=colour, width=15)
    star = [
        (
            middle + (78 if k % 2 == 0 else 31) * math.sin(k * math.pi / 5),
            middle - (78 if k % 2 == 0 else 31) * math.cos(k * math.pi / 5),
        )
        for k in range(10)
    ]
    pen.polygon(star, fill=colour)
    letter = ImageFont.truetype(str(tools.font("uming")), 84 if len(text) < 11 else 66)
    spread = math.radians(min(262, 27 * (len(text) - 1)))
    _around(made, text, letter, -spread / 2, spread, 240, colour, 0.72)
    if number:
        _around(
            made,
            number,
            ImageFont.truetype(str(tools.font("sans")), 26),
            math.radians(212),
            math.radians(-64),
            272,
            colour,
            1,
        )
    points = np.asarray(made.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC)).copy()
    grain = np.random.default_rng(rng.getrandbits(32))
    down, across = np.mgrid[0:1:640j, 0:1:640j]
    angle = rng.uniform(0, 2 * math.pi)
    tilt = 1 - 0.45 * np.clip(across * math.cos(angle) + down * math.sin(angle), 0, 1)
    gaps = 1 - 0.6 * (grain.random((640, 640)) < 0.2)
    points[..., 3] = (points[..., 3] * tilt * gaps * force).astype(np.uint8)
    return Image.fromarray(points, "RGBA").filter(ImageFilter.GaussianBlur(1.1))


def _around(
    made: Image.Image,
    text: str,
    letter: ImageFont.FreeTypeFont,
    begin: float,
    spread: float,
    radius: float,
    colour: Colour,
    slim: float,
) -> None:
    facing = 0 if spread > 0 else 180
    for place, each in enumerate(text):
        angle = begin + spread * place / max(1, len(text) - 1)
        tile = Image.new("RGBA", (120, 120))
        pen = ImageDraw.Draw(tile)
        pen.text((60, 60), each, colour, letter, anchor="mm", stroke_width=2, stroke_fill=colour)
        if slim < 1:
            narrow = tile.resize((round(120 * slim), 120), Image.Resampling.BICUBIC)
            tile = Image.new("RGBA", (120, 120))
            tile.paste(narrow, (round(60 * (1 - slim)), 0))
        tile = tile.rotate(facing - math.degrees(angle), Image.Resampling.BICUBIC)
        x, y = made.width / 2 + radius * math.sin(angle), made.height / 2 - radius * math.cos(angle)
        made.alpha_composite(tile, (round(x - 60), round(y - 60)))


def press(page: Image.Image, mark: Image.Image, x: float, y: float, width: float) -> None:
    """A mark of so many millimetres' width whose middle lies here, multiplied into the page."""
    tall = width * mark.height / mark.width
    size = (round(width * POINTS), round(tall * POINTS))
    _ink(page, mark.resize(size, Image.Resampling.LANCZOS), x - width / 2, y - tall / 2)


def plate(
    rng: Random, lines: list[str], colour: Colour, face: str = "zenhei", oval: bool = False
) -> Image.Image:
    """A stamp of some lines, in an oval or between two rules."""
    letter = ImageFont.truetype(str(tools.font(face)), 60)
    width = round(max(letter.getlength(line) for line in lines)) + 110
    height = 84 * len(lines) + 60
    made = Image.new("RGBA", (width, height))
    pen = ImageDraw.Draw(made)
    if oval:
        pen.ellipse((4, 4, width - 5, height - 5), outline=(*colour, 190), width=7)
    else:
        pen.line((10, 12, width - 10, 12), fill=(*colour, 190), width=8)
        pen.line((10, height - 12, width - 10, height - 12), fill=(*colour, 190), width=8)
    for row, line in enumerate(lines):
        pen.text((width / 2, 72 + 84 * row), line, (*colour, 200), letter, anchor="mm")
    made = made.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC, expand=True)
    return made.filter(ImageFilter.GaussianBlur(0.8))


def square(text: str) -> Image.Image:
    """A code to scan, as a mark."""
    rows = [[0 if dark else 255 for dark in row] for row in segno.make(text, error="l", micro=False).matrix]
    points = np.kron(np.array(rows, dtype=np.uint8), np.ones((8, 8), dtype=np.uint8))
    return Image.fromarray(points, "L").convert("RGBA")


def crest(page: Image.Image, x: float, y: float, width: float, red: Colour = (196, 30, 34)) -> None:
    """A placeholder for the emblem: a red disc with five stars over a wall, in two golden ears."""
    big = 400
    made = Image.new("RGBA", (big, big))
    pen = ImageDraw.Draw(made)
    gold = (222, 176, 54)
    for k in range(28):
        angle = math.pi * 2 * k / 28
        cx, cy = 200 + 172 * math.sin(angle), 200 + 172 * math.cos(angle)
        pen.ellipse((cx - 24, cy - 24, cx + 24, cy + 24), fill=gold)
    pen.ellipse((34, 34, 366, 366), fill=red, outline=gold, width=8)
    for cx, cy, size in ((200, 130, 44), (110, 140, 16), (140, 100, 16), (260, 100, 16), (290, 140, 16)):
        spots = [
            (
                cx + size * (1 if k % 2 == 0 else 0.4) * math.sin(k * math.pi / 5),
                cy - size * (1 if k % 2 == 0 else 0.4) * math.cos(k * math.pi / 5),
            )
            for k in range(10)
        ]
        pen.polygon(spots, fill=gold)
    pen.rectangle((100, 250, 300, 285), fill=gold)
    pen.polygon([(130, 250), (150, 215), (250, 215), (270, 250)], fill=gold)
    press(page, made.resize((280, 280), Image.Resampling.LANCZOS), x, y, width)
