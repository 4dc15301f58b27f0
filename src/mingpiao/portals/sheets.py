"""Reading a table that somebody uploads: the first sheet of a workbook (XLSX), or CSV.

Nothing of an uploaded file is believed: its size, what it unpacks to, and its rows and columns are
limited before they are read. openpyxl reads row by row and stops where it is told; a reader that lays
the whole sheet out in memory dies of two cells in opposite corners.
"""

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from mingpiao.kernel.errors import Refusal, refuse

MAX_FILE = 2 * 1024 * 1024
#: What a workbook may unpack to, and how much of that a byte of it may be worth.
MAX_UNPACKED = 32 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 500
MAX_COLUMNS = 60
#: Longer texts are cut; no cell that anybody imports is that long.
MAX_CELL = 2_000
_PIECE = 256 * 1024
_ZIP = b"PK\x03\x04"
#: What Excel and WPS write as CSV in China, the first that fits.
_ENCODINGS = ("utf-8-sig", "gb18030")

Rows = list[list[str]]


def read_table(data: bytes, *, max_rows: int) -> Rows:
    """The rows of a file as texts, heading first. An empty row has no texts, so that places are kept.

    Numbers are written plainly (12, not 12.0) and dates as 2026-11-28. Raises `Refusal` (`import.*`, field
    `file`) for a file that is no table, is too large, or has more than `max_rows` rows below the heading.
    """
    if len(data) > MAX_FILE:
        raise _refused("import.too_large", f"文件不能超过 {MAX_FILE // 1024 // 1024} MB，请分批导入。", 413)
    found = _workbook_rows(data, max_rows) if data.startswith(_ZIP) else _csv_rows(data)
    rows: Rows = []
    filled = 0
    for row in found:
        texts = [_text(value) for value in row[:MAX_COLUMNS]]
        while texts and not texts[-1]:
            texts.pop()
        rows.append(texts)
        filled += bool(texts)
        # The heading is one more. Empty rows count too, so that a file of them comes to an end.
        if filled > max_rows + 1 or len(rows) > _most_rows(max_rows):
            raise _refused("import.too_many_rows", f"一次最多导入 {max_rows} 行，请分批导入。", 413)
    if not rows or not rows[0]:
        raise _refused("import.empty", "文件的第一行没有表头，请按模板填写后重新选择。")
    return rows


def _most_rows(max_rows: int) -> int:
    return 2 * max_rows + 100


def _refused(code: str, message: str, status: int = 422) -> Refusal:
    return refuse(code, message, field="file", status=status)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        value = value.date() if value.time() == datetime.min.time() else value.replace(microsecond=0)
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    return str(value).replace("\x00", "").strip()[:MAX_CELL]


# -- workbooks -------------------------------------------------------------------------------------


def _workbook_rows(data: bytes, max_rows: int) -> Iterator[tuple[Any, ...]]:
    _check_archive(data)
    try:
        # Warnings tell of drawings and styles that are not read, which nobody wants here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            # One row more than there may be, so that too many are noticed.
            last = _most_rows(max_rows) + 1
            yield from book.worksheets[0].iter_rows(max_row=last, max_col=MAX_COLUMNS, values_only=True)
    except Refusal:
        raise
    except Exception as error:
        # openpyxl has no error of its own for what is no workbook: any of Python's may come.
        raise _refused("import.unreadable", "文件打不开，请用模板另存为 XLSX 或 CSV 后重新选择。") from error


def _check_archive(data: bytes) -> None:
    """Unpack a workbook in pieces, keeping nothing: raises `Refusal` for what unpacks to too much.

    The sizes that an archive states are then true, as whoever lies about them fails the checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            stated = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or stated > min(MAX_UNPACKED, MAX_RATIO * len(data)):
                raise _refused("import.too_large", "文件解压后过大，请只保留需要导入的内容。", 413)
            for part in parts:
                with archive.open(part) as opened:
                    while opened.read(_PIECE):
                        pass
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise _refused("import.unreadable", "文件打不开，请用模板另存为 XLSX 或 CSV 后重新选择。") from error


# -- CSV -------------------------------------------------------------------------------------------


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise _refused("import.unreadable", "文件不是表格，请用模板填写后重新选择。") from error


def _decoded(data: bytes) -> str:
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable() or not any(letter < " " and letter not in "\t\r\n" for letter in text):
            return text
    raise _refused("import.unreadable", "文件不是 XLSX 或 CSV，请用模板填写后重新选择。")


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV, to be carried along in a page and read again by `read_table`."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
