"""Word files of the office's typists."""

import io

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from bench.papers import tools

_SIDES = {"c": WD_ALIGN_PARAGRAPH.CENTER, "r": WD_ALIGN_PARAGRAPH.RIGHT, "": WD_ALIGN_PARAGRAPH.JUSTIFY}


class Typist:
    """A Word document that grows by paragraphs and tables, in one face and size."""

    def __init__(
        self, face: str = "Noto Serif CJK SC", size: float = 12, margin: float = 25, lead: float = 1.4
    ):
        self.document = Document()
        self.face, self.size, self.lead = face, size, lead
        section = self.document.sections[0]
        section.page_width, section.page_height = Mm(210), Mm(297)
        section.left_margin = section.right_margin = Mm(margin)
        section.top_margin = section.bottom_margin = Mm(margin)

    def _run(
        self, paragraph: object, text: str, size: float, bold: bool, colour: str = "", face: str = ""
    ) -> None:
        run = paragraph.add_run(text)  # type: ignore[attr-defined]
        run.font.size, run.bold, run.font.name = Pt(size), bold, face or self.face
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), face or self.face)
        if colour:
            run.font.color.rgb = RGBColor.from_string(colour)

    def say(
        self,
        text: str,
        side: str = "",
        size: float = 0,
        bold: bool = False,
        indent: bool = True,
        colour: str = "",
        face: str = "",
    ) -> None:
        """A paragraph; parts between ** are bold."""
        paragraph = self.document.add_paragraph()
        paragraph.alignment = _SIDES[side]
        form = paragraph.paragraph_format
        form.space_after, form.space_before, form.line_spacing = Pt(0), Pt(0), self.lead
        if indent and not side:
            form.first_line_indent = Pt(2 * (size or self.size))
        for place, part in enumerate(text.split("**")):
            if part:
                self._run(paragraph, part, size or self.size, bold or place % 2 == 1, colour, face)

    def table(self, rows: list[list[str]], widths: list[float], size: float = 0, head: bool = True) -> None:
        """A ruled table; widths in millimetres."""
        table = self.document.add_table(rows=0, cols=len(widths))
        table.style = "Table Grid"
        for down, row in enumerate(rows):
            cells = table.add_row().cells
            for cell, value, width in zip(cells, row, widths, strict=True):
                cell.width = Mm(width)
                paragraph = cell.paragraphs[0]
                paragraph.alignment = (
                    WD_ALIGN_PARAGRAPH.CENTER if head and down == 0 else WD_ALIGN_PARAGRAPH.LEFT
                )
                self._run(paragraph, value, size or self.size - 1, head and down == 0)

    def header(self, text: str) -> None:
        """Small words at the head of each page."""
        paragraph = self.document.sections[0].header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        self._run(paragraph, text, 9, False)

    def numbers(self) -> None:
        """Page numbers in the foot."""
        paragraph = self.document.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        field = OxmlElement("w:fldSimple")
        field.set(qn("w:instr"), "PAGE")
        paragraph._p.append(field)

    def done(self) -> bytes:
        """The document as PDF, by LibreOffice."""
        out = io.BytesIO()
        self.document.save(out)
        return tools.office(out.getvalue(), "docx")
