"""Imports, declared as data: a template to download, a dry run, a report row by row, failed rows as a file.

A subject declares the columns and the function that imports rows. Importing a row again must be harmless: a
row that exists already with the same content is `UNCHANGED`. Nothing is stored between the dry run and the
import: the page carries the rows along, so it works without JavaScript and in several windows.
"""

import asyncio
import io
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import msgspec
import xlsxwriter
from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler, Guard

from mingpiao.composition import Services
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.list_files import Batches, Layout, write_list
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest
from mingpiao.portals.sheets import MAX_FILE, MAX_UNPACKED, csv_text, read_table

WORKBOOK_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The file, the rows that go along, and room for what a browser adds to them.
_MAX_BODY = 4 * MAX_FILE
_REASON = "未导入原因"


class ImportColumn(msgspec.Struct, frozen=True, kw_only=True):
    """One column: its name in the rows, its heading, and the values that a cell may have.

    With `choices` (value, label) a cell has one of the labels; `example` and `hint` are shown in the
    template.
    """

    name: str
    label: str
    required: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    example: str = ""
    hint: str = ""


class ImportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One row below the heading: its number in the file (the heading is 1), and a text by column."""

    number: int
    values: dict[str, str]


class RowOutcome(StrEnum):
    """The result for a row; in a dry run, the result that it would have."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"created": "新建", "changed": "更新", "unchanged": "内容相同，跳过", "refused": "不能导入"}[
            self
        ]


class RowReport(msgspec.Struct, frozen=True, kw_only=True):
    """One row and its result; `result` fills the declaration's result columns."""

    row: ImportRow
    outcome: RowOutcome
    problems: tuple[Problem, ...] = ()
    result: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        return "".join(problem.message for problem in self.problems)


class Take(Protocol):
    """Imports rows in one transaction, one report for each row, in any order; with `dry_run` nothing is
    written.
    """

    async def __call__(
        self, services: Services, rows: Sequence[ImportRow], *, dry_run: bool, acting: Acting
    ) -> Sequence[RowReport]: ...


class SheetForm(msgspec.Struct, frozen=True, kw_only=True):
    """A table that people fill in by a template: what its rows are, its columns, how many rows and bytes."""

    noun: str
    file_name: str
    columns: tuple[ImportColumn, ...]
    max_rows: int
    max_bytes: int = MAX_FILE
    max_unpacked: int = MAX_UNPACKED

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(column.label for column in self.columns)


class Import(SheetForm, frozen=True, kw_only=True):
    """An import: its address, its columns, and the function that imports its rows.

    `key` names the column whose values may occur only once in a file. `result_columns` are the headings of a
    file that is offered once after the import, for example with first passwords; `result_note` says what to
    do with it. `done_note` says what happens next to what was imported.
    """

    title: str
    address: str
    crumbs: tuple[tuple[str, str], ...]
    key: str
    take: Take
    hint: str = ""
    result_columns: tuple[str, ...] = ()
    result_note: str = ""
    done_note: str = ""

    @property
    def key_label(self) -> str:
        return next(column.label for column in self.columns if column.name == self.key)


