"""批量查验: an office checks up to 200 bills at once, by their files or by a table of what stands on them.

Nothing is kept: results are shown while they are found, and the page carries them along, sealed, for a workbook.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from mingpiao.intake import PARTS
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.money import plain
from mingpiao.layout.service import files_within
from mingpiao.portals.imports import ImportColumn, SheetForm, read_rows, template_answer
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_files import Layout
from mingpiao.portals.rendering import ENVIRONMENT, day, page, streamed_page
from mingpiao.portals.session import PageRequest
from mingpiao.portals.sheets import csv_text, read_table
from mingpiao.portals.verification.advice import state_words
from mingpiao.verification.model import LegalState, VerificationResult, VerificationVerdict
from mingpiao.verification.service import (
    MAX_LINES,
    CheckLine,
    LineAnswer,
    Verifier,
    read_face_query,
)
from mingpiao.web import client_address

#: Bytes of all files of a batch together.
MAX_BATCH_BYTES = 50 * 1024 * 1024
_ROOM = MAX_BATCH_BYTES + 1024 * 1024
_PARTS = MAX_LINES + 8
#: The rows of a batch as a form sends them back.
_RESULTS_BYTES = 1024 * 1024
_LONGEST_NAME, _LONGEST_NOTE = 80, 200
_TABLES, _ARCHIVES = (".xlsx", ".csv"), (".zip",)
_ADDRESS = "/verify/batch"

TEMPLATE = SheetForm(
    noun="待查验票据",
    file_name="bills-to-check",
    max_rows=MAX_LINES,
    columns=(
        ImportColumn(name="code", label="票据代码", required=True, example="15060125", hint="8 位数字"),
        ImportColumn(name="number", label="票据号码", required=True, example="0000000001", hint="10 位数字"),
        ImportColumn(name="check_code", label="校验码", required=True, example="a1b2c3"),
        ImportColumn(name="issued_on", label="开票日期", required=True, example="2026-11-21"),
        ImportColumn(
            name="amount",
            label="金额合计（元）",
            required=True,
            example="128.50",
            hint="红字票据填负数",
        ),
    ),
)
_LAYOUT = Layout(
    columns=(
        "序号", "来源", "票据代码", "票据号码", "查验结果", "票据状态", "票据名称", "金额合计（元）", "开票日期", "查验次数", "说明",
    ),
    kinds=("count", "", "", "", "", "", "", "money", "day", "count"),
)  # fmt: skip


class CheckedRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the result: its cells as the workbook has them, how it is coloured, and what sort it is."""

    cells: tuple[str, ...]
    tone: str
    sort: str


@get(_ADDRESS)
async def batch_page(request: PageRequest) -> Response[str]:
    """The form of a batch."""
    return _form(request)


@get(f"{_ADDRESS}/{{name:str}}")
async def batch_template(name: FromPath[str]) -> Response[bytes]:
    """The table to fill in, as `template.xlsx` or `template.csv`."""
    return template_answer(TEMPLATE, name.removeprefix("template."))


@post(_ADDRESS, status_code=200, request_max_body_size=_ROOM, opt={PARTS: _PARTS})
async def check_batch(request: PageRequest, verifier: NamedDependency[Verifier]) -> Response[str] | Stream:
    """Check all bills in the files; a page that grows while they are checked."""
    form = await request.form()
    address = client_address(request)
    try:
        files = [
            ((each.filename or "").strip(), await each.read())
            for each in form.getall("files", [])
            if isinstance(each, UploadFile)
        ]
        lines = await asyncio.to_thread(read_lines, files)
        await verifier.admit_batch(len(lines), address=address)
    except Refusal as refusal:
        return _form(request, refusal)
    pieces = _pieces(verifier, lines, address)
    return streamed_page(request, "verification/batch.html", pieces, title="批量查验结果", count=len(lines))


