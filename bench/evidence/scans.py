"""Turns a drawn specimen into a scan: points instead of text, and all that goes wrong between glass and file."""

import io
from random import Random

import msgspec
import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter

from bench.evidence.truth import Wear

_WHITE = (255, 255, 255)


class Scan(msgspec.Struct, frozen=True, kw_only=True):
    """A scan's file, what it is, and for each page the turn (degrees clockwise) that makes it upright."""

    data: bytes
    media_type: str
    rotations: tuple[int, ...]
    wear: Wear


def draw_wear(rng: Random) -> Wear:
    """Most scans are fair, some are poor; the fewer points, the less else is wrong, or nobody could read them."""
    dpi = rng.choice((100, 150, 150, 200, 200, 300))
    poor = dpi >= 150 and rng.random() < 0.3
    return Wear(
        dpi=dpi,
        skew=rng.uniform(-3, 3) if rng.random() < 0.6 else rng.uniform(-0.5, 0.5),
        turn=rng.choice((0, 0, 0, 90, 180, 270)),
        blur=rng.uniform(0.3, 1.0) * dpi / 200 if poor else rng.uniform(0, 0.4) * dpi / 200,
        noise=rng.uniform(8, 20) if poor else rng.uniform(0, 8),
        quality=rng.randrange(35, 60) if poor else rng.randrange(60, 92),
        grey=rng.random() < 0.35,
        specimen=rng.randrange(228, 256),
        shade=rng.uniform(0, 0.18),
    )


def scan(drawn: bytes, rng: Random) -> Scan:
    """A drawn specimen as a scanner or a telephone would give it."""
    wear = draw_wear(rng)
    with pdfium.PdfDocument(drawn) as document:
        pictures = [_worn(_render(document[place], wear.dpi), wear, rng) for place in range(len(document))]
    if len(pictures) == 1 and rng.random() < 0.25:
        data, media_type = _one_picture(pictures[0], wear, rng)
    else:
        data, media_type = _bound(pictures, wear), "application/pdf"
    rotations = ((360 - wear.turn) % 360,) * len(pictures)
    return Scan(data=data, media_type=media_type, rotations=rotations, wear=wear)


def _render(page: pdfium.PdfPage, dpi: int) -> Image.Image:
    return page.render(scale=dpi / 72, may_draw_forms=False).to_pil().convert("RGB")


def _worn(picture: Image.Image, wear: Wear, rng: Random) -> Image.Image:
    grains = np.random.default_rng(rng.getrandbits(32))
    picture = picture.rotate(wear.skew, resample=Image.Resampling.BICUBIC, fillcolor=_WHITE)
    if wear.blur > 0.05:
        picture = picture.filter(ImageFilter.GaussianBlur(wear.blur))
    points = np.asarray(picture, dtype=np.float32) * (wear.specimen / 255)
    points *= _light(points.shape[:2], wear, grains)[..., None]
    if wear.noise:
        points += grains.normal(0, wear.noise, points.shape[:2])[..., None].astype(np.float32)
    picture = Image.fromarray(np.clip(points, 0, 255).astype(np.uint8), "RGB")
    if wear.grey:
        picture = picture.convert("L")
    # A picture turned clockwise by `turn`: Pillow turns the other way.
    return picture.rotate(-wear.turn, expand=True) if wear.turn else picture


def _light(shape: tuple[int, int], wear: Wear, grains: np.random.Generator) -> np.ndarray:
    """Brightness that falls off from one side of the glass to the other."""
    height, width = shape
    across, down = np.linspace(0, 1, width, dtype=np.float32), np.linspace(0, 1, height, dtype=np.float32)
    lean = grains.random()
    return 1 - np.float32(wear.shade) * (lean * across[None, :] + (1 - lean) * down[:, None])


def _bound(pictures: list[Image.Image], wear: Wear) -> bytes:
    buffer = io.BytesIO()
    pictures[0].save(
        buffer,
        "PDF",
        save_all=True,
        append_images=pictures[1:],
        resolution=wear.dpi,
        quality=wear.quality,
    )
    return buffer.getvalue()


def _one_picture(picture: Image.Image, wear: Wear, rng: Random) -> tuple[bytes, str]:
    buffer = io.BytesIO()
    if rng.random() < 0.3:
        picture.save(buffer, "PNG", dpi=(wear.dpi, wear.dpi))
        return buffer.getvalue(), "image/png"
    picture.save(buffer, "JPEG", quality=wear.quality, dpi=(wear.dpi, wear.dpi))
    return buffer.getvalue(), "image/jpeg"
