"""Turns the pages of a drawn PDF: text that runs sideways, or a page that says it is to be shown turned."""

import io
from random import Random

import pikepdf


def turn_some(drawn: bytes, rng: Random) -> bytes:
    """One specimen in six is turned: by its content, by its /Rotate entry, or by both, which makes it upright."""
    if rng.random() >= 1 / 6:
        return drawn
    content = rng.choice((0, 90, 180, 270))
    shown = rng.choice((0, (360 - content) % 360, 90))
    return turned(drawn, content=content, shown=shown)


def turned(drawn: bytes, *, content: int, shown: int) -> bytes:
    """The PDF with its content turned clockwise by `content` and its pages shown turned by `shown` degrees."""
    buffer = io.BytesIO()
    with pikepdf.open(io.BytesIO(drawn)) as pdf:
        for page in pdf.pages:
            _turn_content(pdf, page, content)
            page.obj.Rotate = shown
        pdf.save(buffer, deterministic_id=True)
    return buffer.getvalue()


def _turn_content(pdf: pikepdf.Pdf, page: pikepdf.Page, degrees: int) -> None:
    width, height = float(page.mediabox[2]), float(page.mediabox[3])
    matrices = {
        0: (1, 0, 0, 1, 0, 0),
        90: (0, -1, 1, 0, 0, width),
        180: (-1, 0, 0, -1, width, height),
        270: (0, 1, -1, 0, height, 0),
    }
    matrix = " ".join(f"{part:g}" for part in matrices[degrees])
    page.contents_add(pikepdf.Stream(pdf, f"q {matrix} cm\n".encode()), prepend=True)
    page.contents_add(pikepdf.Stream(pdf, b"\nQ"))
    if degrees in (90, 270):
        page.obj.MediaBox = [0, 0, height, width]