@post(f"{_ADDRESS}/results", status_code=200, request_max_body_size=_RESULTS_BYTES)
async def batch_results(request: PageRequest, verifier: NamedDependency[Verifier]) -> Stream:
    """The rows that a page of results carries along, as a workbook. Raises `Refusal` for rows of another origin."""
    form = await request.form()
    rows = str(form.get("rows") or "").replace("\r\n", "\n").strip()
    if not verifier.is_sealed(rows, str(form.get("seal") or "")):
        raise refuse(
            "verification.results_changed",
            "这不是本平台给出的查验结果，请重新批量查验后下载。",
            status=422,
        )
    table = read_table(rows.encode(), max_rows=MAX_LINES)
    width = len(_LAYOUT.columns)
    filled = [[*row, *[""] * (width - len(row))] for row in table[1:]]
    return short_file("checked-bills", "xlsx", _LAYOUT, [filled])


def read_lines(files: Sequence[tuple[str, bytes]]) -> list[CheckLine]:
    """The bills in uploaded files: tables by their rows, archives by the files in them, others as they are.

    Raises `Refusal` (field `files`): nothing at all, too many bills, too many bytes, or a table that cannot
    be read.
    """
    lines: list[CheckLine] = []
    # Archives count by what is in them.
    left = MAX_BATCH_BYTES
    for line in chain.from_iterable(_lines_of(name, data) for name, data in files if name):
        lines.append(line)
        left -= len(line.data or b"")
        if left < 0:
            raise _unfit("verification.batch_too_large", f"文件合计超过 {MAX_BATCH_BYTES // 1024**2} MB", 413)
        if len(lines) > MAX_LINES:
            raise _unfit("verification.batch_too_many", f"票据超过 {MAX_LINES} 张", 413)
    if not lines:
        raise refuse(
            "verification.batch_empty",
            "没有选择票据。请选择票据文件，或按模板填写的清单。",
            field="files",
            status=422,
        )
    return lines


def _unfit(code: str, what: str, status: int) -> Refusal:
    return refuse(code, f"{what}，请分几次查验。", field="files", status=status)


def _lines_of(name: str, data: bytes) -> Iterable[CheckLine]:
    ending = name.casefold()
    if ending.endswith(_TABLES):
        return _rows_of(name, data)
    within = files_within(data) if ending.endswith(_ARCHIVES) else None
    if within is None:
        return [CheckLine(name=name[:_LONGEST_NAME], data=data)]
    return [
        CheckLine(name=f"{name[:_LONGEST_NAME]}：{inner[-_LONGEST_NAME:]}", data=part)
        for inner, part in within.items()
    ]


def _rows_of(name: str, data: bytes) -> Iterator[CheckLine]:
    try:
        rows = read_rows(TEMPLATE, data)
    except Refusal as refusal:
        first = refusal.problems[0]
        message = f"{name[:_LONGEST_NAME]}：{first.message}"
        raise refuse(first.code, message, field="files", status=first.status) from refusal
    for row in rows:
        told = f"{name[:_LONGEST_NAME]} 第{row.number}行"
        code, number = row.values["code"][:20], row.values["number"][:20]
        try:
            query = read_face_query(**row.values)
        except Refusal as refusal:
            yield CheckLine(name=told, code=code, number=number, problems=refusal.problems)
        else:
            yield CheckLine(name=told, code=code, number=number, query=query)


async def _pieces(verifier: Verifier, lines: Sequence[CheckLine], address: str) -> AsyncIterator[str]:
    """The parts of the page that come one after the other: the table's head, its rows, and what follows."""
    parts: Any = ENVIRONMENT.get_template("verification/batch_parts.html").module
    rows: list[CheckedRow] = []
    seen: dict[int, int] = {}
    yield str(parts.start(_LAYOUT.columns))
    async for answer in verifier.by_many(lines, address=address):
        rows.append(_row(len(rows) + 1, answer, seen))
        yield str(parts.row(rows[-1], _LAYOUT.columns, len(lines)))
    carried = csv_text([_LAYOUT.columns, *(row.cells for row in rows)]).replace("\r\n", "\n").strip()
    counts = [(sort, sum(row.sort == sort for row in rows)) for sort in _SORTS]
    yield str(parts.end(len(rows), counts, carried, verifier.seal(carried)))