def import_handlers(
    declared: Import, path: str, guards: Sequence[Guard], *, opt: Mapping[str, Any] | None = None
) -> list[ControllerRouterHandler]:
    """The pages of an import at a path below its portal: the form, the template, the dry run and the import.

    `opt` marks what is sent, for example as sensitive (`proof.py`).
    """

    @get(path, guards=guards)
    async def import_form(call: NamedDependency[PageCall]) -> Response[str]:
        """Show the form to choose a file; rows that are kept from an earlier session are tried again."""
        carried = (use_kept_members(call.request) or {}).get("rows", "")
        if not carried:
            return _page(call.request, declared)
        return await _tried(
            call.request, call.services, declared, carried.encode(), really=False, acting=call.acting
        )

    @get(f"{path}/{{name:str}}", guards=guards)
    async def import_template(name: FromPath[str]) -> Response[bytes]:
        """The template as `template.xlsx` or `template.csv`."""
        return template_answer(declared, name.removeprefix("template."))

    @post(path, guards=guards, status_code=200, request_max_body_size=_MAX_BODY, opt=opt)
    async def import_file(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
        """Do what the button says: `try` a file, `import` one that was tried, or return its `failed` or
        `results` as a file.
        """
        form = await call.request.form()
        action = form.get("action")
        try:
            if action == "results":
                return await _results(declared, str(form.get("secret_results") or ""))
            data = await _data(form.get("file"), form.get("rows"))
            if action == "failed":
                return await _failed(call.services, declared, data, acting=call.acting)
            return await _tried(
                call.request, call.services, declared, data, really=action == "import", acting=call.acting
            )
        except Refusal as refusal:
            return _page(call.request, declared, problems=refusal.problems)

    return [import_form, import_template, import_file]


async def _data(file: object, rows: object) -> bytes:
    """The uploaded file, or the rows of one that was tried."""
    if isinstance(file, UploadFile) and file.filename:
        return await file.read(MAX_FILE + 1)
    if isinstance(rows, str) and rows.strip():
        return rows.encode()
    raise refuse("import.file_missing", "请选择要导入的文件。", field="file", status=422)


async def _tried(
    request: PageRequest,
    services: Services,
    declared: Import,
    data: bytes,
    *,
    really: bool,
    acting: Acting,
) -> Response[str]:
    rows = read_rows(declared, data)
    reports = await run(services, declared, rows, dry_run=not really, acting=acting)
    return _page(request, declared, rows=rows, reports=reports, done=really)


def read_rows(declared: SheetForm, data: bytes) -> list[ImportRow]:
    """The rows of a file by the declared columns; unknown columns are left out.

    Raises `Refusal` (`import.*`, field `file`) for a file that cannot be read or lacks a required column.
    """
    table = read_table(
        data,
        max_rows=declared.max_rows,
        max_bytes=declared.max_bytes,
        max_unpacked=declared.max_unpacked,
    )
    places = {heading.rstrip("*＊ "): place for place, heading in reversed(list(enumerate(table[0])))}
    missing = [each.label for each in declared.columns if each.required and each.label not in places]
    if missing:
        raise refuse(
            "import.columns_missing",
            f"文件第一行缺少：{'、'.join(missing)}。请使用下载的模板填写。",
            field="file",
            status=422,
        )
    rows = [
        ImportRow(
            number=number,
            values={each.name: _cell(each, row, places.get(each.label)) for each in declared.columns},
        )
        for number, row in enumerate(table[1:], start=2)
        if row
    ]
    if not rows:
        raise refuse("import.empty", "文件里只有表头，请填写后重新选择。", field="file", status=422)
    return rows


def _cell(column: ImportColumn, row: list[str], place: int | None) -> str:
    text = row[place] if place is not None and place < len(row) else ""
    return next((value for value, label in column.choices if text == label), text)


async def run(
    services: Services,
    declared: Import,
    rows: Sequence[ImportRow],
    *,
    dry_run: bool,
    acting: Acting,
) -> list[RowReport]:
    """Check every row by its columns, import the valid ones, and report all in the order of the file."""
    refused = list(_refused_rows(declared, rows))
    known = {report.row.number for report in refused}
    sound = [row for row in rows if row.number not in known]
    taken = await declared.take(services, sound, dry_run=dry_run, acting=acting) if sound else []
    return sorted([*refused, *taken], key=lambda report: report.row.number)


def _refused_rows(declared: Import, rows: Iterable[ImportRow]) -> Iterable[RowReport]:
    seen: dict[str, int] = {}
    for row in rows:
        problems = [*_cell_problems(declared, row)]
        key = row.values[declared.key].casefold()
        if key and (first := seen.setdefault(key, row.number)) != row.number:
            message = f"{declared.key_label}与第{first}行相同，请只保留一行。"
            problems.append(Problem(code="import.repeated", field=declared.key, message=message, status=422))
        if problems:
            yield RowReport(row=row, outcome=RowOutcome.REFUSED, problems=tuple(problems))


def _cell_problems(declared: Import, row: ImportRow) -> Iterable[Problem]:
    for column in declared.columns:
        text = row.values[column.name]
        if column.required and not text:
            yield Problem(
                code="import.cell_missing", field=column.name, message=f"请填写{column.label}。", status=422
            )
        elif text and column.choices and text not in {value for value, _ in column.choices}:
            labels = "、".join(label for _, label in column.choices)
            message = f"{column.label}只能填写：{labels}。"
            yield Problem(code="import.cell_choice", field=column.name, message=message, status=422)


# -- files -----------------------------------------------------------------------------------------


def template_answer(declared: SheetForm, ending: str) -> Response[bytes]:
    """The template. Raises `Refusal` (`http.404`) for an ending other than `xlsx` or `csv`."""
    if ending == "csv":
        data, kind = ("\ufeff" + csv_text([declared.labels])).encode(), "text/csv"
    elif ending == "xlsx":
        data, kind = _template(declared), WORKBOOK_TYPE
    else:
        raise refuse("http.404", "没有这种格式的模板，请返回上一页选择。", status=404)
    headers = {"Content-Disposition": f'attachment; filename="{declared.file_name}-template.{ending}"'}
    return Response(data, media_type=kind, headers=headers)


def _template(declared: SheetForm) -> bytes:
    """A sheet with the headings, whose cells are texts and choices, and a sheet that explains them."""
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False}) as book:
        bold, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        sheet, notes = book.add_worksheet(declared.noun), book.add_worksheet("填写说明")
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(declared.columns) - 1, 22, text)
        notes.set_column(0, 3, 30)
        notes.write_row(0, 0, ("列", "是否必填", "填写要求", "示例"), bold)
        for place, column in enumerate(declared.columns):
            sheet.write_string(0, place, column.label, bold)
            labels = [label for _, label in column.choices]
            if labels:
                sheet.data_validation(
                    1, place, declared.max_rows, place, {"validate": "list", "source": labels}
                )
            required = "必填" if column.required else "可不填"
            asked = column.hint or "、".join(labels)
            notes.write_row(place + 1, 0, (column.label, required, asked, column.example))
    return file.getvalue()


