"""Word and Excel files of a clerk, to be printed by LibreOffice."""

import io
from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor
from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side

from bench.papers.tools import office

SONG, KAI, HEI, MING = "Noto Serif CJK SC", "AR PL UKai CN", "Noto Sans CJK SC", "AR PL UMing CN"
_ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
}


class Letter:
    """A Word document with one font for its body."""

    def __init__(self, font: str = MING, size: float = 14, lead: float = 26, margins: float = 27) -> None:
        self.document: Any = Document()
        self.font, self.size, self.lead = font, size, lead
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(margins)
        section.top_margin, section.bottom_margin = Mm(30), Mm(26)

    def run(self, paragraph: Any, text: str, **how: Any) -> None:
        run = paragraph.add_run(text)
        name = how.get("font", self.font)
        run.font.name = name
        run._element.rPr.rFonts.set(qn("w:eastAsia"), name)
        run.font.size = Pt(how.get("size", self.size))
        run.bold = how.get("bold", False)
        run.underline = how.get("under", False)
        if colour := how.get("colour"):
            run.font.color.rgb = RGBColor.from_string(colour)

    def line(self, text: str, align: str = "both", indent: bool = False, **how: Any) -> Any:
        """A paragraph; `_…_` within it is underlined."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = _ALIGN[align]
        form = paragraph.paragraph_format
        form.space_after = Pt(how.get("after", 0))
        form.space_before = Pt(how.get("before", 0))
        form.line_spacing = Pt(how.get("lead", max(self.lead, how.get("size", 0) * 1.4)))
        if indent:
            form.first_line_indent = Pt(2 * how.get("size", self.size))
        for place, piece in enumerate(text.split("_")):
            if piece:
                self.run(paragraph, piece, **{**how, "under": how.get("under", False) or place % 2 == 1})
        return paragraph

    def table(
        self,
        cells: Sequence[Sequence[str]],
        widths: Sequence[float],
        size: float = 10.5,
        bold_head: bool = True,
    ) -> Any:
        table = self.document.add_table(rows=len(cells), cols=len(cells[0]))
        table.style = "Table Grid"
        table.autofit = False
        for at, row in enumerate(cells):
            for place, text in enumerate(row):
                cell = table.cell(at, place)
                cell.width = Mm(widths[place])
                paragraph = cell.paragraphs[0]
                paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
                self.run(paragraph, text, size=size, bold=bold_head and at == 0)
        return table

    def sideways(self) -> None:
        """The pages that follow lie on their side."""
        section = self.document.add_section()
        section.orientation = WD_ORIENT.LANDSCAPE
        section.page_width, section.page_height = Mm(297), Mm(210)

    def break_page(self) -> None:
        self.document.add_page_break()

    def footer(self, text: str) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        self.run(paragraph, text, size=9)

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.document.save(out)
        return office(out.getvalue(), "docx")


_THIN = Side(style="thin")
BOX = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)


class Sheet:
    """A sheet of Excel that is printed on pages of one page's width."""

    def __init__(self, widths: Sequence[float], title: str = "Sheet1", wide: bool = True) -> None:
        self.book = Workbook()
        self.sheet: Any = self.book.active
        self.sheet.title = title
        for at, width in enumerate(widths):
            self.sheet.column_dimensions[chr(65 + at)].width = width
        setup = self.sheet.page_setup
        setup.orientation = "landscape" if wide else "portrait"
        setup.paperSize, setup.fitToWidth, setup.fitToHeight = 9, 1, 0
        self.sheet.sheet_properties.pageSetUpPr.fitToPage = True
        self.sheet.page_margins.left = self.sheet.page_margins.right = 0.5
        self.sheet.print_options.horizontalCentered = True
        self.columns, self.at = len(widths), 0

    def row(self, values: Sequence[object], height: float = 22, box: bool = True, **how: Any) -> int:
        """A row; None leaves a cell empty. Returns its number."""
        self.at += 1
        self.sheet.row_dimensions[self.at].height = height
        aligns: str = how.get("aligns", "")
        for place in range(self.columns):
            cell = self.sheet.cell(self.at, place + 1)
            cell.value = values[place] if place < len(values) else None
            cell.font = Font(
                name=how.get("font", MING), size=how.get("size", 10.5), bold=how.get("bold", False)
            )
            side = {"r": "right", "l": "left"}.get(aligns[place : place + 1], "center")
            cell.alignment = Alignment(horizontal=side, vertical="center", wrap_text=True)
            if box:
                cell.border = BOX
            if place < len(values) and isinstance(values[place], float):
                cell.number_format = how.get("number", "#,##0.00")
        return self.at

    def line(self, text: str, height: float = 20, align: str = "left", **how: Any) -> None:
        """A text over the whole width."""
        self.row([text], height, box=how.pop("box", False), aligns=align[0] * self.columns, **how)
        self.sheet.merge_cells(start_row=self.at, end_row=self.at, start_column=1, end_column=self.columns)

    def merge(self, area: str) -> None:
        self.sheet.merge_cells(area)

    def repeat(self, first: int, last: int) -> None:
        """These rows stand on top of each page."""
        self.sheet.print_title_rows = f"{first}:{last}"

    def pdf(self) -> bytes:
        out = io.BytesIO()
        self.book.save(out)
        return office(out.getvalue(), "xlsx")
