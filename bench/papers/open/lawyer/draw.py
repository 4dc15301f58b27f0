"""A paper as a list of blocks, drawn by Word (LibreOffice) or as a web page, then stamped, signed and scanned."""

import io
import re
from collections.abc import Sequence
from html import escape
from random import Random
from typing import Any

import msgspec
import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageFont

from bench.papers.tools import as_pdf, font, office, photographed, pictures, scanned, stamp, weasy


class P(msgspec.Struct, frozen=True):
    """A paragraph: p, title, sub, h, flat (no indent), right, centre, small, red, rule. `__x__` underlines, `**x**` is bold."""

    text: str
    how: str = "p"


class Table(msgspec.Struct, frozen=True):
    """Rows of cells; `widths` in cm."""

    rows: Sequence[Sequence[str]]
    widths: Sequence[float]
    ruled: bool = True
    head: bool = True


class Break(msgspec.Struct, frozen=True):
    """A new page."""


Block = P | Table | Break


class Style(msgspec.Struct, frozen=True, kw_only=True):
    """How an office sets its papers. Fonts go by their family names of the system."""

    body: str
    title: str
    size: float = 12
    title_size: float = 20
    lead: float = 1.5
    margin: float = 2.6
    header: str = ""
    footer: str = ""
    centre_head: bool = False
    accent: str = "#000000"


WORD_FONTS = ("Noto Serif CJK SC", "AR PL UMing CN", "LXGW WenKai", "AR PL UKai CN", "Noto Sans CJK SC")
WEB_FONTS = ("Noto Serif CJK SC", "AR PL UMing CN", "AR PL UKai CN", "LXGW WenKai", "Noto Sans CJK SC")


def style(rng: Random, web: bool = False, **more: Any) -> Style:
    body = rng.choice(WEB_FONTS if web else WORD_FONTS)
    bold = rng.choice(
        ("Noto Serif CJK SC", "Noto Sans CJK SC") if web else ("Noto Serif CJK SC", "WenQuanYi Zen Hei")
    )
    given: dict[str, Any] = {
        "body": body,
        "title": bold,
        "size": rng.choice((10.5, 11, 12, 12)),
        "title_size": rng.choice((16, 18, 20, 22)),
        "lead": rng.choice((1.25, 1.4, 1.5, 1.6)),
        "margin": rng.choice((2.0, 2.4, 2.6, 3.0)),
    }
    return Style(**given | more)


_MARK = re.compile(r"(__.+?__|\*\*.+?\*\*)")


# -- Word ------------------------------------------------------------------------------------------


def word(blocks: Sequence[Block], look: Style) -> bytes:
    """The blocks as a Word file, printed by LibreOffice."""
    import docx
    from docx.enum.text import WD_BREAK
    from docx.shared import Cm

    paper = docx.Document()
    page = paper.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(look.margin)
    page.top_margin = page.bottom_margin = Cm(look.margin * 0.9)
    if look.header:
        _run(page.header.paragraphs[0], look.header, look.body, 9)
    if look.footer:
        foot = page.footer.paragraphs[0]
        foot.alignment = 1
        before, _, after = look.footer.partition("#")
        _run(foot, before, look.body, 9)
        if "#" in look.footer:
            _page_number(foot, look.body)
        _run(foot, after, look.body, 9)
    for block in blocks:
        if isinstance(block, Break):
            paper.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
        elif isinstance(block, Table):
            _word_table(paper, block, look)
        else:
            _word_paragraph(paper, block, look)
    out = io.BytesIO()
    paper.save(out)
    return office(out.getvalue(), "docx")


def _run(paragraph: Any, text: str, name: str, size: float, bold: bool = False) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    for part in filter(None, _MARK.split(text)):
        under, strong = part.startswith("__"), part.startswith("**")
        run = paragraph.add_run(part[2:-2] if under or strong else part)
        run.font.name, run.font.size = name, Pt(size)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), name)
        run.font.underline, run.font.bold = under or None, bold or strong


def _page_number(paragraph: Any, name: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)


def _word_paragraph(paper: Any, block: P, look: Style) -> None:
    from docx.shared import Pt, RGBColor

    line = paper.add_paragraph()
    line.paragraph_format.line_spacing = look.lead
    line.paragraph_format.space_after = Pt(2)
    how = block.how
    name, size, bold = look.body, look.size, False
    if how in ("title", "red"):
        name, size, bold = look.title, look.title_size, True
        line.paragraph_format.space_after = Pt(12)
    elif how == "h":
        bold = True
        line.paragraph_format.keep_with_next = True
    elif how == "rule":
        _rule(line)
    elif how == "small":
        size -= 2
    elif how == "p":
        line.paragraph_format.first_line_indent = Pt(2 * look.size)
    line.alignment = {"title": 1, "red": 1, "sub": 1, "centre": 1, "right": 2}.get(how, 0)
    _run(line, block.text, name, size, bold)
    if how == "red":
        for run in line.runs:
            run.font.color.rgb = RGBColor(0xD0, 0x10, 0x10)


