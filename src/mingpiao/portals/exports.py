"""Export of lists, however long: rows go from the database's cursor to the browser.

CSV leaves while it is read. A workbook must be whole before its first byte, so that it grows in a
temporary file, row by row, and is sent from there.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

import msgspec
import xlsxwriter
from litestar.response import Stream

from mingpiao.kernel.clock import now

#: A worksheet holds 1,048,576 rows; the next sheet begins before that.
_SHEET_ROWS = 1_000_000
_FILE_PIECE = 256 * 1024
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a spreadsheet program takes for the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

#: Rows of texts, some at a time.
Batches = AsyncIterator[list[list[str]]]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """Headings of an export, those of them that head amounts in 元 (or nothing), and its file's name."""

    columns: tuple[str, ...]
    amounts: tuple[str, ...] = ()
    name: str = "bills"

    @property
    def amount_places(self) -> frozenset[int]:
        return frozenset(map(self.columns.index, self.amounts))


def csv_answer(layout: Layout, batches: Batches) -> Stream:
    """Rows as CSV (UTF-8 with a byte order mark, so that Excel reads it right)."""

    places = layout.amount_places

    async def lines() -> AsyncIterator[bytes]:
        yield "\ufeff".encode() + _csv_lines([layout.columns])
        async for rows in batches:
            yield _csv_lines([_harmless(row, places) for row in rows])

    return Stream(lines(), media_type="text/csv", headers=_headers(layout, "csv"))


async def workbook_answer(layout: Layout, batches: Batches) -> Stream:
    """Rows as a workbook; every million rows a sheet."""
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="mingpiao-export-")
    path = Path(folder.name) / "bills.xlsx"
    try:
        sheets = _Sheets(path, layout)
        async for rows in batches:
            await asyncio.to_thread(sheets.write, rows)
        await asyncio.to_thread(sheets.close)
    except BaseException:
        await asyncio.to_thread(folder.cleanup)
        raise
    return Stream(_pieces(path, folder.cleanup), media_type=_WORKBOOK_TYPE, headers=_headers(layout, "xlsx"))


def _csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _harmless(row: Sequence[str], amounts: frozenset[int]) -> list[str]:
    """A row whose texts no spreadsheet program takes for formulas; amounts are numbers and stay so."""
    return [
        "'" + text if text.startswith(_FORMULA_STARTS) and place not in amounts else text
        for place, text in enumerate(row)
    ]


class _Sheets:
    """A workbook written row after row in constant memory. Texts are written as texts, never as formulas."""

    def __init__(self, path: Path, layout: Layout) -> None:
        self._layout = layout
        self._amounts = layout.amount_places
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._bold = self._book.add_format({"bold": True})
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(self._layout.columns) - 1, 18)
        for place, heading in enumerate(self._layout.columns):
            self._sheet.write_string(0, place, heading, self._bold)
        self._next = 1

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            if self._next >= _SHEET_ROWS:
                self._begin()
            for place, text in enumerate(row):
                if text and place in self._amounts:
                    self._sheet.write_number(self._next, place, float(text), self._money)
                else:
                    self._sheet.write_string(self._next, place, text)
            self._next += 1

    def close(self) -> None:
        self._book.close()


async def _pieces(path: Path, clean_up: Callable[[], None]) -> AsyncIterator[bytes]:
    try:
        with path.open("rb") as file:
            while piece := await asyncio.to_thread(file.read, _FILE_PIECE):
                yield piece
    finally:
        await asyncio.to_thread(clean_up)


def _headers(layout: Layout, ending: str) -> dict[str, str]:
    name = f"{layout.name}-{now():%Y%m%d-%H%M%S}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
