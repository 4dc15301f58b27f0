"""How the county's papers reach the desk: an old scanner, a tired copier, telephones of all kinds."""

import io
import math
from random import Random
from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from bench.papers import tools

Array = np.ndarray[Any, Any]


def _noise(rng: Random) -> np.random.Generator:
    return np.random.default_rng(rng.getrandbits(32))


def _done(points: Array) -> Image.Image:
    return Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")


def aged(rng: Random, page: Image.Image, folds: int = 1) -> Image.Image:
    """Paper that has yellowed, with the shade of its folds and a stain at its edge."""
    points = np.asarray(page, dtype=np.float32)
    height, width = points.shape[:2]
    tone = np.array([1.0, rng.uniform(0.95, 0.985), rng.uniform(0.82, 0.92)], dtype=np.float32)
    points = points * tone
    across = np.arange(width, dtype=np.float32)
    down = np.arange(height, dtype=np.float32)
    for fold in range(folds):
        at = width * (fold + 1) / (folds + 1) + rng.uniform(-6, 6)
        shade = (
            1 - 0.16 * np.exp(-(((across - at) / 7) ** 2)) + 0.05 * np.exp(-(((across - at - 12) / 9) ** 2))
        )
        points = points * shade[None, :, None]
    at = height / 2 + rng.uniform(-20, 20)
    points = points * (1 - 0.1 * np.exp(-(((down - at) / 6) ** 2)))[:, None, None]
    x, y, size = rng.uniform(0, 0.2) * width, rng.uniform(0.75, 1) * height, rng.uniform(90, 200)
    ring = np.abs(np.hypot(across[None, :] - x, down[:, None] - y) - size)
    return _done(points * (1 - 0.14 * np.exp(-((ring / 14) ** 2)))[..., None])


def flatbed(rng: Random, page: Image.Image, grey: bool = False, holes: bool = False) -> Image.Image:
    """A scan on a glass that is larger than the paper: skew, dark lid beyond, a band of light, dust."""
    margin = rng.randrange(30, 80)
    lid = rng.choice(((214, 214, 210), (60, 60, 62), (235, 236, 238)))
    glass = Image.new("RGB", (page.width + 2 * margin, page.height + 2 * margin), lid)
    if holes:
        page = page.copy()
        for share in (0.42, 0.58):
            hole = Image.new("RGB", (44, 44), lid)
            mask = Image.fromarray(((np.hypot(*(np.mgrid[-22:22, -22:22])) < 20) * 255).astype(np.uint8), "L")
            page.paste(hole, (46, round(page.height * share)), mask)
    glass.paste(page, (margin, margin))
    glass = glass.rotate(rng.uniform(-2.2, 2.2), Image.Resampling.BICUBIC, fillcolor=lid)
    points = np.asarray(glass.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 0.8))), dtype=np.float32)
    down = np.linspace(0, 1, points.shape[0], dtype=np.float32)
    points *= (0.95 + 0.05 * np.sin(down * rng.uniform(4, 12)))[:, None, None]
    points += rng.uniform(3, 8) * _noise(rng).standard_normal(points.shape, dtype=np.float32)
    made = _done(points)
    return made.convert("L").convert("RGB") if grey else made


def copier(rng: Random, page: Image.Image, shrink: float = 1.0) -> Image.Image:
    """A copy of a copy: thick strokes, bands of weak toner, dirt of the drum; on A4 when it was shrunk."""
    grey = page.convert("L")
    if shrink < 1:
        upright = page.height >= page.width
        sheet = Image.new("L", (1654, 2339) if upright else (2339, 1654), 255)
        room = min(sheet.width / grey.width, sheet.height / grey.height) * shrink
        small = grey.resize((round(grey.width * room), round(grey.height * room)), Image.Resampling.LANCZOS)
        place = (sheet.width - small.width) // 2, (sheet.height - small.height) // 2
        sheet.paste(small, (place[0] + rng.randrange(-20, 20), place[1] + rng.randrange(-30, 30)))
        grey = sheet
    grey = grey.rotate(rng.uniform(-2, 2), Image.Resampling.BICUBIC, fillcolor=252)
    points = np.asarray(grey.filter(ImageFilter.GaussianBlur(rng.uniform(0.6, 1.0))), dtype=np.float32)
    points = 255 / (1 + np.exp(-(points - rng.uniform(150, 172)) / rng.uniform(24, 34)))
    noise = _noise(rng)
    down = np.arange(points.shape[0], dtype=np.float32)
    band = 0.82 + 0.18 * np.sin(down / rng.uniform(90, 240) + rng.uniform(0, 6)) ** 2
    points = 255 - (255 - points) * band[:, None]
    points += rng.uniform(4, 9) * noise.standard_normal(points.shape, dtype=np.float32)
    for _ in range(rng.randrange(20, 60)):
        x, y = rng.randrange(10, points.shape[1] - 10), rng.randrange(10, points.shape[0] - 10)
        size = rng.randrange(1, 4)
        points[y : y + size, x : x + size] = rng.randrange(0, 90)
    edge = np.minimum(down, down[::-1])
    points -= (rng.uniform(60, 200) * np.exp(-edge / rng.uniform(5, 16)))[:, None]
    return Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "L")


