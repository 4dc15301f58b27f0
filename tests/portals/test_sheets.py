"""Reading uploaded tables: what cells become, and what no file may do."""

import io
import struct
import zipfile
from datetime import date, datetime
from typing import Any

import openpyxl
import pytest

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.sheets import (
    MAX_FILE,
    MAX_UNPACKED,
    MERGED,
    NO_RESULT,
    csv_text,
    read_table,
    troubled_cells,
)


def workbook(*rows: list[Any]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return saved(book)


def saved(book: openpyxl.Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def refusal_of(data: bytes, max_rows: int = 10) -> str:
    with pytest.raises(Refusal) as refused:
        read_table(data, max_rows=max_rows)
    problem = refused.value.problems[0]
    assert problem.field == "file"
    return problem.code


def test_cells_are_texts_as_people_read_them() -> None:
    data = workbook(
        ["名称", "数", "日", "是"],
        ["  张三 ", 12.0, date(2026, 11, 28), True],
        [],
        [None, 0.5, datetime(2026, 11, 28, 9, 30), "007"],  # noqa: DTZ001 - a workbook knows no time zones
    )
    assert read_table(data, max_rows=3) == [
        ["名称", "数", "日", "是"],
        ["张三", "12", "2026-11-28", "True"],
        [],
        ["", "0.5", "2026-11-28T09:30:00", "007"],
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_excel_and_wps_write_it(encoding: str) -> None:
    data = '姓名,说明\r\n张三,"多行,\r\n引号""内"\r\n'.encode(encoding)
    assert read_table(data, max_rows=3) == [["姓名", "说明"], ["张三", '多行,\r\n引号"内']]
    assert read_table("姓名\t说明\r\n张三\ta,b\r\n".encode(encoding), max_rows=3)[1] == ["张三", "a,b"]


def test_what_is_carried_is_read_again() -> None:
    rows = [["甲", "乙"], ["=1+1", '引"号'], [""], ["多\n行", "尾"]]
    assert read_table(csv_text(rows).encode(), max_rows=5) == [rows[0], rows[1], [], rows[3]]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import.empty"),
        (b"\r\n\r\n", "import.empty"),
        (b"PK\x03\x04broken", "import.unreadable"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "import.unreadable"),
        (b"%PDF-1.7\n\x00\x01", "import.unreadable"),
        (b"x" * (MAX_FILE + 1), "import.too_large"),
        (b"a\n" * 12, "import.too_many_rows"),
        (b"a\n" + b"\n" * 300, "import.too_many_rows"),
        (workbook(["a"], *[["x"]] * 11), "import.too_many_rows"),
    ],
)
def test_what_is_no_table_or_too_much(data: bytes, code: str) -> None:
    assert refusal_of(data) == code


def test_an_archive_of_something_else() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("readme.txt", "no workbook")
    assert refusal_of(file.getvalue()) == "import.unreadable"


def packed(name: str, size: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, b"\x00" * size)
    return file.getvalue()


def test_an_archive_that_unpacks_to_too_much() -> None:
    assert refusal_of(packed("xl/workbook.xml", MAX_UNPACKED + 1)) == "import.too_large"
    assert refusal_of(packed("xl/workbook.xml", 4 * 1024 * 1024)) == "import.too_large"  # 1 : 1000


def test_an_archive_that_lies_about_its_size() -> None:
    size = 4 * 1024 * 1024
    lying = packed("xl/workbook.xml", size).replace(struct.pack("<I", size), struct.pack("<I", 100))
    assert refusal_of(lying) == "import.unreadable"


def test_two_cells_in_opposite_corners_cost_nothing() -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "名称"
    book.active["XFD1048576"] = "远"
    assert refusal_of(saved(book)) == "import.too_many_rows"
    book = openpyxl.Workbook()
    book.active["A1"] = "名称"
    book.active["XFD2"] = "远"
    assert read_table(saved(book), max_rows=10) == [["名称"], []]


# Cells whose text is not all that there is to them


def with_sheet(content: bytes) -> bytes:
    """A workbook whose first sheet has this XML."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(["a"]))) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            new.writestr(name, content if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return file.getvalue()


def merged(*ranges: str) -> bytes:
    return with_sheet(b"".join(b'<mergeCell ref="%s"/>' % each.encode() for each in ranges))


@pytest.mark.parametrize(
    "cell",
    [
        '<c r="B2"><f>A1+1</f><v></v></c>',
        '<c r="B2" s="1" t="str">\n<f>A1+1</f>\n<v />\n</c>',
        '<c r="B2"><f t="shared" si="0"/></c>',
        '<c r="B2"><f>A1+1</f> <v> </v> </c>',
    ],
)
def test_formulas_without_a_result_are_told(cell: str) -> None:
    others = '<c r="A2"><f>1+1</f><v>2</v></c><c r="A9"><f>1</f></c><c r="BI2"><f>1</f></c>'
    assert troubled_cells(with_sheet(f"<row>{others}{cell}</row>".encode()), 3) == {(2, 1): NO_RESULT}


def test_merged_cells_are_told_as_far_as_they_are_read() -> None:
    told = troubled_cells(merged("B2:C3", "A3:A1048576", "BG1:XFD1"), 3)
    places = [(2, 1), (2, 2), (3, 1), (3, 2), (3, 0), (1, 58), (1, 59)]
    assert told == dict.fromkeys(places, MERGED)


@pytest.mark.parametrize(
    "ranges",
    [
        ["A1:B1"] * 1_001,
        ["A1:XFD1048576"],
        ["A1:T100"] * 11,  # 22,000 cells, although it is the same 2,000 again and again
    ],
)
def test_more_merged_cells_than_can_be_told_are_refused(ranges: list[str]) -> None:
    with pytest.raises(Refusal) as refused:
        troubled_cells(merged(*ranges), 10_000)
    problem = refused.value.problems[0]
    assert (problem.code, problem.field, refused.value.status) == ("import.merged", "file", 422)


@pytest.mark.parametrize(
    "piece",
    [
        b'<c r="A1" ',
        b'<c r="A1"><f ',
        b'<c r="A1"><f>',
    ],
)
def test_a_sheet_of_beginnings_has_nothing_to_tell(piece: bytes) -> None:
    """With a pattern that reads on to the end from each beginning this would take hours."""
    assert troubled_cells(with_sheet(b"<!--" + piece * 1_500_000), 10) == {}


def test_a_long_gap_in_a_cell_has_nothing_to_tell() -> None:
    gap = b" " * 10_000_000
    assert troubled_cells(with_sheet(b'<c r="A1">' + gap + b"<f>1</f>" + gap + b"<v>1</v></c>"), 10) == {}
