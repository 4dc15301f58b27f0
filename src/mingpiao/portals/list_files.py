"""Writes rows of a list to a file, CSV or workbook, in constant memory."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import msgspec
import xlsxwriter

from mingpiao.kernel.grammar import read_date, read_decimal, read_moment

#: A worksheet has 1,048,576 rows at most; the next sheet begins before that.
_SHEET_ROWS = 1_000_000
#: Characters with which a spreadsheet program thinks that a formula begins.
_FORMULA_STARTS = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")

_MARK_HEADING = "数据来源"
#: How a workbook shows numbers and days; `share` are counts that are not whole, such as percentages.
_SHOWN_AS = {
    "money": "#,##0.00",
    "count": "#,##0",
    "share": "#,##0.0##",
    "day": "yyyy-mm-dd",
    "moment": "yyyy-mm-dd hh:mm:ss",
}
_DAYS: Mapping[str, Callable[[str], date | None]] = {"day": read_date, "moment": read_moment}
#: Workbooks know numbers of so many digits, and days from this year on; others stay texts.
_EXACT_DIGITS, _FIRST_YEAR = 15, 1901

#: Rows of texts, in batches.
Batches = AsyncIterator[list[list[str]]]


class Layout(msgspec.Struct, frozen=True, kw_only=True):
    """The headings of an export. `kinds` says by place what cells are: `money` (元), `count` (any other number), `day`
    or `moment`; all others (an empty kind, or none) are texts, also those of digits, such as codes with zeros in front.

    A `mark` stands in each row, in a column of its own at the end, and in the header of printed sheets.
    """

    columns: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    mark: str = ""

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings, with that of the mark."""
        return (*self.columns, _MARK_HEADING) if self.mark else self.columns

    def marked(self, row: list[str]) -> list[str]:
        """A row with the mark in its place."""
        return [*row, *[""] * (len(self.columns) - len(row)), self.mark] if self.mark else row

    @property
    def number_places(self) -> frozenset[int]:
        """The columns of amounts and of other numbers."""
        return frozenset(place for place, kind in enumerate(self.kinds) if kind in ("money", "count"))


def numbered(columns: tuple[str, ...], names: int, mark: str = "") -> Layout:
    """The layout of a table of figures: its first columns are names, all others numbers."""
    return Layout(columns=columns, kinds=("",) * names + ("count",) * (len(columns) - names), mark=mark)


def csv_pieces(layout: Layout, batches: Batches) -> AsyncIterator[bytes]:
    """Rows as CSV (UTF-8 with a byte order mark, without which Excel misreads it)."""
    places = layout.number_places

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


def _harmless(row: Sequence[str], numbers: frozenset[int]) -> list[str]:
    """A row whose texts no spreadsheet program takes for formulas; numbers remain numbers."""
    return [
        "'" + text
        if text.startswith(_FORMULA_STARTS) and not (place in numbers and read_decimal(text) is not None)
        else text
        for place, text in enumerate(row)
    ]


class _Sheets:
    """A workbook that is written row by row in constant memory. Amounts, counts, days and times are written as what
    they are, as far as they read as such; everything else is text, never a formula.
    """

    def __init__(self, path: Path, layout: Layout) -> None:
        self._layout = layout
        self._kinds = [*layout.kinds, *[""] * (len(layout.headings) - len(layout.kinds))]
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._bold = self._book.add_format({"bold": True})
        self._formats = {
            kind: self._book.add_format({"num_format": shown}) for kind, shown in _SHOWN_AS.items()
        }
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
                self._write(place, self._kinds[place], text)
            self._next += 1

    def _write(self, place: int, kind: str, text: str) -> None:
        number = read_decimal(text) if kind in ("money", "count") else None
        day = _DAYS[kind](text) if kind in _DAYS else None
        if number is not None and len(number.as_tuple().digits) <= _EXACT_DIGITS:
            shown = "share" if kind == "count" and number % 1 else kind
            self._sheet.write_number(self._next, place, float(number), self._formats[shown])
        elif day is not None and day.year >= _FIRST_YEAR:
            self._sheet.write_datetime(self._next, place, day, self._formats[kind])
        else:
            self._sheet.write_string(self._next, place, text)

    def close(self) -> None:
        self._book.close()
