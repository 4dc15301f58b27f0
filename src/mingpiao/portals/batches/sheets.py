"""Sheets of bills as files: the template of a kind, rows for correction, and how an uploaded file is read."""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import xlsxwriter

from mingpiao.batches.model import MAX_ROWS, BatchRow, SheetRow
from mingpiao.batches.service import (
    ITEM_PLACES,
    PROBLEMS,
    ROW_NUMBER,
    SheetColumn,
    gather,
    spread,
    tidy_cells,
)
from mingpiao.kernel.errors import Problem, refuse
from mingpiao.kernel.grammar import read_decimal, read_whole
from mingpiao.portals.sheets import read_table, troubled_cells

MAX_SHEET = 8 * 1024 * 1024
_CHOICES_SHEET = "选项"


def read_sheet(data: bytes, columns: Sequence[SheetColumn], *, correcting: bool = False) -> list[SheetRow]:
    """The bills of an uploaded file, also those told in several rows; with `correcting` they are numbered by the
    column 批内行号.

    Raises `Refusal` (`import.*`, field `file`) for a file that cannot be read, lacks a required column, or has a
    column that nobody would read.
    """
    table = read_table(data, max_rows=MAX_ROWS, max_bytes=MAX_SHEET)
    places = _places(table[0], columns, correcting)
    troubles = troubled_cells(data, len(table))
    rows = [
        _row(number, texts, columns, places, troubles, correcting)
        for number, texts in enumerate(table[1:], start=2)
        if texts
    ]
    if not rows:
        raise refuse("import.empty", "文件里只有表头，请填写后重新选择。", field="file", status=422)
    return gather(rows, correcting=correcting)


def _places(heading: Sequence[str], columns: Sequence[SheetColumn], correcting: bool) -> dict[str, int]:
    labels = [text.rstrip("*＊ ") for text in heading]
    places = {label: place for place, label in reversed(list(enumerate(labels))) if label}
    known = {column.label for column in columns} | {ROW_NUMBER, PROBLEMS}
    wanted = [column.label for column in columns if column.required] + [ROW_NUMBER] * correcting
    missing = [label for label in wanted if label not in places]
    if missing:
        message = f"文件第一行缺少：{'、'.join(missing)}。请使用下载的模板填写。"
        raise refuse("import.columns_missing", message, field="file", status=422)
    strange = [label[:20] for label in places if label not in known]
    if strange:
        message = (
            f"文件第一行有模板中没有的列：{'、'.join(strange[:5])}。请删除这些列，或使用下载的模板填写。"
        )
        raise refuse("import.columns_unknown", message, field="file", status=422)
    return places


def _row(
    number: int,
    texts: Sequence[str],
    columns: Sequence[SheetColumn],
    places: Mapping[str, int],
    troubles: Mapping[tuple[int, int], str],
    correcting: bool,
) -> SheetRow:
    cells = {column.name: _text(texts, places.get(column.label)) for column in columns}
    faults = {
        column.name: told
        for column in columns
        if (place := places.get(column.label)) is not None and (told := troubles.get((number, place)))
    }
    row_no = read_whole(_text(texts, places.get(ROW_NUMBER)), digits=9) if correcting else number
    return SheetRow(row_no=row_no or 0, cells=tidy_cells(columns, cells), faults=faults)


def _text(texts: Sequence[str], place: int | None) -> str:
    return texts[place] if place is not None and place < len(texts) else ""


# -- writing -------------------------------------------------------------------------------------


def template_file(title: str, columns: Sequence[SheetColumn]) -> bytes:
    """The template of a kind: an empty sheet, an example, and what to fill in where."""
    return _workbook(title, columns, ())


def correction_file(title: str, columns: Sequence[SheetColumn], rows: Sequence[BatchRow]) -> bytes:
    """Rows that are not issued, in the template's columns, with their numbers and what stands against them."""
    return _workbook(title, columns, rows)


def _workbook(title: str, columns: Sequence[SheetColumn], rows: Sequence[BatchRow]) -> bytes:
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("票据")
        _write_example(book, columns)
        _write_notes(book, title, columns)
        _prepare(book, sheet, columns, first=1 if rows else 0)
        bold = book.add_format({"bold": True})
        if rows:
            sheet.write_string(0, 0, ROW_NUMBER, bold)
            sheet.write_string(0, len(columns) + 1, PROBLEMS, bold)
        _write_rows(sheet, columns, rows)
    return file.getvalue()


