"""Statements of banks, read as they come: encodings, titles, totals, spellings, two columns of amounts."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.writeoff.statement_jobs import read_statement_file
from mingpiao.writeoff.model import StatementColumns
from mingpiao.writeoff.statement_reading import (
    MOST_STATEMENT_LINES,
    own_account,
    read_lines,
    read_statement_amount,
    read_statement_day,
    recognise,
)

BANK = """中国某某银行账户明细
账号：1505 0000 1234 5678,户名：呼和浩特市慈善总会
交易日期,交易流水号,借方发生额(元),贷方发生额(元),余额,对方户名,对方账号,摘要
2026-10-03,A001,,"1,234.50",5000.00,张三,6222020000001,捐款MZ-1
2026/10/4,A002,100.00,,4900.00,办公用品店,6222020000002,购买
20261005,A003,,-20.00,4880.00,李四,6222020000003,冲正
本页合计,,100.00,"1,214.50",,,,
交易日期,交易流水号,借方发生额(元),贷方发生额(元),余额,对方户名,对方账号,摘要
2026年10月6日,A004,,￥30.00,4910.00,王五,6222020000004,捐款
不是日期,A005,,5.00,,,,
,A006,,6.00,,,,
2026-10-07,A007,,很多,,,,
合计,,100.00,"1,244.50",,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "utf-16"])
def test_a_statement_is_read_in_every_encoding(encoding: str) -> None:
    text = BANK.replace("￥", "¥") if encoding == "gbk" else BANK
    rows = read_statement_file(text.replace("¥", "￥").encode(encoding))
    columns = recognise(rows)
    assert columns.heading == 3
    assert own_account(rows, columns) == ("1505000012345678", "呼和浩特市慈善总会")
    read = read_lines(rows, columns)
    assert [(each.row, each.received_on, each.amount, each.payer_name) for each in read.lines] == [
        (4, date(2026, 10, 3), Decimal("1234.50"), "张三"),
        (6, date(2026, 10, 5), Decimal("-20.00"), "李四"),
        (9, date(2026, 10, 6), Decimal("30.00"), "王五"),
    ]
    assert (read.totals, read.outgoing, read.odd) == (3, 1, 3)
    assert [each.row for each in read.told] == [10, 11, 12]
    assert "不能识别" in read.told[0].why
    assert "合并" in read.told[1].why
    assert read.lines[0].memo == "捐款MZ-1"


def test_what_went_out_counts_as_paid_back_where_that_is_chosen() -> None:
    rows = read_statement_file(BANK.encode())
    columns = recognise(rows)
    chosen = StatementColumns(heading=3, columns=columns.columns, outgoing=True)
    assert [each.amount for each in read_lines(rows, chosen).lines] == [
        Decimal("1234.50"),
        Decimal("-100.00"),
        Decimal("-20.00"),
        Decimal("30.00"),
    ]


def test_a_workbook_with_merged_cells_says_which_rows_are_not_read() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["微信支付账单", None, None, None])
    sheet.merge_cells("A1:D1")
    sheet.append([])
    sheet.append(["交易时间", "商户订单号", "金额（元）", "收/支"])
    sheet.append(["2026-10-03 08:00:01", "MZ-1", 12.5, "收入"])
    sheet.append([None, "MZ-2", 13, "收入"])
    sheet.merge_cells("A4:A5")
    sheet.append(["2026-10-04 09:00:00", "MZ-3", 3, "支出"])
    file = io.BytesIO()
    book.save(file)
    rows = read_statement_file(file.getvalue())
    columns = recognise(rows)
    assert columns.heading == 3
    read = read_lines(rows, columns)
    assert [(each.business_no, each.amount) for each in read.lines] == [("MZ-1", Decimal("12.5"))]
    assert (read.outgoing, read.odd) == (1, 1)
    assert read.told[0].row == 5


def test_equal_lines_are_two_payments_and_the_same_ones_in_another_file() -> None:
    head = "日期,金额,付款人\n"
    first = read_statement_file(f"{head}2026-10-03,5.00,张三\n2026-10-03,5.00,张三\n".encode())
    second = read_statement_file(
        f"{head}2026-10-02,1.00,李四\n2026-10-03,5.00,张三\n2026-10-03,5.00,张三\n".encode()
    )
    keys = [each.key for each in read_lines(first, recognise(first)).lines]
    assert len(set(keys)) == 2
    assert keys == [each.key for each in read_lines(second, recognise(second)).lines][1:]


def test_a_file_without_known_columns_is_left_to_a_person() -> None:
    rows = read_statement_file("甲,乙\n1,2\n".encode())
    assert not recognise(rows).is_enough
    assert not recognise([["日期", "摘要"]]).is_enough


@pytest.mark.parametrize("data", [b"", b"\x00\x01\x02", b"PK\x03\x04nothing", b"\n\n\n"])
def test_what_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        read_statement_file(data)
    assert refused.value.problems[0].field == "file"


def test_a_file_of_two_hundred_thousand_lines_is_read_and_a_longer_one_refused() -> None:
    lines = [
        f"2026-10-{n % 28 + 1:02d},{n % 900 + 1}.00,付款人{n},N{n:06d}" for n in range(MOST_STATEMENT_LINES)
    ]
    rows = read_statement_file("\n".join(["日期,金额,付款人,流水号", *lines]).encode())
    read = read_lines(rows, recognise(rows))
    assert len(read.lines) == len({each.key for each in read.lines}) == MOST_STATEMENT_LINES
    with pytest.raises(Refusal) as refused:
        read_statement_file("\n".join(["日期,金额", *["1,1"] * (MOST_STATEMENT_LINES + 100)]).encode())
    assert refused.value.problems[0].code == "import.too_many_rows"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,234.50", "1234.50"),
        ("１２.00", "12.00"),
        ("+5", "5"),
        ("(3.20)", "-3.20"),
        ("￥3.20元", "3.20"),
        ("1.234", None),
        ("", None),
        ("1e9", None),
        ("--", None),
    ],
)
def test_amounts_as_banks_write_them(text: str, amount: str | None) -> None:
    assert read_statement_amount(text) == (None if amount is None else Decimal(amount))


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-3 08:01", date(2026, 10, 3)),
        ("2026-10-03T08:01:00", date(2026, 10, 3)),
        ("20261003080100", date(2026, 10, 3)),
        ("46298", date(2026, 10, 3)),
        ("2026.10.03", date(2026, 10, 3)),
        ("2026-02-30", None),
        ("1026-10-03", None),
        ("12345", None),
        ("十月三日", None),
    ],
)
def test_days_as_banks_write_them(text: str, day: date | None) -> None:
    assert read_statement_day(text) == day
