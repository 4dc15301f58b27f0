"""Export of a whole filter, however long: rows go from the database's cursor to the browser.

CSV leaves while it is read. A workbook must be whole before its first byte, so that it grows in a
temporary file, row by row, and is sent from there.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from pathlib import Path

import xlsxwriter
from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Actor, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import stream_bills
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.money import plain, plain_number
from mingpiao.portals.bill_filters import BillQuery
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import Right
from mingpiao.portals.rendering import moment
from mingpiao.portals.session import PageRequest, require_right
from mingpiao.portals.unit.bill_access import unit_of
from mingpiao.portals.unit.bill_query import read_unit_query
from mingpiao.web import client_address

_BATCH = 500
#: A worksheet holds 1,048,576 rows; the next sheet begins before that.
_SHEET_ROWS = 1_000_000
_FILE_PIECE = 256 * 1024
_WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: What a spreadsheet program takes for the beginning of a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

COLUMNS = (
    "票据代码", "票据号码", "校验码", "票据种类", "票据类型", "状态", "开票时间", "缴款人", "缴款人代码",
    "收款项目", "金额（元）", "开票人", "业务流水号", "相关票据代码", "相关票据号码", "冲红原因",
)  # fmt: skip
_AMOUNT = COLUMNS.index("金额（元）")


def row_of(bill: Bill, catalog: Catalog) -> list[str]:
    """A bill as the texts of a row, in the order of `COLUMNS`."""
    related = bill.related
    items = "；".join(f"{item.name}×{plain_number(item.quantity)}" for item in bill.items)
    return [
        bill.code,
        bill.number,
        bill.check_code,
        catalog.kinds[bill.kind].name,
        bill.color.label,
        bill.state.label,
        moment(bill.issued_at),
        bill.payer.name,
        bill.payer.code,
        items,
        plain(bill.total),
        bill.handler,
        bill.business_no,
        related.code if related else "",
        related.number if related else "",
        bill.reason,
    ]


@get("/bills/export.csv", guards=[require_right(Right.UNIT_EXPORT)])
async def export_csv(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Stream:
    """All bills of the filter as CSV (UTF-8 with a byte order mark, so that Excel reads it right)."""
    query = await _query(request, session, services, "csv")
    catalog = await services.catalog.get()

    async def lines() -> AsyncIterator[bytes]:
        yield "\ufeff".encode() + _csv_lines([COLUMNS])
        async for rows in _batches(services, session, query, catalog):
            yield _csv_lines([_harmless(row) for row in rows])

    return Stream(lines(), media_type="text/csv; charset=utf-8", headers=_headers("csv"))


@get("/bills/export.xlsx", guards=[require_right(Right.UNIT_EXPORT)])
async def export_workbook(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Stream:
    """All bills of the filter as a workbook; every million rows a sheet."""
    query = await _query(request, session, services, "xlsx")
    catalog = await services.catalog.get()
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="mingpiao-export-")
    path = Path(folder.name) / "bills.xlsx"
    try:
        sheets = _Sheets(path)
        async for rows in _batches(services, session, query, catalog):
            await asyncio.to_thread(sheets.write, rows)
        await asyncio.to_thread(sheets.close)
    except BaseException:
        await asyncio.to_thread(folder.cleanup)
        raise
    return Stream(_pieces(path, folder.cleanup), media_type=_WORKBOOK_TYPE, headers=_headers("xlsx"))


async def _query(request: PageRequest, session: Session, services: Services, ending: str) -> BillQuery:
    """The filter of an export, put down in the audit trail; raises `Refusal` with what is wrong in it."""
    query = read_unit_query(read_query(request), unit_of(session.account))
    if query.problems:
        raise Refusal(*query.problems)
    acting = Actor(label=session.account.actor.label, address=client_address(request))
    async with services.database.system() as connection:
        await record(
            connection,
            AuditEntry(
                actor=acting,
                action="bill:export",
                subject=f"unit:{session.account.unit_id}",
                unit_id=session.account.unit_id,
                details={"format": ending} | {name: text for name, text in query.values.items() if text},
            ),
        )
    return query


async def _batches(
    services: Services, session: Session, query: BillQuery, catalog: Catalog
) -> AsyncIterator[list[list[str]]]:
    batch: list[list[str]] = []
    async with services.database.scoped(session.account.scope) as connection:
        async for bill in stream_bills(connection, query.wanted):
            batch.append(row_of(bill, catalog))
            if len(batch) >= _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


def _csv_lines(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _harmless(row: Sequence[str]) -> list[str]:
    """A row whose texts no spreadsheet program takes for formulas; the amount is a number and stays one."""
    return [
        "'" + text if text.startswith(_FORMULA_STARTS) and place != _AMOUNT else text
        for place, text in enumerate(row)
    ]


class _Sheets:
    """A workbook written row after row in constant memory. Texts are written as texts, never as formulas."""

    def __init__(self, path: Path) -> None:
        self._book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_formulas": False})
        self._bold = self._book.add_format({"bold": True})
        self._money = self._book.add_format({"num_format": "#,##0.00"})
        self._begin()

    def _begin(self) -> None:
        self._sheet = self._book.add_worksheet()
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_column(0, len(COLUMNS) - 1, 18)
        for place, heading in enumerate(COLUMNS):
            self._sheet.write_string(0, place, heading, self._bold)
        self._next = 1

    def write(self, rows: Iterable[Sequence[str]]) -> None:
        for row in rows:
            if self._next >= _SHEET_ROWS:
                self._begin()
            for place, text in enumerate(row):
                if place == _AMOUNT:
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


def _headers(ending: str) -> dict[str, str]:
    name = f"bills-{now():%Y%m%d-%H%M%S}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}


HANDLERS = [export_csv, export_workbook]