def _rule(paragraph: Any) -> None:
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    edge = '<w:bottom w:val="single" w:sz="18" w:space="1" w:color="D01010"/>'
    paragraph._p.get_or_add_pPr().append(parse_xml(f"<w:pBdr {nsdecls('w')}>{edge}</w:pBdr>"))


def _word_table(paper: Any, block: Table, look: Style) -> None:
    from docx.shared import Cm, Pt

    table = paper.add_table(rows=0, cols=len(block.widths))
    if block.ruled:
        table.style = "Table Grid"
    table.alignment = 1
    table.autofit = False
    for column, width in zip(table.columns, block.widths, strict=True):
        column.width = Cm(width)
    for number, row in enumerate(block.rows):
        cells = table.add_row().cells
        for cell, text, width in zip(cells, row, block.widths, strict=True):
            cell.width = Cm(width)
            lines = text.split("\n")
            for k, line in enumerate(lines):
                paragraph = cell.paragraphs[0] if k == 0 else cell.add_paragraph()
                paragraph.paragraph_format.space_after = Pt(0 if block.ruled else 8)
                paragraph.paragraph_format.keep_with_next = not block.ruled
                paragraph.paragraph_format.line_spacing = 1.2
                heading = block.head and number == 0 and block.ruled
                paragraph.alignment = 1 if heading or (block.ruled and len(line) < 12) else 0
                _run(paragraph, line, look.body, look.size - (1 if block.ruled else 0), heading)
    paper.add_paragraph().paragraph_format.space_after = Pt(0)


# -- web pages ---------------------------------------------------------------------------------------


def web(blocks: Sequence[Block], look: Style, css: str = "") -> bytes:
    """The blocks as a page of HTML, printed by WeasyPrint."""
    body = "".join(_html(block) for block in blocks)
    header = f"@top-left {{ content: '{look.header}'; font: 9pt '{look.body}'; }}" if look.header else ""
    footer = look.footer.replace("#", "' counter(page) '")
    footer = f"@bottom-center {{ content: '{footer}'; font: 9pt '{look.body}'; }}" if footer else ""
    place = "text-align:center" if look.centre_head else ""
    return weasy(f"""<style>
@page {{ size: A4; margin: {look.margin}cm; {header} {footer} }}
body {{ font: {look.size}pt/{look.lead} '{look.body}'; color: #111; }}
p {{ margin: 0 0 2pt; text-indent: 2em; text-align: justify; }}
.title, .red {{ font: bold {look.title_size}pt/1.4 '{look.title}'; text-align: center; text-indent: 0; margin: 0 0 14pt; }}
.red {{ color: #d01010; }} .sub, .centre {{ text-align: center; text-indent: 0; }} .right {{ text-align: right; }}
.rule {{ border-bottom: 2pt solid #d01010; height: 2pt; margin: 0 0 12pt; }}
.h {{ font-family: '{look.title}'; font-weight: bold; text-indent: 0; color: {look.accent}; margin-top: 5pt; {place} }}
.flat {{ text-indent: 0; }} .small {{ font-size: 85%; text-indent: 0; }}
table {{ border-collapse: collapse; margin: 5pt auto; width: 100%; }}
td {{ padding: 2pt 5pt; vertical-align: top; }}
.ruled td {{ border: 0.6pt solid #222; vertical-align: middle; }} .ruled .head td {{ text-align: center; font-weight: bold; }}
.loose td {{ padding: 7pt 0; }} .loose {{ break-inside: avoid; margin-top: 14pt; }} .break {{ break-after: page; }} {css}
</style><body>{body}</body>""")


def _inline(text: str) -> str:
    text = escape(text).replace("\n", "<br>")
    text = re.sub(r"__(.+?)__", r"<u>\1</u>", text)
    return re.sub(r"\*\*(.+?)\*\*", r"<b>\1</b>", text)


def _html(block: Block) -> str:
    if isinstance(block, Break):
        return "<div class=break></div>"
    if isinstance(block, P):
        return f"<p class={block.how}>{_inline(block.text)}</p>"
    rows = []
    for number, row in enumerate(block.rows):
        head = " class=head" if block.head and number == 0 else ""
        whole = sum(block.widths)
        cells = "".join(
            f"<td style='width:{100 * width / whole:.1f}%'>{_inline(cell)}</td>"
            for cell, width in zip(row, block.widths, strict=True)
        )
        rows.append(f"<tr{head}>{cells}</tr>")
    return f"<table class={'ruled' if block.ruled else 'loose'}>{''.join(rows)}</table>"


