"""Reads an uploaded table: the first sheet of a workbook (XLSX), or CSV.

Nothing in an uploaded file is trusted: its size, its unpacked size, and its rows and columns are limited
before they are read. openpyxl reads row by row and stops at the limit; a reader that builds the whole sheet
in memory fails on two cells in opposite corners.
"""

import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from openpyxl import load_workbook

from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.grammar import read_whole

MAX_FILE = 2 * 1024 * 1024
#: The unpacked size that a workbook may have, in all and for each of its bytes.
MAX_UNPACKED = 32 * 1024 * 1024
MAX_RATIO = 200
MAX_PARTS = 500
MAX_COLUMNS = 60
#: Longer texts are cut; no cell that anybody imports is that long.
MAX_CELL = 2_000
_PIECE = 256 * 1024
_ZIP = b"PK\x03\x04"
#: The encodings that Excel and WPS use for CSV in China; the first that fits is taken.
_ENCODINGS = ("utf-8-sig", "gb18030")
#: What a text in UTF-16 begins with; nothing else is tried then.
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")

Rows = list[list[str]]


def read_table(
    data: bytes,
    *,
    max_rows: int,
    max_bytes: int = MAX_FILE,
    max_unpacked: int = MAX_UNPACKED,
    headed: bool = True,
) -> Rows:
    """The rows of a file as texts, heading first. An empty row has no texts, so row numbers stay the same.

    A file that is not `headed` may begin with empty rows or titles.

    Numbers are written plainly (12, not 12.0) and dates as 2026-11-28. Raises `Refusal` (`import.*`, field
    `file`) for a file that is no table, is too large, or has more than `max_rows` rows below the heading.
    """
    if len(data) > max_bytes:
        raise _refused("import.too_large", f"文件不能超过 {max_bytes // 1024 // 1024} MB，请分批导入。", 413)
    found = _workbook_rows(data, max_rows, max_unpacked) if data.startswith(_ZIP) else _csv_rows(data)
    rows: Rows = []
    filled = 0
    for row in found:
        texts = [_text(value) for value in row[:MAX_COLUMNS]]
        while texts and not texts[-1]:
            texts.pop()
        rows.append(texts)
        filled += bool(texts)
        # One more for the heading. Empty rows count too, so that a file full of them ends.
        if filled > max_rows + 1 or len(rows) > _most_rows(max_rows):
            raise _refused("import.too_many_rows", f"一次最多导入 {max_rows} 行，请分批导入。", 413)
    if not any(rows) or (headed and not rows[0]):
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


def _workbook_rows(data: bytes, max_rows: int, max_unpacked: int) -> Iterator[tuple[Any, ...]]:
    _check_archive(data, max_unpacked)
    try:
        # The warnings are about drawings and styles, which are not needed here.
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            # One row more than allowed, so that too many are noticed.
            last = _most_rows(max_rows) + 1
            yield from book.worksheets[0].iter_rows(max_row=last, max_col=MAX_COLUMNS, values_only=True)
    except Refusal:
        raise
    except Exception as error:
        # openpyxl has no error of its own for a file that is no workbook: any Python error may come.
        raise _refused("import.unreadable", "文件打不开，请用模板另存为 XLSX 或 CSV 后重新选择。") from error