async def _failed(services: Services, declared: Import, data: bytes, *, acting: Acting) -> Response[bytes]:
    """Rows that cannot be imported, in the template's columns and with the reason, for correction."""
    rows = read_rows(declared, data)
    reports = await run(services, declared, rows, dry_run=True, acting=acting)
    refused = [report for report in reports if report.outcome is RowOutcome.REFUSED]
    return await _workbook(
        f"{declared.file_name}-failed",
        (*declared.labels, _REASON),
        [[*_shown(declared, report.row), report.reason] for report in refused],
    )


async def _results(declared: Import, carried: str) -> Response[bytes]:
    """The data that the page of a finished import carries along, as a file. The server does not keep it."""
    rows = read_table(carried.encode(), max_rows=declared.max_rows)
    return await _workbook(f"{declared.file_name}-results", tuple(rows[0]), rows[1:])


async def _workbook(name: str, columns: tuple[str, ...], rows: list[list[str]]) -> Response[bytes]:
    """A few rows as a workbook."""

    async def batches() -> Batches:
        yield rows

    with tempfile.TemporaryDirectory(prefix="mingpiao-import-") as folder:
        path = Path(folder) / "rows.xlsx"
        await write_list(path, "xlsx", Layout(columns=columns), batches())
        data = await asyncio.to_thread(path.read_bytes)
    headers = {"Content-Disposition": f'attachment; filename="{name}.xlsx"', "Cache-Control": "no-store"}
    return Response(data, media_type=WORKBOOK_TYPE, headers=headers)


def _shown(declared: Import, row: ImportRow) -> list[str]:
    """A row's cells in people's spelling."""
    return [
        dict(column.choices).get(row.values[column.name], row.values[column.name])
        for column in declared.columns
    ]


def _carried(declared: Import, rows: Sequence[ImportRow]) -> str:
    """Rows as the page carries them along, with their row numbers; an empty text without rows."""
    if not rows:
        return ""
    by_number = {row.number: _shown(declared, row) for row in rows}
    places = range(2, rows[-1].number + 1)
    return csv_text([declared.labels, *(by_number.get(place, [""]) for place in places)])


# -- the page --------------------------------------------------------------------------------------


def _page(
    request: PageRequest,
    declared: Import,
    *,
    rows: Sequence[ImportRow] = (),
    reports: Sequence[RowReport] = (),
    done: bool = False,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    counts = {outcome: sum(each.outcome is outcome for each in reports) for outcome in RowOutcome}
    results = [[*_shown(declared, each.row), *each.result] for each in reports if done and any(each.result)]
    return page(
        request,
        "import.html",
        title=declared.title,
        crumbs=declared.crumbs,
        declared=declared,
        carried=_carried(declared, rows),
        reports=[(each, _shown(declared, each.row)) for each in reports],
        counts=counts,
        told=[
            (outcome.label, counts[outcome])
            for outcome in RowOutcome
            if counts[outcome] or outcome is not RowOutcome.CHANGED
        ],
        taken=counts[RowOutcome.CREATED] + counts[RowOutcome.CHANGED],
        done=done,
        results=csv_text([(*declared.labels, *declared.result_columns), *results]) if results else "",
        max_megabytes=MAX_FILE // 1024 // 1024,
        problems=problems,
    )
