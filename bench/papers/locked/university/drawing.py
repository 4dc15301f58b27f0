"""How the papers of a university are drawn: sheets of HTML, seals, Word files, scans and photographs."""

import base64
import io
import re
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pypdfium2 as pdfium
from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from bench.papers import tools


def flat(text: str) -> str:
    """Chinese lines joined: a break in the source is no blank on the paper."""
    return re.sub(r"\n\s*", "", text)


def sheet(
    body: str,
    family: str = "serif",
    points: float = 12,
    leading: float = 1.7,
    margin: str = "25mm 26mm",
    size: str = "A4",
    more: str = "",
) -> str:
    """A sheet with the usual classes: h1 title, p indented by two, table with rules, .r right, .hand written."""
    return flat(f"""
    <style>@page {{ size: {size}; margin: {margin}; }}
    body {{ font-family: '{family}', 'serif'; font-size: {points}pt; line-height: {leading}; margin: 0; }}
    h1 {{ font-size: 1.6em; text-align: center; margin: 0 0 .7em; font-weight: normal; }}
    p {{ text-indent: 2em; margin: 0; text-align: justify; }} p.n {{ text-indent: 0; }}
    p.h {{ font-family: 'sans-bold'; }} .r {{ text-align: right; }} .c {{ text-align: center; }}
    table {{ border-collapse: collapse; width: 100%; }} td, th {{ border: .6pt solid #222; padding: 3pt 5pt;
     font-weight: normal; }} table.x td, table.x th {{ border: none; }}
    .u {{ border-bottom: .6pt solid #222; padding: 0 .5em; }}
    .hand {{ font-family: 'mashan'; color: #1c2a6b; font-size: 1.2em; line-height: 1; }}
    .seal {{ position: relative; }} .seal img {{ position: absolute; }}
    {more}</style>{body}""")


