"""Helpers for drawing: sheets of HTML, tables, seals in text PDFs, and scans with seals over the text."""

import base64
import io
from random import Random

import pikepdf
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from bench.papers.tools import as_pdf, as_picture, photographed, pictures, scanned, stamp, stamped

#: A seal: page (from 0), its name, what stands below its star, and where its middle lies (parts of the page).
Seal = tuple[int, str, str, tuple[float, float]]
BLUE = (40, 60, 160)


def sheet(
    body: str, css: str = "", *, face: str = "serif", size: str = "11pt", margin: str = "22mm 24mm"
) -> str:
    """A page of HTML."""
    base = (
        f"@page {{ size: A4; margin: {margin}; }}"
        f"body {{ font-family: '{face}'; font-size: {size}; line-height: 1.65; margin: 0; }}"
        "table { border-collapse: collapse; width: 100%; } h1 { text-align: center; font-weight: normal; }"
        ".ruled td, .ruled th { border: 0.6pt solid #222; padding: 2pt 5pt; font-weight: normal; }"
        "p { margin: 0; } .in p, p.in { text-indent: 2em; } .r { text-align: right; } .c { text-align: center; }"
        ".new { page-break-before: always; } .b { font-family: 'serif-bold'; } .u { border-bottom: 0.6pt solid; }"
    )
    return f"<html><head><meta charset='utf-8'><style>{base}{css}</style></head><body>{body}</body></html>"


def table(rows: list[list[str]], head: bool = True, kind: str = "ruled", widths: tuple[int, ...] = ()) -> str:
    """A table of HTML; the first row is its head."""
    cols = "".join(f"<col style='width:{width}%'>" for width in widths)
    lines = []
    for place, row in enumerate(rows):
        tag = "th" if head and not place else "td"
        lines.append("<tr>" + "".join(f"<{tag}>{cell}</{tag}>" for cell in row) + "</tr>")
    return f"<table class='{kind}'>{cols}{''.join(lines)}</table>"


def paragraphs(*lines: str) -> str:
    return "<div class='in'>" + "".join(f"<p>{line}</p>" for line in lines) + "</div>"


def seal_tag(name: str, under: str = "", style: str = "", width: str = "38mm") -> str:
    """A seal as a picture of HTML, placed by `style`."""
    out = io.BytesIO()
    stamp(name, under, 360).save(out, "PNG")
    data = base64.b64encode(out.getvalue()).decode()
    return f"<img src='data:image/png;base64,{data}' style='position:absolute;width:{width};opacity:.85;{style}'>"


def sealed(pdf: bytes, seals: list[Seal], share: float = 0.2) -> bytes:
    """A text PDF with pictures of seals laid over its pages, as electronic signing does it."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for number, name, under, (x, y) in seals:
            page = document.pages[number]
            box = page.mediabox
            wide, high = float(box[2] - box[0]), float(box[3] - box[1])
            out = io.BytesIO()
            canvas = Canvas(out, pagesize=(wide, high))
            side = share * wide
            picture = ImageReader(stamp(name, under, 360))
            canvas.drawImage(picture, x * wide - side / 2, (1 - y) * high - side / 2, side, side, mask="auto")
            canvas.save()
            with pikepdf.open(io.BytesIO(out.getvalue())) as over:
                page.add_overlay(over.pages[0])
        done = io.BytesIO()
        document.save(done)
        return done.getvalue()


def sealed_pages(pdf: bytes, seals: list[Seal], dpi: int = 200, share: float = 0.2) -> list[Image.Image]:
    """The pages of a PDF as pictures with ink seals over them."""
    pages = pictures(pdf, dpi)
    for number, name, under, at in seals:
        pages[number] = stamped(pages[number], stamp(name, under), at, share)
    return pages


def scan(rng: Random, pdf: bytes, seals: list[Seal], dpi: int = 200, share: float = 0.2) -> bytes:
    """A PDF printed, sealed and scanned."""
    return scanned(rng, as_pdf(sealed_pages(pdf, seals, dpi, share), dpi, 92), dpi)


def photo(rng: Random, pdf: bytes, seals: list[Seal], dpi: int = 200, ground: str = "#6d5f50") -> bytes:
    """The first page of a PDF, sealed and taken with a telephone, as a JPEG."""
    page = sealed_pages(pdf, seals, dpi)[0]
    return as_picture(photographed(rng, page, ground), quality=rng.randrange(72, 90))


def with_layer(data: bytes, lines: list[tuple[float, float, str]]) -> bytes:
    """A scan with the invisible text layer of a scanner's program; places are parts of the first page."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont

    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    with pikepdf.open(io.BytesIO(data)) as document:
        page = document.pages[0]
        box = page.mediabox
        wide, high = float(box[2] - box[0]), float(box[3] - box[1])
        out = io.BytesIO()
        canvas = Canvas(out, pagesize=(wide, high))
        for x, y, words in lines:
            text = canvas.beginText(x * wide, (1 - y) * high)
            text.setFont("STSong-Light", 10.5)
            text.setTextRenderMode(3)
            text.textOut(words)
            canvas.drawText(text)
        canvas.save()
        with pikepdf.open(io.BytesIO(out.getvalue())) as over:
            page.add_overlay(over.pages[0])
        done = io.BytesIO()
        document.save(done)
        return done.getvalue()
