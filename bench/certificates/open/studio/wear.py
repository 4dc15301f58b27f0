"""What happens to a certificate of the studio until it is a file: seals, scanner, copier, telephone."""

import base64
import io
import math
from random import Random

import numpy as np
import segno
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.papers import tools


def uri(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def svg(text: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(text.encode()).decode()


def seal(rng: Random, text: str, under: str = "", strength: float = 0.8) -> str:
    """The address of a worn red seal, a little turned, as a picture."""
    made = tools.stamp(
        text, under, 480, (rng.randrange(196, 226), rng.randrange(18, 52), rng.randrange(24, 48))
    )
    made = made.rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    points = np.asarray(made).copy()
    grain = np.random.default_rng(rng.getrandbits(32))
    coarse = Image.fromarray(grain.integers(0, 255, (40, 40), dtype=np.uint8)).resize(
        made.size, Image.Resampling.BICUBIC
    )
    worn = np.clip(np.asarray(coarse, dtype=np.float32) / 150 + 0.35, 0.25, 1)
    worn *= 1 - 0.5 * (grain.random(worn.shape) < 0.12)
    points[..., 3] = (points[..., 3] * worn * strength).astype(np.uint8)
    return uri(Image.fromarray(points, "RGBA").filter(ImageFilter.GaussianBlur(0.6)))


def box_stamp(rng: Random, lines: tuple[str, ...], colour: tuple[int, int, int] = (36, 60, 150)) -> str:
    """A stamp in a box, as of an annual check or of a copy that agrees with its original."""
    face = ImageFont.truetype(str(tools.font("serif-bold")), 46)
    width = max(round(face.getlength(line)) for line in lines) + 60
    made = Image.new("RGBA", (width, 70 * len(lines) + 30))
    pen = ImageDraw.Draw(made)
    pen.rectangle((4, 4, made.width - 5, made.height - 5), outline=(*colour, 200), width=6)
    for row, line in enumerate(lines):
        pen.text((made.width / 2, 50 + 70 * row), line, (*colour, 205), face, anchor="mm")
    return uri(made.rotate(rng.uniform(-9, 9), Image.Resampling.BICUBIC, expand=True))


def code_square(text: str) -> str:
    out = io.BytesIO()
    segno.make(text, error="m").save(out, kind="png", scale=6, border=1)
    return uri(Image.open(io.BytesIO(out.getvalue())))


def guilloche(rng: Random, colour: str = "#d9b25f", width: int = 300, height: int = 210) -> str:
    """Fine interlaced lines over the whole ground, and a rosette in its middle."""
    lines = []
    waves, phase = rng.randrange(3, 7), rng.uniform(0, 6)
    for row in range(0, height + 12, 7):
        path = " ".join(
            f"{x:.0f},{row + 5 * math.sin(x / width * 2 * math.pi * waves + phase + row / 23):.1f}"
            for x in range(0, width + 1, 4)
        )
        lines.append(f"<polyline points='{path}'/>")
    for ring in range(9):
        radius = height * (0.1 + 0.028 * ring)
        path = " ".join(
            f"{width / 2 + radius * (1 + 0.16 * math.sin(12 * t + ring / 2)) * math.cos(t):.1f},"
            f"{height / 2 + radius * (1 + 0.16 * math.sin(12 * t + ring / 2)) * math.sin(t):.1f}"
            for t in (2 * math.pi * k / 180 for k in range(181))
        )
        lines.append(f"<polyline points='{path}'/>")
    return svg(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}' preserveAspectRatio='none'>"
        f"<g fill='none' stroke='{colour}' stroke-width='0.32' opacity='0.55'>{''.join(lines)}</g></svg>"
    )


def emblem() -> str:
    """A placeholder for the national emblem: red, gold, a gate, five stars and a wheel."""

    def star(x: float, y: float, size: float) -> str:
        spots = " ".join(
            f"{x + (size if k % 2 == 0 else size * 0.4) * math.sin(k * math.pi / 5):.1f},"
            f"{y - (size if k % 2 == 0 else size * 0.4) * math.cos(k * math.pi / 5):.1f}"
            for k in range(10)
        )
        return f"<polygon points='{spots}' fill='#f4d03f'/>"

    small = "".join(star(50 + 22 * math.sin(a), 46 - 22 * math.cos(a), 4) for a in (-1.1, -0.5, 0.5, 1.1))
    teeth = "".join(
        f"<rect x='47' y='-1' width='6' height='8' fill='#e0b030' transform='rotate({k * 20} 50 50)'/>"
        for k in range(18)
    )
    return svg(
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='-4 -4 108 108'>{teeth}"
        "<circle cx='50' cy='50' r='46' fill='#e0b030'/><circle cx='50' cy='50' r='37' fill='#c8201c'/>"
        f"{star(50, 36, 9)}{small}<path d='M24 66h52v-6H66v-8H34v8H24z' fill='#f4d03f'/>"
        "<path d='M20 76q30 18 60 0l-4 10q-26 12-52 0z' fill='#c8201c' stroke='#f4d03f'/></svg>"
    )


def page(pdf: bytes, dpi: int = 200) -> Image.Image:
    return tools.pictures(pdf, dpi)[0]


def copied(rng: Random, picture: Image.Image) -> bytes:
    """A grey photocopy: hard tones, the dark edge of the lid, specks, a faint streak of the drum."""
    grey = picture.convert("L").rotate(rng.uniform(-1.8, 1.8), Image.Resampling.BICUBIC, fillcolor=250)
    points = np.asarray(grey.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 0.9))), dtype=np.float32)
    points = (points - 128) * rng.uniform(1.1, 1.3) + 142
    grain = np.random.default_rng(rng.getrandbits(32))
    points += rng.uniform(5, 11) * grain.standard_normal(points.shape, dtype=np.float32)
    specks = grain.random(points.shape) < 0.00012
    points[specks | np.roll(specks, 1, 0) | np.roll(specks, 1, 1)] = 40
    streak = rng.randrange(60, points.shape[1] - 60)
    points[:, streak : streak + 3] -= 28
    across = np.arange(points.shape[1], dtype=np.float32)
    points -= 170 * np.exp(-across / rng.uniform(6, 20))[None, :]
    down = np.arange(points.shape[0], dtype=np.float32)
    points -= 120 * np.exp(-down / rng.uniform(4, 14))[:, None]
    done = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "L")
    return tools.as_pdf([done], 200, rng.randrange(50, 75))