_GOOD, _QUESTIONED, _REVERSED, _RED, _BAD, _TRAINING, _UNKNOWN, _NONE = _SORTS = (
    "真实，可以使用", "真实，财政部门核对或整改中", "已冲红，不能报销", "红字票据",
    "被篡改或有改动", "演练票据，不是真票", "查无此票", "没有得出结果",
)  # fmt: skip
_TONES = {
    _GOOD: "passed",
    _QUESTIONED: "notice",
    _REVERSED: "failed",
    _RED: "notice",
    _BAD: "failed",
    _TRAINING: "failed",
    _UNKNOWN: "notice",
    _NONE: "notice",
}


def _row(place: int, answer: LineAnswer, seen: dict[int, int]) -> CheckedRow:
    """A line's result with no more than a single check shows. `seen`: the bills before it, by their first place."""
    result, line = answer.result, answer.line
    if result is None:
        note = "".join(problem.message for problem in answer.problems)
        return _cells(place, line, _NONE, "没有得出结果", note=note)
    sort = _sort(result)
    if (
        result.identity is None
        or result.legal_state is None
        or result.total is None
        or result.issued_at is None
    ):
        identity = result.identity
        code, number = (identity.code, identity.number) if identity else (line.code, line.number)
        return _cells(place, line, sort, result.verdict.label, code=code, number=number)
    related = result.related
    notes = [f"红字票据 {related.code}-{related.number}"] if related and sort == _REVERSED else []
    first = seen.setdefault(result.identity.bill_id, place)
    if first != place:
        notes.append(f"与第 {first} 张是同一张票据")
    return _cells(
        place,
        line,
        sort,
        # Who looks at this column alone must not take a reversed bill, or one in doubt, for a good one.
        sort if sort in (_REVERSED, _QUESTIONED) else result.verdict.label,
        code=result.identity.code,
        number=result.identity.number,
        facts=(
            state_words(result),
            result.kind_name,
            plain(result.total),
            day(result.issued_at),
            str(result.times_checked),
        ),
        note="；".join(notes),
    )


def _sort(result: VerificationResult) -> str:
    verdict, state = result.verdict, result.legal_state or LegalState.NORMAL
    if verdict is VerificationVerdict.UNKNOWN:
        return _UNKNOWN
    if verdict is VerificationVerdict.TRAINING:
        return _TRAINING
    if verdict is not VerificationVerdict.GENUINE:
        return _BAD
    good = _QUESTIONED if result.is_questioned else _GOOD
    return {LegalState.REVERSED: _REVERSED, LegalState.RED: _RED}.get(state, good)


def _cells(
    place: int,
    line: CheckLine,
    sort: str,
    verdict: str,
    *,
    code: str = "",
    number: str = "",
    facts: tuple[str, str, str, str, str] = ("", "", "", "", ""),
    note: str = "",
) -> CheckedRow:
    where = (code or line.code, number or line.number)
    cells = (str(place), line.name, *where, verdict, *facts, note[:_LONGEST_NOTE])
    return CheckedRow(cells=tuple(_one_line(cell) for cell in cells), tone=_TONES[sort], sort=sort)


def _one_line(text: str) -> str:
    """Text of a stranger's file without line ends and control characters: a form would send them otherwise."""
    return "".join(each if each.isprintable() else " " for each in text)


def _form(request: PageRequest, refusal: Refusal | None = None) -> Response[str]:
    problems = refusal.problems if refusal else ()
    wait = problems[0].facts.get("retry_after") if problems else None
    return page(
        request,
        "verification/batch_form.html",
        headers={"Retry-After": str(wait)} if wait else None,
        title="批量查验",
        problems=problems,
        most=MAX_LINES,
        max_megabytes=MAX_BATCH_BYTES // 1024**2,
    )
