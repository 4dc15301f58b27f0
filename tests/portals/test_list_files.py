"""What files of lists hold: numbers and days as such, digits of codes as texts, and no formula."""

import csv
import io
from datetime import datetime
from pathlib import Path

import openpyxl
import pytest

from mingpiao.portals.list_files import Batches, Layout, csv_pieces, write_list

LAYOUT = Layout(
    columns=("代码", "金额（元）", "份数", "占比（%）", "日期", "时间"),
    kinds=("", "money", "count", "count", "day", "moment"),
)
ROWS = [
    ["00150601", "-1234.50", "-12", "98.3", "2027-01-31", "2027-01-31 09:30:05"],
    ["=1+1", "=2+2", "=3+3", "", "2027-02-30", "明天"],
    # More digits than a workbook keeps, and zeros in front: no number that could be shown as it is.
    ["-5", "12345678901234567.89", "007", "0", "1899-12-31", ""],
]


async def _rows() -> Batches:
    yield ROWS


def _told(value: object) -> object:
    return str(value) if isinstance(value, datetime) else value


async def test_a_workbook_holds_what_cells_are(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    await write_list(path, "xlsx", LAYOUT, _rows())
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    cells = [[(_told(each.value), each.number_format) for each in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0] == [
        ("00150601", "General"),
        (-1234.5, "#,##0.00"),
        (-12, "#,##0"),
        (98.3, "#,##0.0##"),
        ("2027-01-31 00:00:00", "yyyy-mm-dd"),
        ("2027-01-31 09:30:05", "yyyy-mm-dd hh:mm:ss"),
    ]
    assert [value or "" for value, _ in cells[1]] == ROWS[1]
    assert [value or "" for value, _ in cells[2]] == [
        "-5", "12345678901234567.89", "007", "", "1899-12-31", "",
    ]  # fmt: skip
    assert cells[2][3] == (0, "#,##0")
    assert {each.data_type for row in sheet.iter_rows(min_row=3, max_row=3) for each in row[:3]} == {"s"}


async def test_a_table_keeps_numbers_and_guards_against_formulas() -> None:
    data = b"".join([piece async for piece in csv_pieces(LAYOUT, _rows())])
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0] == list(LAYOUT.columns)
    assert rows[1] == ROWS[0]
    assert rows[2] == ["'=1+1", "'=2+2", "'=3+3", "", "2027-02-30", "明天"]
    assert rows[3] == ["'-5", *ROWS[2][1:]]


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
async def test_a_list_without_rows_has_its_headings(tmp_path: Path, ending: str) -> None:
    async def none() -> Batches:
        return
        yield

    path = tmp_path / f"list.{ending}"
    await write_list(path, ending, LAYOUT, none())
    if ending == "csv":
        assert path.read_text(encoding="utf-8-sig").splitlines() == [",".join(LAYOUT.columns)]
    else:
        sheet = openpyxl.load_workbook(path).active
        assert sheet is not None
        assert [tuple(row) for row in sheet.iter_rows(values_only=True)] == [LAYOUT.columns]


async def test_columns_with_the_same_heading_keep_their_own_kinds(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"

    async def rows() -> Batches:
        yield [["12", "12", "7"]]

    await write_list(path, "xlsx", Layout(columns=("票据", "票据", "票据"), kinds=("", "count")), rows())
    sheet = openpyxl.load_workbook(path).active
    assert sheet is not None
    assert [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)] == [("12", 12, "7")]