def _check_archive(data: bytes, max_unpacked: int) -> None:
    """Unpack a workbook in pieces without keeping them. Raises `Refusal` if the content is too large.

    After this the sizes that the archive states are known to be true, since false ones fail the checksum.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            stated = sum(part.file_size for part in parts)
            if len(parts) > MAX_PARTS or stated > min(max_unpacked, MAX_RATIO * len(data)):
                raise _refused("import.too_large", "文件解压后过大，请只保留需要导入的内容。", 413)
            for part in parts:
                with archive.open(part) as opened:
                    while opened.read(_PIECE):
                        pass
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, ValueError) as error:
        raise _refused("import.unreadable", "文件打不开，请用模板另存为 XLSX 或 CSV 后重新选择。") from error


# -- cells whose text is not all that there is to them ----------------------------------------------

# The sheet is anybody's text, and a search keeps all other threads waiting: each pattern ends at the next tag or
# keeps what it took (`*+`), so that a search takes time in proportion to the text.
#: A workbook's formula cell that was saved without its result; its place is the first group.
_NO_RESULT = re.compile(
    rb'<c r="([A-Z]{1,3}[0-9]{1,7})"[^<>]*+>\s*+<f(?:[^<>]*/>|[^<>]*+>[^<]*+</f>)\s*+'
    rb"(?:(?:<v\s*+/>|<v>\s*+</v>)\s*+)?</c>"
)
_MERGED = re.compile(rb'<mergeCell ref="([A-Z]{1,3}[0-9]{1,7}):([A-Z]{1,3}[0-9]{1,7})"')
_FIRST_SHEET = re.compile(rb'<sheet\b[^<>]*\br:id="([^"<>]+)"')
_RELATION = re.compile(rb"<Relationship\b[^<>]*+>")
_PLACE = re.compile(rb"([A-Z]+)([0-9]+)")
NO_RESULT = "单元格是公式，文件里没有保存计算结果，请用表格软件打开并保存后重新上传，或改为具体内容。"
MERGED = "单元格与其他单元格合并，请取消合并，逐格填写。"
#: Merged ranges of a sheet, and cells in them, that are told cell by cell; a sheet with more is refused.
MAX_MERGED = 1_000
MAX_MERGED_CELLS = 20_000


def troubled_cells(data: bytes, rows: int) -> dict[tuple[int, int], str]:
    """What is wrong with cells of a file that `read_table` has read, by (row from 1, column from 0).

    Cells that are merged with others, and formulas without a result, look empty to `read_table`. Only places
    Cells that are merged with others, and formulas without a result, look empty to `read_table`. Only places
    among the first `rows` rows and `MAX_COLUMNS` columns are told. Raises `Refusal` (`import.merged`, field `file`)
    for a sheet with more merged ranges, or more cells in them, than can be told one by one.
    """
    if not data.startswith(_ZIP):
        return {}
    sheet = _first_sheet(data)
    formulas = (_place_of(found[1]) for found in _NO_RESULT.finditer(sheet))
    troubles = {(row, column): NO_RESULT for row, column in formulas if row <= rows and column < MAX_COLUMNS}
    return troubles | dict.fromkeys(_merged_places(sheet, rows), MERGED)


def _merged_places(sheet: bytes, rows: int) -> list[tuple[int, int]]:
    """The places in merged ranges, as far as they are read; a place in several ranges counts each time."""
    places: list[tuple[int, int]] = []
    for count, found in enumerate(_MERGED.finditer(sheet), start=1):
        (top, left), (bottom, right) = _place_of(found[1]), _place_of(found[2])
        down = range(top, min(bottom, rows) + 1)
        across = range(left, min(right + 1, MAX_COLUMNS))
        if count > MAX_MERGED or len(places) + len(down) * len(across) > MAX_MERGED_CELLS:
            raise _refused("import.merged", "文件里合并的单元格过多，请取消全部合并，逐格填写后重新选择。")
        places += [(row, column) for row in down for column in across]
    return places


def _first_sheet(data: bytes) -> bytes:
    """The XML of the first sheet; the archive was checked when its rows were read."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = archive.namelist()
        named = _FIRST_SHEET.search(_part(archive, "xl/workbook.xml"))
        relations = _part(archive, "xl/_rels/workbook.xml.rels")
        for relation in _RELATION.findall(relations):
            if named and b'Id="' + named[1] + b'"' in relation:
                target = re.search(rb'Target="/?(?:xl/)?([^"]+)"', relation)
                path = f"xl/{target[1].decode(errors='replace')}" if target else ""
                return archive.read(path) if path in names else b""
    return b""


def _part(archive: zipfile.ZipFile, name: str) -> bytes:
    return archive.read(name) if name in archive.namelist() else b""


def _place_of(place: bytes) -> tuple[int, int]:
    """A1 → (1, 0)."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return (0, 0)
    column = 0
    for letter in found[1]:
        column = column * 26 + letter - ord("A") + 1
    return (read_whole(found[2].decode()) or 0, column - 1)


# -- CSV -------------------------------------------------------------------------------------------


def _csv_rows(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    separator = "\t" if "\t" in text.partition("\n")[0] else ","
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    except csv.Error as error:
        raise _refused("import.unreadable", "文件不是表格，请用模板填写后重新选择。") from error


def _decoded(data: bytes) -> str:
    for encoding in ("utf-16",) if data.startswith(_UTF_16) else _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if text.isprintable() or not any(letter < " " and letter not in "\t\r\n" for letter in text):
            return text
    raise _refused("import.unreadable", "文件不是 XLSX 或 CSV，请用模板填写后重新选择。")


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """Rows as CSV, which a page carries along and `read_table` reads again."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()
