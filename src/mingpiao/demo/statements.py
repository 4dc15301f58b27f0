"""Bank statements of the hospital's last month, with which a visitor tries what arrived against what was issued."""

import csv
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import xlsxwriter

from mingpiao.demo.history import LAST_MONTH_LEFT
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member
from mingpiao.issuing.model import Bill, BillFilter
from mingpiao.issuing.service import list_bills
from mingpiao.kernel.clock import to_shanghai, today
from mingpiao.kernel.money import plain
from mingpiao.storage.paging import every_item
from mingpiao.storage.scope import UnitScope
from mingpiao.writeoff.service import last_day, month_of

BANK, TERMINAL = "银行流水-GBK.csv", "POS流水.xlsx"
_HEADING = ("交易日期", "交易流水号", "贷方发生额", "对方户名", "业务流水号", "摘要")
_TERMINAL_HEADING = ("交易日期", "交易流水号", "交易金额", "付款人名称", "商户订单号", "商品", "终端号")
_DAY = timedelta(days=1)
_MONEY = 2


async def write_statements(services: DemoServices, folder: Path, members: Sequence[Member]) -> None:
    """Write the statements, unless the province has no hospital; existing ones are replaced.

    The bank's is a CSV in GBK, that of the terminals a workbook; the last bill of the month is in neither.
    """
    unit = next((unit for unit, entry in members if entry.profile == LAST_MONTH_LEFT), None)
    if unit is None:
        return
    last = month_of(today()) - _DAY
    wanted = BillFilter(issued_from=month_of(last), issued_to=last_day(last), color="blue", state="normal")
    async with services.database.scoped(UnitScope(unit.unit_id)) as connection:
        bills = await every_item(lambda key: list_bills(connection, wanted, after=key))
    lines = [_line(number, bill) for number, bill in enumerate(bills[1:], start=1)]
    _write(folder, lines)


def _line(number: int, bill: Bill) -> tuple[str, ...]:
    """A bill's money, as a bank tells it."""
    day = to_shanghai(bill.issued_at)
    return (
        f"{day:%Y-%m-%d}",
        f"DEMO{day:%Y%m%d}{number:06d}",
        plain(bill.total),
        bill.payer.name,
        bill.business_no,
        "缴费",
    )


def _at_terminal(line: tuple[str, ...]) -> tuple[str, ...]:
    """The same money, as the terminals' provider tells it."""
    return (*line, "88015001")


def _write(folder: Path, lines: Sequence[tuple[str, ...]]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    _write_csv(folder / BANK, lines[::2])
    _write_workbook(folder / TERMINAL, [_at_terminal(line) for line in lines[1::2]])


def _write_csv(path: Path, lines: Sequence[tuple[str, ...]]) -> None:
    with path.open("w", encoding="gbk", errors="replace", newline="") as file:
        csv.writer(file).writerows([_HEADING, *lines])


def _write_workbook(path: Path, lines: Sequence[tuple[str, ...]]) -> None:
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False})
    sheet = book.add_worksheet("流水")
    for row, line in enumerate([_TERMINAL_HEADING, *lines]):
        for column, value in enumerate(line):
            if row and column == _MONEY:
                sheet.write_number(row, column, float(value))
            else:
                sheet.write_string(row, column, value)
    book.close()
