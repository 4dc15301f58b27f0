"""Attachments as spreadsheets."""

import io
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import NamedTuple

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter


class Sheet(NamedTuple):
    """A table with a title, its unit in the head and a line of hands below; the last columns are summed up."""

    title: str
    unit: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]
    foot: str


def xlsx(rng: Random, sheet: Sheet, first_sum: int = 3) -> bytes:
    """The table as an Excel file that prints on one page across; columns from `first_sum` have a sum."""
    book = Workbook()
    page = book.active
    assert page is not None  # noqa: S101 - a new workbook has a sheet
    wide = len(sheet.heads)
    face = rng.choice(["AR PL UMing CN", "Noto Sans CJK SC", "Noto Serif CJK SC"])
    body, middle = Font(name=face, size=11), Alignment("center", "center", wrap_text=True)
    thin = Side(style=rng.choice(["thin", "hair", "thin"]))
    page.append(["附件" if rng.random() < 0.5 else "附表："])
    page.append([sheet.title])
    page.append([sheet.unit])
    for place in (2, 3):
        page.merge_cells(start_row=place, end_row=place, start_column=1, end_column=wide)
    page["A2"].font, page["A2"].alignment = Font(name=face, size=16, bold=True), middle
    page["A3"].font, page["A3"].alignment = body, Alignment("right")
    page.row_dimensions[2].height = 42
    page.append(list(sheet.heads))
    sums: list[object] = ["", "合　　计"]
    for column in range(2, wide):
        figures = [row[column] for row in sheet.rows]
        summed = column >= first_sum and all(isinstance(each, Decimal) for each in figures)
        sums.append(sum((Decimal(str(each)) for each in figures), Decimal(0)) if summed else "")
    rows = [sums, *sheet.rows] if rng.random() < 0.3 else [*sheet.rows, sums]
    for row in rows:
        page.append([float(cell) if isinstance(cell, Decimal) else cell for cell in row])
    shape = rng.choice(["#,##0.00", "0.00", "#,##0.00"])
    for place in range(4, 5 + len(rows)):
        page.row_dimensions[place].height = 21
    for line in page.iter_rows(min_row=4, max_row=4 + len(rows), max_col=wide):
        for cell in line:
            cell.font, cell.border = body, Border(thin, thin, thin, thin)
            cell.alignment = Alignment("left", "center", wrap_text=True) if cell.column == 2 else middle
            if isinstance(cell.value, float):
                cell.number_format, cell.alignment = shape, Alignment("right", "center")
    page.append([sheet.foot])
    for column in range(1, wide + 1):
        size = 6 if column == 1 else 28 if column == 2 else 11
        page.column_dimensions[get_column_letter(column)].width = size
    page.print_title_rows = "4:4"
    page.page_setup.paperSize = 9
    page.page_setup.fitToHeight = 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.oddFooter.center.text = "第 &P 页，共 &N 页"
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
