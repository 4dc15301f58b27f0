"""Pages of HTML, seals, signatures and what happens to paper on desks."""

import io
from datetime import date
from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

import numpy as np
import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFilter, ImageFont
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bench.papers import tools
from bench.papers.values import Bill, Paper, Truth

RED = (205, 32, 34)


def seal(name: str, under: str = "", size: int = 420) -> Image.Image:
    """A stamp, a little see-through as ink is."""
    made = tools.stamp(name.replace("（", "").replace("）", ""), under, size, RED)
    points = np.asarray(made).copy()
    points[..., 3] = (points[..., 3] * 0.82).astype(np.uint8)
    return Image.fromarray(points, "RGBA")


def seal_png(name: str, under: str = "") -> bytes:
    """The same as PNG, for Word files."""
    out = io.BytesIO()
    seal(name, under).save(out, "PNG")
    return out.getvalue()


def oblong(rng: Random, lines: list[str], colour: tuple[int, int, int] = RED, size: int = 60) -> Image.Image:
    """A box stamp with a few lines, as tellers and clerks use, somewhat worn."""
    letter = ImageFont.truetype(str(tools.font("sans-bold")), size)
    width = round(max(letter.getlength(line) for line in lines)) + size
    made = Image.new("RGBA", (width, round(size * 1.35 * len(lines)) + size))
    pen = ImageDraw.Draw(made)
    pen.rectangle((4, 4, width - 5, made.height - 5), outline=colour, width=6)
    for row, line in enumerate(lines):
        pen.text((width / 2, size + row * size * 1.35), line, colour, letter, anchor="mm")
    points = np.asarray(made).copy()
    grain = np.random.default_rng(rng.getrandbits(32)).random(points.shape[:2])
    points[..., 3] = np.where(grain < 0.12, 0, points[..., 3])
    return Image.fromarray(points, "RGBA").filter(ImageFilter.GaussianBlur(0.8))


def laid(
    page: Image.Image, ink: Image.Image, at: tuple[float, float], share: float, turn: float = 0
) -> Image.Image:
    """A page with a stamp of any shape on it; its ink multiplies what lies under it."""
    ink = ink.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    width = round(share * page.width)
    ink = ink.resize((width, round(ink.height * width / ink.width)), Image.Resampling.LANCZOS)
    over = Image.new("RGBA", page.size)
    over.paste(ink, (round(at[0] * page.width - ink.width / 2), round(at[1] * page.height - ink.height / 2)))
    below, above = np.asarray(page.convert("RGB"), np.float32), np.asarray(over, np.float32)
    alpha = above[..., 3:] / 255 * 0.85
    mixed = below * (1 - alpha) + below * above[..., :3] / 255 * alpha
    return Image.fromarray(mixed.astype(np.uint8), "RGB")


def pen_at(rng: Random, page: Image.Image, text: str, at: tuple[float, float], size: float) -> Image.Image:
    """A page on which somebody wrote with a pen; `size` is a share of the page's width."""
    face = rng.choice(("liujian", "zhimang", "mashan"))
    letter = ImageFont.truetype(str(tools.font(face)), round(size * page.width))
    colour = rng.choice(((25, 30, 60), (20, 20, 20), (30, 40, 120)))
    tile = Image.new("RGBA", (round(letter.getlength(text)) + 40, round(size * page.width * 1.8)))
    ImageDraw.Draw(tile).text((20, tile.height / 2), text, colour, letter, anchor="lm")
    tile = tile.rotate(rng.uniform(-3, 3), Image.Resampling.BICUBIC)
    ground = page.convert("RGBA")
    ground.alpha_composite(tile, (round(at[0] * page.width), round(at[1] * page.height - tile.height / 2)))
    return ground.convert("RGB")


def hand(rng: Random, text: str, size: str = "18pt") -> str:
    """A signature or a filled-in word as HTML."""
    face, colour = rng.choice(("liujian", "zhimang", "mashan")), rng.choice(("#1b2240", "#222", "#26348b"))
    return f'<span style="font-family:{face};font-size:{size};color:{colour};line-height:1">{text}</span>'


def page(
    body: str, style: str = "", font: str = "serif", size: str = "12pt", margin: str = "25mm 24mm"
) -> str:
    """An A4 document."""
    return f"""<html lang="zh"><head><style>
@page {{ size: A4; margin: {margin}; }}
body {{ font-family: {font}, ukai, sans; font-size: {size}; line-height: 1.75; margin: 0; }}
p {{ margin: 0 0 .25em; text-indent: 2em; text-align: justify; }}
p.n, td p {{ text-indent: 0; }}
h1 {{ font-size: 18pt; text-align: center; font-weight: normal; margin: .3em 0 .7em; }}
table {{ border-collapse: collapse; width: 100%; }}
table.r td, table.r th {{ border: .6pt solid #222; padding: 1.2mm 1.6mm; }}
th {{ font-weight: normal; }}
.c {{ text-align: center; }} .e {{ text-align: right; }}
{style}
</style></head><body>{body}</body></html>"""


def rows(lines: list[list[str]], head: bool = True, right: tuple[int, ...] = ()) -> str:
    """Rows of a table in HTML; the columns of `right` are set to the right."""
    made = []
    for at, line in enumerate(lines):
        tag = "th" if head and at == 0 else "td"
        cells = [
            f"<{tag}{' class=e' if place in right and tag == 'td' else ''}>{cell}</{tag}>"
            for place, cell in enumerate(line)
        ]
        made.append(f"<tr>{''.join(cells)}</tr>")
    return "".join(made)


