"""Word and Excel papers, seals and pens for the accountant's layouts."""

import base64
import io
from collections.abc import Sequence
from random import Random
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from bench.papers.tools import as_pdf, font, office, pictures, scanned, stamp, stamped

SONG, HEI, KAI, MING = "Noto Serif CJK SC", "Noto Sans CJK SC", "AR PL UKai CN", "AR PL UMing CN"


class Word:
    """A Word document in a few strokes."""

    def __init__(
        self,
        face: str = SONG,
        size: float = 11,
        margins: tuple[float, float] = (2.6, 2.4),
        spacing: float = 1.4,
    ) -> None:
        import docx
        from docx.shared import Cm

        self.document: Any = docx.Document()
        self.face, self.size, self.spacing = face, size, spacing
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(margins[0])
        section.top_margin = section.bottom_margin = Cm(margins[1])

    def _run(self, paragraph: Any, text: str, face: str, size: float, **looks: Any) -> Any:
        from docx.oxml.ns import qn
        from docx.shared import Pt, RGBColor

        run = paragraph.add_run(text)
        run.font.size, run.font.name = Pt(size), face
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)
        run.bold, run.underline = looks.get("bold", False), looks.get("under", False)
        run.font.strike = looks.get("strike", False)
        if colour := looks.get("colour"):
            run.font.color.rgb = RGBColor.from_string(colour)
        return run

    def put(
        self, text: str, *, align: str = "", indent: bool = False, after: float = 0, **looks: Any
    ) -> None:
        """A paragraph; parts between ‹ and › are underlined."""
        self._fill(self.document.add_paragraph(), text, align, indent, after, **looks)

    def _fill(self, paragraph: Any, text: str, align: str, indent: bool, after: float, **looks: Any) -> None:
        from docx.enum.text import WD_ALIGN_PARAGRAPH as SIDE
        from docx.shared import Pt

        face, size = looks.pop("face", self.face), looks.pop("size", self.size)
        shape = paragraph.paragraph_format
        shape.space_before, shape.space_after = Pt(looks.pop("before", 0)), Pt(after)
        shape.line_spacing = looks.pop("spacing", self.spacing)
        if align:
            paragraph.alignment = {"c": SIDE.CENTER, "r": SIDE.RIGHT, "j": SIDE.JUSTIFY}[align]
        if indent:
            shape.first_line_indent = Pt(size * 2)
        for part in text.replace("›", "‹›").split("‹"):
            if part.startswith("›"):
                self._run(paragraph, part[1:], face, size, **looks)
            elif part:
                marked = "‹" + part in text
                self._run(paragraph, part, face, size, **(looks | ({"under": True} if marked else {})))

    def grid(
        self,
        rows: Sequence[Sequence[str]],
        widths: Sequence[float],
        *,
        rules: bool = True,
        align: str = "",
        **looks: Any,
    ) -> Any:
        """A table; `align` has a letter per column (l, c, r)."""
        from docx.shared import Cm

        table = self.document.add_table(rows=len(rows), cols=len(widths))
        if rules:
            table.style = "Table Grid"
        table.autofit = False
        head = looks.pop("head", False)
        for c, width in enumerate(widths):
            table.columns[c].width = Cm(width)
        for k, row in enumerate(rows):
            for c, text in enumerate(row):
                cell = table.cell(k, c)
                cell.width = Cm(widths[c])
                side = align[c] if c < len(align) and align[c] != "l" else ""
                lines = text.split("\n")
                for place, line in enumerate(lines):
                    paragraph = cell.paragraphs[0] if place == 0 else cell.add_paragraph()
                    bold = {"bold": True} if head and k == 0 else {}
                    self._fill(
                        paragraph, line, "c" if head and k == 0 else side, False, 0,
                        **({"spacing": 1.15} | looks | bold),
                    )  # fmt: skip
        return table

    def page(self) -> None:
        self.document.add_page_break()

    def foot(self, text: str) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        self._fill(paragraph, text, "c", False, 0, size=8.5)

    def top(self, text: str) -> None:
        paragraph = self.document.sections[0].header.paragraphs[0]
        self._fill(paragraph, text, "r", False, 0, size=8.5)

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return office(out.getvalue(), "docx")


def sheet_pdf(book: Any) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return office(out.getvalue(), "xlsx")


# -- seals and pens --------------------------------------------------------------------------------


def places(pdf: bytes, text: str) -> list[tuple[int, float, float]]:
    """Page and middle (fractions of the page) of every occurrence of a text."""
    found = []
    with pdfium.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            width, height = page.get_size()
            reader = page.get_textpage()
            search = reader.search(text)
            while hit := search.get_next():
                left, bottom, _, top = reader.get_charbox(hit[0])
                last = reader.get_charbox(hit[0] + hit[1] - 1)
                found.append(
                    (number, (left + last[2]) / 2 / width, 1 - (bottom + top) / 2 / height),
                )
    return found