def _write_rows(sheet: Any, columns: Sequence[SheetColumn], rows: Sequence[BatchRow]) -> None:
    """Rows of a batch; a bill with more items than a row has place for takes several, and is told at the first."""
    place = 0
    for row in rows:
        for number, cells in enumerate(spread(row.cells, row.row_no)):
            place += 1
            sheet.write_string(place, 0, str(row.row_no))
            for at, column in enumerate(columns, start=1):
                _write_cell(sheet, place, at, column, cells.get(column.name, ""))
            sheet.write_string(place, len(columns) + 1, "" if number else told_of(row))


def _write_cell(sheet: Any, row: int, place: int, column: SheetColumn, text: str) -> None:
    number = read_decimal(text) if column.sort in ("number", "year") else None
    if number is not None:
        sheet.write_number(row, place, float(number))
    elif text:
        sheet.write_string(row, place, text)


def told_of(row: BatchRow) -> str:
    """What stands against a row, in one text, each at its column."""
    asked = [f"请核实：{hit.message}" for hit in row.unanswered]
    return "".join([*(told_at(problem) for problem in row.problems), *asked])


def told_at(problem: Problem) -> str:
    """A problem with the heading of its column, unless the sentence begins with it."""
    heading = problem.facts.get("column", "")
    return problem.message if not heading or heading in problem.message else f"{heading}：{problem.message}"


def _prepare(book: Any, sheet: Any, columns: Sequence[SheetColumn], *, first: int) -> None:
    """Headings with comments, formats, and lists of what a cell may hold."""
    bold = book.add_format({"bold": True, "bg_color": "#e8f0fe", "border": 1})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "number": book.add_format({"num_format": "0.######"}),
        "year": book.add_format({"num_format": "0"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    choices = book.add_worksheet(_CHOICES_SHEET)
    choices.hide()
    sheet.freeze_panes(1, 2)
    for place, column in enumerate(columns, start=first):
        label = f"{column.label}*" if column.required else column.label
        sheet.set_column(place, place, _width(column), formats[column.sort])
        sheet.write_string(0, place, label, bold)
        sheet.write_comment(0, place, column.note, {"x_scale": 1.6})
        if column.choices:
            choices.write_column(0, place, column.choices)
            source = xlsxwriter.utility.xl_range_abs(0, place, len(column.choices) - 1, place)
            rule: dict[str, Any] = {"validate": "list", "source": f"={_CHOICES_SHEET}!{source}"}
            if column.free:
                rule |= {"error_type": "information", "error_message": "不在常用选项中，确认无误可以保留。"}
            sheet.data_validation(1, place, MAX_ROWS, place, rule)


def _width(column: SheetColumn) -> int:
    return 14 if column.sort != "text" else 24


def _write_example(book: Any, columns: Sequence[SheetColumn]) -> None:
    sheet = book.add_worksheet("示例")
    bold = book.add_format({"bold": True})
    for place, column in enumerate(columns):
        sheet.set_column(place, place, _width(column))
        sheet.write_string(0, place, f"{column.label}*" if column.required else column.label, bold)
        sheet.write_string(1, place, column.example)


def _write_notes(book: Any, title: str, columns: Sequence[SheetColumn]) -> None:
    sheet = book.add_worksheet("填写说明")
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 1, 16)
    sheet.set_column(2, 2, 90)
    lines = (
        f"{title}：在“票据”表中填写，一行一张票据，最多{MAX_ROWS:,}行。一张票据超过{ITEM_PLACES}个收款项目的，分几行填写："
        "各行“单据序号”相同，缴款人等只填首行，以下各行只填项目。",
        "带*的列必填。不要改动第一行，不要增加列，不要合并单元格。",
    )
    for place, line in enumerate(lines):
        sheet.write_string(place, 0, line)
    sheet.write_row(3, 0, ("列", "是否必填", "填写要求"), bold)
    for place, column in enumerate(columns, start=4):
        sheet.write_row(place, 0, (column.label, "必填" if column.required else "可不填", column.note))