def _table(rng: Random, width: int, height: int) -> Image.Image:
    """A table: boards of wood, a cloth, or a plain top."""
    noise = _noise(rng)
    kind = rng.randrange(3)
    base = np.array(
        rng.choice(((150, 108, 70), (92, 66, 46), (178, 182, 186), (52, 72, 96))), dtype=np.float32
    )
    if kind == 0:
        grain = np.repeat(noise.normal(0, 14, (height // 4 + 1, 1)), 4, axis=0)[:height]
        points = np.broadcast_to(grain[..., None], (height, width, 1)) + base
    elif kind == 1:
        down, across = np.mgrid[0:height, 0:width]
        points = 12 * np.sign(np.sin(down / 9) * np.sin(across / 9))[..., None] + base
    else:
        points = np.broadcast_to(base, (height, width, 3))
    return _done(points + 5 * noise.standard_normal((height, width, 1), dtype=np.float32))


def telephone(
    rng: Random,
    page: Image.Image,
    *,
    bend: float = 0.0,
    lean: float = 0.05,
    turn: float = 3.0,
    hand: bool = False,
) -> Image.Image:
    """A photograph: the paper bends by `bend` of its height, the camera leans, a hand or a lamp gives shade."""
    width, height = page.size
    edge = round(0.08 * max(width, height))
    size = (width + 2 * edge, height + 2 * edge)
    table = _table(rng, *size)
    layer = Image.new("RGBA", size)
    layer.paste(page, (edge, edge))
    layer = layer.rotate(rng.uniform(-turn, turn), Image.Resampling.BICUBIC)
    near, far = rng.uniform(0.3, 1) * lean, rng.uniform(0.3, 1) * lean
    phase = rng.uniform(0.7, 1.2)
    strips = []
    count = 24 if bend else 6
    for k in range(count):
        left, right = size[0] * k // count, size[0] * (k + 1) // count

        def lift(x: float) -> float:
            return bend * height * math.sin(math.pi * x / size[0] * phase)

        def spot(x: float, y: float) -> tuple[float, float]:
            # Where in the layer a place of the photograph comes from: the far edge is narrower.
            share = y / size[1]
            inward = (near * (1 - share) - far * share * 0.3) * (x - size[0] / 2)
            return x + inward, y + lift(x) * (0.5 + 0.5 * share) - 0.5 * far * (x - size[0] / 2) * (
                share - 0.5
            )

        corners = (spot(left, 0), spot(left, size[1]), spot(right, size[1]), spot(right, 0))
        strips.append(((left, 0, right, size[1]), tuple(each for corner in corners for each in corner)))
    seen = layer.transform(size, Image.Transform.MESH, strips, Image.Resampling.BICUBIC)
    dark = Image.new("RGB", size, (20, 18, 16))
    soft = seen.getchannel("A").filter(ImageFilter.GaussianBlur(14)).point(lambda value: value * 0.55)
    table.paste(dark, (9, 14), soft)
    table.paste(seen, (0, 0), seen.getchannel("A"))
    return _lit(rng, table.filter(ImageFilter.GaussianBlur(rng.uniform(0.4, 0.9))), hand)


def _lit(rng: Random, seen: Image.Image, hand: bool) -> Image.Image:
    points: Array = np.asarray(seen, dtype=np.float32)
    height, width = points.shape[:2]
    across = np.linspace(0, 1, width, dtype=np.float32)[None, :]
    down = np.linspace(0, 1, height, dtype=np.float32)[:, None]
    angle = rng.uniform(0, 2 * math.pi)
    light = 0.93 + 0.13 * ((across - 0.5) * math.cos(angle) + (down - 0.5) * math.sin(angle))
    if hand:
        x, y = rng.uniform(0.55, 0.95), rng.uniform(0.6, 1.0)
        far = np.sqrt(((across - x) / 0.34) ** 2 + ((down - y) / 0.42) ** 2)
        light = light * (1 - 0.27 / (1 + np.exp((far - 1) * 22)))
    warm = np.array([1.0, rng.uniform(0.93, 1.0), rng.uniform(0.8, 1.0)], dtype=np.float32)
    points = points * light[..., None] * warm
    points += rng.uniform(2, 6) * _noise(rng).standard_normal((height, width, 1), dtype=np.float32)
    return _done((points - 128) * rng.uniform(0.86, 1.02) + 128)


def jpeg(
    rng: Random, picture: Image.Image, orientation: int = 0, quality: tuple[int, int] = (60, 86)
) -> bytes:
    """A photograph as a file; `orientation` is its EXIF tag, and its points are turned to match."""
    turned = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    if orientation:
        exif[0x0110] = "County phone"
        exif[0x0112] = orientation
        picture = picture.transpose(turned[orientation])
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=rng.randrange(*quality), exif=exif)
    return out.getvalue()


def bound(picture: Image.Image, quality: int = 70) -> bytes:
    """A picture as a PDF of one page."""
    return tools.as_pdf([picture], 200, quality)