Mark = tuple[int, float, float, Image.Image, float]


def seal_at(
    rng: Random, pdf: bytes, anchor: str, name: str, under: str = "", nth: int = -1, share: float = 0.2
) -> list[Mark]:
    """A seal near the nth occurrence of an anchor; nothing where it is not found."""
    hits = places(pdf, anchor)
    if not hits:
        raise ValueError(f"no {anchor!r} to stamp")
    number, x, y = hits[nth]
    x += rng.uniform(-0.01, 0.07)
    picture = stamp(name, under).rotate(rng.uniform(-14, 14), Image.Resampling.BICUBIC)
    return [(number, min(x, 0.86), y + rng.uniform(-0.015, 0.012), picture, share)]


def sign(rng: Random, name: str, colour: tuple[int, int, int] = (25, 28, 60)) -> Image.Image:
    """A written name on a transparent ground."""
    letter = ImageFont.truetype(str(font(rng.choice(("liujian", "zhimang")))), 110)
    picture = Image.new("RGBA", (118 * len(name) + 30, 170))
    ImageDraw.Draw(picture).text((10, 15), name, colour, letter)
    return picture.rotate(rng.uniform(-4, 6), Image.Resampling.BICUBIC)


def pen_at(
    rng: Random, pdf: bytes, anchor: str, text: str, nth: int = -1, shift: tuple[float, float] = (0.12, 0.0)
) -> list[Mark]:
    """Handwriting right of an anchor."""
    number, x, y = places(pdf, anchor)[nth]
    return [(number, x + shift[0], y + shift[1], sign(rng, text), 0.036 * len(text))]


def overlaid(pdf: bytes, marks: Sequence[Mark]) -> bytes:
    """Seals and signatures laid over a PDF that keeps its text."""
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    with pikepdf.open(io.BytesIO(pdf)) as target:
        for number in sorted({mark[0] for mark in marks}):
            page = target.pages[number]
            width, height = float(page.mediabox[2]), float(page.mediabox[3])
            out = io.BytesIO()
            canvas = Canvas(out, pagesize=(width, height))
            for _, x, y, picture, share in (mark for mark in marks if mark[0] == number):
                wide = share * width
                tall = wide * picture.height / picture.width
                picture = picture.copy()
                picture.putalpha(picture.getchannel("A").point([round(v * 0.78) for v in range(256)]))
                canvas.drawImage(
                    ImageReader(picture),
                    x * width - wide / 2,
                    (1 - y) * height - tall / 2,
                    wide,
                    tall,
                    mask="auto",
                )
            canvas.save()
            with pikepdf.open(io.BytesIO(out.getvalue())) as layer:
                page.add_overlay(layer.pages[0], None)
        kept = io.BytesIO()
        target.save(kept, deterministic_id=True)
        return kept.getvalue()


def inked(pdf: bytes, marks: Sequence[Mark], dpi: int = 200) -> list[Image.Image]:
    """The pages as pictures with seals and handwriting on them."""
    pages = pictures(pdf, dpi)
    for number, x, y, picture, share in marks:
        page = pages[number]
        if picture.width == picture.height:
            wide = round(share * page.width)
            box = (round(x * page.width - wide / 2), round(y * page.height - wide / 2))
            under = page.crop((*box, box[0] + wide, box[1] + wide))
            page.paste(stamped(under, picture, (0.5, 0.5), 1.0), box)
            continue
        wide = round(share * page.width)
        ink = picture.resize((wide, round(wide * picture.height / picture.width)), Image.Resampling.LANCZOS)
        page.paste(ink, (round(x * page.width - wide / 2), round(y * page.height - ink.height / 2)), ink)
    return pages


def scan(rng: Random, pdf: bytes, marks: Sequence[Mark] = (), dpi: int = 0) -> bytes:
    """A stamped and signed paper from the office scanner."""
    dpi = dpi or rng.choice((150, 165, 180, 200))
    return scanned(rng, as_pdf(inked(pdf, marks, dpi), dpi, 92), dpi)


def faces(*names: str) -> str:
    """Font rules for a page's own style sheet, where WeasyPrint takes them from."""
    return "".join(f"@font-face{{font-family:'{name}';src:url('{font(name).as_uri()}')}}\n" for name in names)


def uri(picture: Image.Image) -> str:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return "data:image/png;base64," + base64.b64encode(out.getvalue()).decode()


def seal_img(rng: Random, name: str, under: str = "", style: str = "", width: str = "38mm") -> str:
    """A seal as an HTML image."""
    turn = rng.randint(-12, 12)
    return (
        f'<img src="{uri(stamp(name, under))}" style="position:absolute;width:{width};opacity:.82;'
        f'mix-blend-mode:multiply;transform:rotate({turn}deg);{style}">'
    )