# -- seals, signatures, scanners -----------------------------------------------------------------------


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """A seal (`seal`) or handwriting (`hand`) near the last (or `nth`) place where `find` is printed; shifts in points."""

    find: str
    seal: str = ""
    under: str = ""
    hand: str = ""
    nth: int = -1
    dx: float = 0
    dy: float = 0
    size: float = 0


def marked(rng: Random, pdf: bytes, marks: Sequence[Mark]) -> bytes:
    """The PDF with seals and handwriting laid over it as pictures. ValueError when a place is not found."""
    import pikepdf
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    paper = pikepdf.open(io.BytesIO(pdf))
    for mark in marks:
        number, (left, bottom, right, top) = _place(pdf, mark)
        picture = _ink(rng, mark)
        page = paper.pages[number]
        box = [float(each) for each in page.mediabox]
        if mark.seal:
            wide = mark.size or rng.uniform(105, 122)
            high = wide
            x = (left + right) / 2 - wide / 2 + mark.dx + rng.uniform(-8, 18)
            y = (bottom + top) / 2 - high / 2 + mark.dy + rng.uniform(-12, 6)
        else:
            high = mark.size or rng.uniform(19, 25)
            wide = high * picture.width / picture.height
            x, y = right + 4 + mark.dx, (bottom + top) / 2 - high / 2 + mark.dy + rng.uniform(-1, 2)
        out = io.BytesIO()
        sheet = Canvas(out, pagesize=(box[2], box[3]))
        sheet.drawImage(ImageReader(picture), x, y, wide, high, mask="auto")
        sheet.save()
        with pikepdf.open(out) as ink:
            page.add_overlay(ink.pages[0])
    done = io.BytesIO()
    paper.save(done)
    return done.getvalue()


def _place(pdf: bytes, mark: Mark) -> tuple[int, tuple[float, float, float, float]]:
    found = []
    with pdfium.PdfDocument(pdf) as document:
        for number, page in enumerate(document):
            text = page.get_textpage()
            search = text.search(mark.find)
            while (hit := search.get_next()) is not None:
                boxes = [text.get_charbox(k) for k in range(hit[0], hit[0] + hit[1])]
                edges = list(zip(*boxes, strict=True))
                found.append((number, (min(edges[0]), min(edges[1]), max(edges[2]), max(edges[3]))))
    if not found:
        raise ValueError(f"not printed: {mark.find}")
    return found[mark.nth]


def _ink(rng: Random, mark: Mark) -> Image.Image:
    if mark.seal:
        shade = rng.choice(((205, 30, 35), (188, 28, 40), (222, 60, 55)))
        seal = stamp(mark.seal, mark.under, colour=shade).rotate(rng.uniform(-14, 14))
        seal.putalpha(seal.getchannel("A").point([round(v * 0.8) for v in range(256)]))
        return seal
    pen = ImageFont.truetype(str(font(rng.choice(("liujian", "zhimang", "mashan")))), 90)
    rare = ImageFont.truetype(str(font("wenkai")), 90)
    have = ImageFont.truetype(str(font("mashan")), 90)
    face = pen if all(_drawn(pen, each) for each in mark.hand) else have
    face = face if all(_drawn(face, each) for each in mark.hand) else rare
    box = face.getbbox(mark.hand)
    picture = Image.new("RGBA", (round(box[2]) + 20, 130))
    ink = rng.choice(((20, 20, 30, 235), (25, 35, 110, 235), (10, 10, 10, 235)))
    ImageDraw.Draw(picture).text((8, 10), mark.hand, ink, face)
    return picture.rotate(rng.uniform(-2.5, 2.5), Image.Resampling.BICUBIC)


def _drawn(face: ImageFont.FreeTypeFont, character: str) -> bool:
    return character == " " or bytes(face.getmask(character)) != bytes(face.getmask("\uf8ff"))


def scan(rng: Random, pdf: bytes, dpi: int = 0) -> bytes:
    return scanned(rng, pdf, dpi or rng.choice((150, 180, 200, 220)))


def photo(rng: Random, pdf: bytes, dpi: int = 170) -> bytes:
    """Every page taken with a telephone and bound as a PDF."""
    table = rng.choice(("#6d5f50", "#a58a63", "#4b4f55", "#c9c2b4"))
    return as_pdf([photographed(rng, page, table) for page in pictures(pdf, dpi)], dpi, rng.randrange(65, 85))