def photo(rng: Random, picture: Image.Image, table: str, turned: int = 1) -> bytes:
    """A photograph by telephone, with the bright spot of a lamp; `turned` is its EXIF orientation."""
    seen = tools.photographed(rng, picture, table)
    across, down = np.meshgrid(
        np.linspace(0, 1, seen.width, dtype=np.float32), np.linspace(0, 1, seen.height, dtype=np.float32)
    )
    x, y = rng.uniform(0.2, 0.8), rng.uniform(0.1, 0.5)
    glare = 26 * np.exp(-((across - x) ** 2 + (down - y) ** 2) / 0.02)
    points = np.asarray(seen, dtype=np.float32) + glare[..., None].astype(np.float32)
    points *= np.array([1.0, rng.uniform(0.96, 1.0), rng.uniform(0.86, 0.99)], dtype=np.float32)
    grain = np.random.default_rng(rng.getrandbits(32))
    points += rng.uniform(2, 5) * grain.standard_normal((*points.shape[:2], 1), dtype=np.float32)
    seen = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")
    turns = {1: None, 3: 180, 6: 90, 8: -90}[turned]
    if turns is not None:
        seen = seen.rotate(turns, expand=True)
    exif = Image.Exif()
    exif[0x010F] = "Studio"
    exif[0x0112] = turned
    out = io.BytesIO()
    seen.save(out, "JPEG", quality=rng.randrange(68, 88), exif=exif)
    return out.getvalue()
