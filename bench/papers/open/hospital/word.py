"""Word files, and their PDF by LibreOffice."""

import io
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from bench.papers import tools

SONG, KAI, HEI, WENKAI = "AR PL UMing CN", "AR PL UKai CN", "Noto Sans CJK SC", "LXGW WenKai"
_ALIGN = {"c": WD_ALIGN_PARAGRAPH.CENTER, "e": WD_ALIGN_PARAGRAPH.RIGHT, "l": WD_ALIGN_PARAGRAPH.LEFT}


class Word:
    """A document that is written from top to bottom."""

    def __init__(self, font: str = SONG, size: float = 12, margin: float = 2.6, spacing: float = 1.5) -> None:
        self.document = Document()
        self.size, self.spacing, self.font = size, spacing, font
        style = self.document.styles["Normal"]
        style.font.name, style.font.size = font, Pt(size)
        style.element.rPr.rFonts.set(qn("w:eastAsia"), font)
        for section in self.document.sections:
            section.page_width, section.page_height = Cm(21), Cm(29.7)
            section.left_margin = section.right_margin = Cm(margin)
            section.top_margin = section.bottom_margin = Cm(margin - 0.2)

    def line(
        self,
        text: str = "",
        *,
        align: str = "l",
        indent: bool = True,
        bold: bool = False,
        size: float = 0,
        font: str = "",
        colour: tuple[int, int, int] | None = None,
        under: str = "",
    ) -> None:
        """A paragraph; what stands between two `_` of `text` is underlined when `under` is that mark."""
        made = self.document.add_paragraph()
        made.alignment = _ALIGN[align]
        made.paragraph_format.line_spacing = self.spacing
        made.paragraph_format.space_after = Pt(0)
        if indent and align == "l":
            made.paragraph_format.first_line_indent = Pt(2 * (size or self.size))
        for at, part in enumerate(text.split(under) if under else [text]):
            run = made.add_run(part)
            run.bold = bold
            run.underline = bool(under) and at % 2 == 1
            run.font.size = Pt(size or self.size)
            self._face(run, font or self.font)
            if colour:
                run.font.color.rgb = RGBColor(*colour)

    def _face(self, run: Any, font: str) -> None:
        run.font.name = font
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

    def table(
        self,
        lines: list[list[str]],
        *,
        widths: list[float],
        ruled: bool = True,
        size: float = 0,
        right: tuple[int, ...] = (),
        head: bool = True,
    ) -> Any:
        """A table; columns of `right` stand to the right."""
        made = self.document.add_table(rows=len(lines), cols=len(widths))
        made.autofit = False
        if ruled:
            made.style = "Table Grid"
        for width, column in zip(widths, made.columns, strict=True):
            column.width = Cm(width)
        for row, line in enumerate(lines):
            for column, text in enumerate(line):
                cell = made.cell(row, column)
                cell.width = Cm(widths[column])
                paragraph = cell.paragraphs[0]
                paragraph.paragraph_format.space_before = paragraph.paragraph_format.space_after = Pt(2)
                # Signatures stay together.
                paragraph.paragraph_format.keep_with_next = not ruled
                run = paragraph.add_run(text)
                run.font.size = Pt(size or self.size - 1)
                self._face(run, self.font)
                if ruled and head and row == 0:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                    run.bold = True
                elif column in right:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        return made

    def footer(self, text: str) -> None:
        """A line at the bottom of every page."""
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        run = paragraph.add_run(text)
        run.font.size = Pt(9)
        self._face(run, self.font)

    def leaf(self) -> None:
        """A new page."""
        self.document.add_page_break()

    def pdf(self) -> bytes:
        """The document as PDF."""
        out = io.BytesIO()
        self.document.save(out)
        return tools.office(out.getvalue(), "docx")
