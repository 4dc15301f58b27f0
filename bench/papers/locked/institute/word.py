"""Word and Excel files of the institute's offices."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from bench.papers import tools

_MIDDLE = WD_ALIGN_PARAGRAPH.CENTER
_RIGHT = WD_ALIGN_PARAGRAPH.RIGHT


class Letter:
    """A Word document that grows from top to bottom."""

    def __init__(self, face: str = "Noto Serif CJK SC", size: float = 11) -> None:
        self.document: Any = Document()
        self.face, self.size = face, size
        section = self.document.sections[0]
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.6)
        section.top_margin = section.bottom_margin = Cm(2.3)

    def _run(self, paragraph: Any, text: str, size: float, bold: bool, face: str) -> None:
        run = paragraph.add_run(text)
        run.font.size, run.font.bold, run.font.name = Pt(size), bold, face
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face)

    def line(
        self, text: str = "", size: float = 0, bold: bool = False, at: str = "left", face: str = ""
    ) -> None:
        """A line or paragraph; `at` is left, middle, right, or text (first line drawn in)."""
        paragraph = self.document.add_paragraph()
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.line_spacing = 1.35
        if at == "middle":
            paragraph.alignment = _MIDDLE
        if at == "right":
            paragraph.alignment = _RIGHT
        if at == "text":
            paragraph.paragraph_format.first_line_indent = Pt(2 * (size or self.size))
        self._run(paragraph, text, size or self.size, bold, face or self.face)

    def header(self, text: str) -> None:
        """A line at the head of each page."""
        paragraph = self.document.sections[0].header.paragraphs[0]
        self._run(paragraph, text, 9, False, self.face)

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[float], size: float = 10) -> None:
        """A table with lines; widths in centimetres."""
        grid = self.document.add_table(rows=len(rows), cols=len(widths))
        grid.style = "Table Grid"
        for row, texts in zip(grid.rows, rows, strict=True):
            for cell, text, width in zip(row.cells, texts, widths, strict=True):
                cell.width = Cm(width)
                paragraph = cell.paragraphs[0]
                paragraph.alignment = _MIDDLE if len(text) < 14 else WD_ALIGN_PARAGRAPH.LEFT
                self._run(paragraph, text, size, False, self.face)
        self.line("", 5)

    def leaf(self) -> None:
        """A new page."""
        self.document.add_page_break()

    def pdf(self) -> bytes:
        """The document as LibreOffice prints it."""
        out = io.BytesIO()
        self.document.save(out)
        return tools.office(out.getvalue(), "docx")


class Sheet:
    """An Excel sheet that grows from top to bottom."""

    def __init__(self, widths: Sequence[float], face: str = "Noto Sans CJK SC", wide: bool = False) -> None:
        self.book: Any = Workbook()
        self.page: Any = self.book.active
        self.face, self.columns, self.at = face, len(widths), 0
        for place, width in enumerate(widths):
            self.page.column_dimensions["ABCDEFGHIJKL"[place]].width = width
        setup = self.page.page_setup
        setup.paperSize, setup.orientation = 9, "landscape" if wide else "portrait"
        setup.fitToWidth, setup.fitToHeight = 1, 0
        self.page.sheet_properties.pageSetUpPr.fitToPage = True

    def title(self, text: str, size: float = 15) -> None:
        """A line over the whole width, in the middle."""
        self._whole(text, "center", size, True)

    def line(self, text: str, at: str = "left", size: float = 10.5) -> None:
        """A line over the whole width."""
        self._whole(text, at, size, False)

    def _whole(self, text: str, at: str, size: float, bold: bool) -> None:
        self.at += 1
        self.page.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=self.columns)
        cell = self.page.cell(self.at, 1, text)
        cell.font = Font(name=self.face, size=size, bold=bold)
        cell.alignment = Alignment(horizontal=at, vertical="center", wrap_text=True)
        lines = 1 + max(0, len(text) - 1) // max(1, int(sum(self._widths()) / 2.1))
        self.page.row_dimensions[self.at].height = lines * size * 1.75

    def _widths(self) -> list[float]:
        return [self.page.column_dimensions["ABCDEFGHIJKL"[place]].width for place in range(self.columns)]

    def row(self, values: Sequence[Any], bold: bool = False, form: str = "#,##0.00") -> None:
        """A row with lines; numbers stay numbers."""
        self.at += 1
        thin = Side(style="thin")
        for place, value in enumerate(values, 1):
            cell = self.page.cell(self.at, place, value)
            cell.font = Font(name=self.face, size=10, bold=bold)
            cell.border = Border(left=thin, right=thin, top=thin, bottom=thin)
            number = not isinstance(value, str)
            cell.alignment = Alignment(
                horizontal="right" if number else "center", vertical="center", wrap_text=True
            )
            if number and not isinstance(value, int):
                cell.number_format = form
        self.page.row_dimensions[self.at].height = 22

    def pdf(self) -> bytes:
        """The sheet as LibreOffice prints it."""
        out = io.BytesIO()
        self.book.save(out)
        return tools.office(out.getvalue(), "xlsx")