def worn(rng: Random, picture: Image.Image) -> Image.Image:
    """A copy with what offices do to paper: punch holes, a fold, dark edges, specks."""
    made = picture.convert("RGB")
    pen = ImageDraw.Draw(made)
    wide, high = made.size
    kind = rng.choice(("holes", "fold", "edge", "specks", "none"))
    if kind == "holes":
        for at in (0.36, 0.64):
            x, y, r = wide * 0.028, high * at, wide * 0.013
            pen.ellipse((x - r, y - r, x + r, y + r), fill=(95, 95, 95))
    if kind == "fold":
        y = round(high * rng.uniform(0.32, 0.66))
        pen.line((0, y, wide, y + rng.randrange(-6, 6)), fill=(205, 205, 205), width=max(2, wide // 500))
    if kind == "edge":
        pen.rectangle((0, 0, wide, rng.randrange(3, 14)), fill=(60, 60, 60))
        pen.rectangle((wide - rng.randrange(4, 16), 0, wide, high), fill=(70, 70, 70))
    if kind == "specks":
        for _ in range(60):
            x, y, r = rng.randrange(wide), rng.randrange(high), rng.randint(1, 2)
            pen.ellipse((x, y, x + r, y + r), fill=(90, 90, 90))
    return made


def scanned(rng: Random, pages: list[Image.Image], dpi: int) -> bytes:
    """Pages through the house's scanner, after some wear, as PDF."""
    once = tools.as_pdf([worn(rng, each) for each in pages], dpi, 92)
    return tools.scanned(rng, once, dpi)


def scan(
    rng: Random, pages: list[Image.Image], dpi: int, family: str, truth: Truth, bills: tuple[Bill, ...]
) -> Paper:
    """A paper that was set in HTML and then scanned."""
    data = scanned(rng, pages, dpi)
    return Paper(family=family, tool="weasyprint", form="scan", data=data, truth=truth, bills=bills)


class Mark(NamedTuple):
    """A stamp that goes near the last place of some words; shifts and width in millimetres."""

    words: str
    name: str
    right: float = 12
    down: float = 8
    width: float = 40
    under: str = ""


def sealed(pdf: bytes, marks: list[Mark]) -> bytes:
    """A PDF with stamps laid over it. ValueError when the words are not there."""
    with pdfium.PdfDocument(pdf) as document:
        places = [_place(document, mark.words) for mark in marks]
        sizes = [page.get_size() for page in document]
    out = io.BytesIO()
    canvas = Canvas(out)
    for number, size in enumerate(sizes):
        canvas.setPageSize(size)
        for mark, (at, x, y) in zip(marks, places, strict=True):
            if at == number:
                shift, wide = Random(mark.words + mark.name), mark.width * mm  # noqa: S311
                x, y = (
                    x + (mark.right + shift.uniform(-4, 6)) * mm,
                    y - (mark.down + shift.uniform(-4, 3)) * mm,
                )
                ink = ImageReader(io.BytesIO(seal_png(mark.name, mark.under)))
                canvas.saveState()
                canvas.translate(x, y)
                canvas.rotate(shift.uniform(-18, 18))
                canvas.drawImage(ink, -wide / 2, -wide / 2, wide, wide, mask="auto")
                canvas.restoreState()
        canvas.showPage()
    canvas.save()
    with pikepdf.open(io.BytesIO(pdf)) as under, pikepdf.open(out) as over:
        for below, above in zip(under.pages, over.pages, strict=True):
            below.add_overlay(above)
        made = io.BytesIO()
        under.save(made)
    return made.getvalue()


def _place(document: pdfium.PdfDocument, text: str) -> tuple[int, float, float]:
    for number in reversed(range(len(document))):
        words = document[number].get_textpage()
        letters = [(words.get_text_range(at, 1), at) for at in range(words.count_chars())]
        letters = [(letter, at) for letter, at in letters if letter.strip()]
        # A long name may run over two lines: blanks and ends of lines do not count.
        found = "".join(letter[0] for letter, _ in letters).rfind(text.replace("\u3000", ""))
        if found >= 0:
            left, bottom, _, top = words.get_charbox(letters[found][1])
            return number, left, (bottom + top) / 2
    raise ValueError(f"not on the paper: {text}")


def three(rng: Random, bills: tuple[Bill, ...] | list[Bill]) -> tuple[Bill, ...]:
    """At most three of the bills, with one honest and one wrong among them."""
    kept = list(bills)
    while len(kept) > 3:
        honest = [each for each in kept if not each.wrong]
        some = honest if len(honest) > 1 and (rng.random() < 0.5 or len(honest) == len(kept) - 1) else None
        kept.remove(rng.choice(some or [each for each in kept if each.wrong]))
    return tuple(kept)


def bill(
    fair: dict[str, Any], total: Decimal, issued_on: date, note: str, wrong: str = "", **changes: Any
) -> Bill:
    """A bill of what the bills of a paper share (`fair`), but for what changes."""
    return Bill(**fair | changes, total=total, issued_on=issued_on, note=note, wrong=wrong)


def said(
    kind: str,
    payer: str,
    payee: str,
    total: Decimal | None,
    signed_on: date | None,
    *,
    number: str = "",
    account: str = "",
    words: bool = False,
) -> dict[str, Any]:
    """What a paper between two parties says, as the first facts of a `Truth`; `words` when the sum stands there in words."""
    facts: dict[str, Any] = {
        "kind": kind,
        "payers": (payer,),
        "payees": (payee,),
        "total": total,
        "signed_on": signed_on,
    }
    if words:
        facts["words"] = total
    if number:
        facts["numbers"] = (number,)
    if account:
        facts["accounts"] = (account,)
    return facts
