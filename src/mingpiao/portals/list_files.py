"""Writes rows of a list to a file, CSV or workbook, in constant memory."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Iterable, Sequence
from pathlib import Path

import msgspec
import xlsxwriter

#: A worksheet has 1,048,576 rows at most; the next sheet begins before that.
_SHEET_ROWS = 1_000_000
#: Characters with which a spreadsheet program thinks that a formula begins.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")

_MARK_HEADING = "数据来源"

#: Rows of texts, in batches.
Batches = AsyncIterator[list[list[str]]]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The headings of an export; `amounts` are those whose columns hold amounts in 元.

    A `mark` stands in each row, in a column of its own at the end, and in the header of printed sheets.
    """

    columns: tuple[str, ...]
    amounts: tuple[str, ...] = ()
    mark: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, with that of the mark."""
        return (*self.columns, _MARK_HEADING) if self.mark else self.columns

    def marked(self, row: list[str]) -> list[str]:
        """A row with the mark in its place."""
        return [*row, *[""] * (len(self.columns) - len(row)), self.mark] if self.mark else row

    @property
    def amount_places(self) -> frozenset[int]:
        return frozenset(map(self.columns.index, self.amounts))


def csv_pieces(layout: Layout, batches: Batches) -> AsyncIterator[bytes]:
    """Rows as CSV (UTF-8 with a byte order mark, without which Excel misreads it)."""
    places = layout.amount_places

    async def lines() -> AsyncIterator[bytes]:
        yield "\ufeff".encode() + _csv_lines([layout.headings])
        async for rows in batches:
            yield _csv_lines([layout.marked(_harmless(row, places)) for row in rows])

    return lines()


async def write_list(path: Path, ending: str, layout: Layout, batches: Batches) -> None:
    """Write rows to a file: `csv`, or `xlsx` with a sheet for every million rows."""
    if ending == "xlsx":
        sheets = _Sheets(path, layout)
        async for rows in batches:
            await asyncio.to_thread(sheets.write, rows)
        await asyncio.to_thread(sheets.close)
        return
    with path.open("wb") as file:
        async for piece in csv_pieces(layout, batches):
            await asyncio.to_thread(file.write, piece)


def _csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _harmless(row: Sequence[str], amounts: frozenset[int]) -> list[str]:
    """A row whose texts no spreadsheet program takes for formulas; amounts remain numbers."""
    return [
        "'" + text if text.startswith(_FORMULA_STARTS) and place not in amounts else text
        for place, text in enumerate(row)
    ]


class _Sheets:
    """A workbook that is written row by row in constant memory. Texts are written as texts, never as
    formulas.
    """

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
        self._sheet.set_column(0, len(self._layout.headings) - 1, 18)
        if self._layout.mark:
            self._sheet.set_header(f"&C{self._layout.mark}")
        for place, heading in enumerate(self._layout.headings):
            self._sheet.write_string(0, place, heading, self._bold)
        self._next = 1

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            if self._next >= _SHEET_ROWS:
                self._begin()
            for place, text in enumerate(self._layout.marked(list(row))):
                if text and place in self._amounts:
                    self._sheet.write_number(self._next, place, float(text), self._money)
                else:
                    self._sheet.write_string(self._next, place, text)
            self._next += 1

    def close(self) -> None:
        self._book.close()
