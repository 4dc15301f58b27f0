"""Draws a written specimen as a PDF with text."""

import io
from functools import cache
from random import Random
from xml.sax.saxutils import escape

import msgspec
from reportlab.lib import colors
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    HRFlowable,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
    TableStyle,
)

from bench.evidence.fonts import WEIGHTS, font_file
from bench.evidence.seals import seal_picture
from bench.evidence.specimen import Block, Gap, Grid, Rule, Specimen, Stamp, Style, Text, Turn

_ALIGNMENTS = {"left": 0, "centre": 1, "right": 2}
_RED = colors.Color(0.82, 0.08, 0.1)
_SEAL_POINTS = 112.0


def draw(specimen: Specimen, rng: Random, *, embedded: bool = False, font: str = "") -> bytes:
    """The specimen as a PDF whose text can be read; with `embedded` every letter's shape is in the file.

    `font` is the path of a TrueType font to use in place of the layout's own.
    """
    style = specimen.style
    if font:
        style = msgspec.structs.replace(style, face=font)
    elif embedded and style.face == "song":
        style = msgspec.structs.replace(style, face="regular")
    size = landscape(A4) if style.landscape else A4
    buffer = io.BytesIO()
    document = BaseDocTemplate(
        buffer,
        pagesize=size,
        leftMargin=style.margin,
        rightMargin=style.margin,
        topMargin=style.margin,
        bottomMargin=style.margin,
        invariant=1,
        title="",
    )
    document.addPageTemplates(PageTemplate(frames=_frames(style, size), onPage=_page_marks(style)))
    document.build([_flowable(block, style, rng) for block in specimen.blocks])
    return buffer.getvalue()


@cache
def _font(face: str) -> str:
    if face == "song":
        # Named in the file and not embedded, as office programs do with the fonts of the country.
        pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
        return "STSong-Light"
    pdfmetrics.registerFont(TTFont(face, font_file(face)))
    return face


def _bold(face: str) -> str:
    """The bold letters beside a weight of ours; other faces come in one weight."""
    return _font("bold" if face in WEIGHTS else face)


def _frames(style: Style, size: tuple[float, float]) -> list[Frame]:
    width, height = size[0] - 2 * style.margin, size[1] - 2 * style.margin
    if style.columns == 1:
        return [_frame(style.margin, style.margin, width, height)]
    each = (width - 24) / 2
    return [_frame(style.margin + column * (each + 24), style.margin, each, height) for column in (0, 1)]


def _frame(left: float, bottom: float, width: float, height: float) -> Frame:
    return Frame(left, bottom, width, height, leftPadding=0, rightPadding=0, topPadding=0, bottomPadding=0)


class _Marks:
    """Header and page number."""

    def __init__(self, style: Style) -> None:
        self._style = style

    def __call__(self, canvas: Canvas, document: BaseDocTemplate) -> None:
        width, height = document.pagesize
        canvas.setFont(_font(self._style.face), 9)
        if self._style.header:
            canvas.drawString(self._style.margin, height - self._style.margin + 14, self._style.header)
        if self._style.numbered:
            canvas.drawCentredString(width / 2, self._style.margin - 30, f"- {canvas.getPageNumber()} -")


def _page_marks(style: Style) -> _Marks:
    return _Marks(style)


def _flowable(block: Block, style: Style, rng: Random) -> Flowable:
    match block:
        case Text():
            return _paragraph(block, style)
        case Grid():
            return _table(block, style)
        case Gap(lines):
            return Spacer(1, lines * style.size * style.leading)
        case Rule(colour, thick):
            return HRFlowable(
                width="100%", thickness=thick, color=_colour(colour), spaceAfter=6, spaceBefore=2
            )
        case Turn():
            return PageBreak()
        case Stamp():
            return _Seal(block, rng)


def _colour(name: str) -> colors.Color:
    return _RED if name == "red" else colors.toColor(name)


def _paragraph(text: Text, style: Style, *, tight: bool = False) -> Paragraph:
    size = style.size * text.scale
    look = ParagraphStyle(
        "text",
        fontName=_bold(style.face) if text.bold else _font(style.face),
        fontSize=size,
        leading=size * (1.3 if tight else style.leading),
        alignment=_ALIGNMENTS[text.align],
        leftIndent=text.indent * size,
        firstLineIndent=text.first * size,
        textColor=_colour(text.colour),
        spaceAfter=0 if tight else text.after * size,
        wordWrap="CJK",
    )
    return Paragraph(escape(text.text), look)


class _Seal(Flowable):
    """Takes no room: the seal lies over what was written before and after it."""

    def __init__(self, stamp: Stamp, rng: Random) -> None:
        super().__init__()
        self._stamp = stamp
        self._picture = seal_picture(stamp.name, rng)
        self._shift = rng.uniform(-12, 12), rng.uniform(-10, 10)

    def wrap(self, available_width: float, available_height: float) -> tuple[float, float]:
        self._available = available_width
        return 0, 0

    def draw(self) -> None:
        half = _SEAL_POINTS / 2
        left = self._available * self._stamp.across - half + self._shift[0]
        bottom = self._stamp.up - half + self._shift[1]
        picture = ImageReader(self._picture)
        self.canv.drawImage(picture, left, bottom, _SEAL_POINTS, _SEAL_POINTS, mask="auto")


def _table(block: Grid, style: Style) -> Table:
    size = style.size * block.scale
    width = _line_width(style)
    cells = [
        [
            _paragraph(Text(text=cell, scale=block.scale, bold=block.headed and row == 0), style, tight=True)
            for cell in cells
        ]
        for row, cells in enumerate(block.rows)
    ]
    share = width / sum(block.widths)
    table = Table(
        cells, colWidths=[part * share for part in block.widths], hAlign="LEFT", spaceAfter=size * 0.6
    )
    looks: list[tuple[object, ...]] = [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]
    if block.ruled:
        looks.append(("GRID", (0, 0), (-1, -1), 0.6, colors.black))
    else:
        looks.append(("LEFTPADDING", (0, 0), (-1, -1), 0))
    table.setStyle(TableStyle(looks))
    return table


def _line_width(style: Style) -> float:
    whole = (A4[1] if style.landscape else A4[0]) - 2 * style.margin
    return whole if style.columns == 1 else (whole - 24) / 2