def picture_uri(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def soft(rng: Random, seal: Image.Image, strength: float = 0.72) -> Image.Image:
    """A seal as ink leaves it: a little turned, thin, blurred."""
    seal = seal.rotate(rng.uniform(-18, 18), Image.Resampling.BICUBIC, expand=True)
    alpha = seal.getchannel("A").point(lambda value: round(value * strength))
    seal.putalpha(alpha)
    return seal.filter(ImageFilter.GaussianBlur(0.6))


def sealed(
    rng: Random, text: str, name: str, under: str = "", left: str = "1em", top: str = "-42pt", wide: int = 106
) -> str:
    """Text with a round seal over it."""
    uri = picture_uri(soft(rng, tools.stamp(name, under)))
    return f"<span class='seal'>{text}<img style='left:{left};top:{top};width:{wide}pt' src='{uri}'></span>"


def box_seal(
    lines: Sequence[str], colour: tuple[int, int, int] = (200, 30, 40), size: int = 40
) -> Image.Image:
    """An oblong stamp of one or more lines, such as banks, cashiers and archives use."""
    letter = ImageFont.truetype(str(tools.font("sans-bold")), size)
    wide = max(round(letter.getlength(line)) for line in lines) + size
    seal = Image.new("RGBA", (wide, round(size * 1.35 * len(lines) + size * 0.7)))
    pen = ImageDraw.Draw(seal)
    pen.rectangle((4, 4, seal.width - 5, seal.height - 5), outline=colour, width=6)
    for at, line in enumerate(lines):
        pen.text((seal.width / 2, size * (1.0 + 1.35 * at)), line, colour, letter, anchor="mm")
    return seal


def boxed(
    rng: Random,
    lines: Sequence[str],
    left: str,
    top: str,
    wide: int,
    colour: tuple[int, int, int] = (200, 30, 40),
) -> str:
    """An oblong stamp anywhere on a sheet (the parent must be placed)."""
    uri = picture_uri(soft(rng, box_seal(lines, colour)))
    return f"<img style='position:absolute;left:{left};top:{top};width:{wide}pt' src='{uri}'>"


def digit_boxes(amount: Decimal, columns: str = "千百十万千百十元角分") -> tuple[str, str]:
    """Head and body cells of a sum in boxes, with ¥ before its first digit."""
    digits = ("¥" + str(int(amount * 100))).rjust(len(columns))[-len(columns) :]
    head = "".join(f"<th class='b'>{name}</th>" for name in columns)
    return head, "".join(f"<td class='b'>{digit.strip()}</td>" for digit in digits)


# -- scans -----------------------------------------------------------------------------------------


def with_seals(
    rng: Random, pdf: bytes, seals: Sequence[tuple[str, Image.Image, float]], dpi: int = 200
) -> list[Image.Image]:
    """The pages as pictures, each seal (`share` of the page wide) set beside its words on each."""
    pages = tools.pictures(pdf, dpi)
    with pdfium.PdfDocument(pdf) as document:
        for needle, seal, share in seals:
            for number in range(len(document)):
                page = document[number]
                found = _last_box(page.get_textpage(), needle)
                if found:
                    _, bottom, right, top = found
                    across = (right + rng.uniform(20, 45)) / page.get_width()
                    down = 1 - ((bottom + top) / 2 + rng.uniform(-14, 10)) / page.get_height()
                    side = max(seal.size)
                    square = Image.new("RGBA", (side, side))
                    turned = seal.rotate(rng.uniform(-12, 12), Image.Resampling.BICUBIC)
                    square.paste(turned, ((side - seal.width) // 2, (side - seal.height) // 2))
                    pages[number] = tools.stamped(pages[number], square, (min(0.85, across), down), share)
    return pages


def _last_box(text: Any, needle: str) -> tuple[float, float, float, float] | None:
    search, found = text.search(needle), None
    while hit := search.get_next():
        found = text.get_charbox(hit[0] + hit[1] - 1)
    return found


def scan(rng: Random, source: bytes | list[Image.Image], dpi: int = 200) -> bytes:
    """A PDF, or pages that are stamped already, as a scanner gives it."""
    pdf = source if isinstance(source, bytes) else tools.as_pdf(source, dpi, 92)
    return tools.scanned(rng, pdf, dpi)


def photo(rng: Random, source: bytes | list[Image.Image], dpi: int = 170) -> bytes:
    """The same as photographs bound as a PDF."""
    pages = tools.pictures(source, dpi) if isinstance(source, bytes) else source
    ground = rng.choice(("#6d5f50", "#8a7a66", "#4f5358", "#a39a8c"))
    return tools.as_pdf([tools.photographed(rng, page, ground) for page in pages], dpi, rng.randrange(68, 88))


# -- Word ------------------------------------------------------------------------------------------


class Word:
    """A Word file with the few things that offices do in it."""

    def __init__(self, face: str = "AR PL UMing CN", points: float = 12, margin: float = 2.6) -> None:
        self.document = Document()
        self.face, self.points, self.breaks = face, points, False
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(margin)
        section.top_margin = section.bottom_margin = Cm(2.4)

    def line(
        self,
        text: str,
        points: float = 0,
        at: str = "",
        face: str = "",
        bold: bool = False,
        colour: str = "",
        indent: bool = True,
        space: float = 1.5,
    ) -> None:
        """A paragraph; `at` is c or r for the middle or the right."""
        paragraph = self.document.add_paragraph()
        shape = paragraph.paragraph_format
        shape.line_spacing, shape.space_after = space, Pt(0)
        shape.page_break_before, self.breaks = self.breaks, False
        if at:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER if at == "c" else WD_ALIGN_PARAGRAPH.RIGHT
        elif indent:
            shape.first_line_indent = Pt(2 * (points or self.points))
        self._run(paragraph.add_run(text), points, face, bold, colour)

    def _run(self, run: Any, points: float, face: str, bold: bool, colour: str) -> None:
        run.font.size, run.font.bold = Pt(points or self.points), bold
        run.font.name = face or self.face
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face or self.face)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], ruled: bool = True) -> None:
        """A table whose columns are so many centimetres wide."""
        table = self.document.add_table(len(rows), len(widths), style="Table Grid" if ruled else None)
        for row, texts in zip(table.rows, rows, strict=True):
            for cell, text, wide in zip(row.cells, texts, widths, strict=True):
                cell.width = Cm(wide)
                self._run(cell.paragraphs[0].add_run(text), self.points - 1.5, "", False, "")

    def new_page(self) -> None:
        """The next line begins a page."""
        self.breaks = True

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return tools.office(out.getvalue(), "docx")
