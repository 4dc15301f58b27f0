"""批量开具: upload a sheet, correct it, issue it, and fetch what came of it."""

import asyncio
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from mingpiao.batches.model import (
    MAX_ROWS,
    OPEN_STATES,
    BatchRow,
    BillBatch,
    PackState,
    RowFilter,
    SheetRow,
)
from mingpiao.batches.service import (
    BatchDesk,
    SheetColumn,
    ask_for_pack,
    columns_of,
    get_batch,
    get_row,
    items_of_kind,
    list_rows,
    pack_key,
    places_of,
    rules_asking,
    tidy_cells,
    with_places,
)
from mingpiao.catalog.model import BillKind
from mingpiao.identity.service import checkers_of_unit
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.money import plain
from mingpiao.portals.batches.lists import (
    ADDRESS,
    BATCH_COLOURS,
    BATCHES,
    BATCHES_OF_NONE,
    BATCHES_TO_MAKE,
    RESULT_COLUMNS,
    RESULT_KINDS,
    ROWS,
    asked_of,
    batch_id_of,
    result_of,
    row_address,
    rows_to_change,
)
from mingpiao.portals.batches.sheets import MAX_SHEET, correction_file, read_sheet, template_file
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.forms import read_amount, read_form, read_query
from mingpiao.portals.gates import UNIT_EXPORT, UNIT_VIEW, allowed
from mingpiao.portals.imports import WORKBOOK_TYPE
from mingpiao.portals.issuing.form import PAY_MODES
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.list_exports import short_file
from mingpiao.portals.list_files import Layout
from mingpiao.portals.list_filters import export_mark
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.rendering import field_id, money, page
from mingpiao.portals.session import PageCall, in_turn, redirect, require_right
from mingpiao.portals.ukeys.presence import require_ukey
from mingpiao.storage.files import FileStore
from mingpiao.storage.paging import every_item

_GUARDS = [require_right(UNIT_ISSUE)]
_VIEWERS = [require_right(UNIT_VIEW)]
_EXPORTERS = [require_right(UNIT_EXPORT)]
#: The file, and room for what a browser adds to it.
_MAX_BODY = MAX_SHEET + 64 * 1024
_CRUMBS = [("首页", "/unit"), ("批量开具", ADDRESS)]
_PORTION = 1_000


# -- the list ------------------------------------------------------------------------------------


@get("/batches", guards=_VIEWERS)
async def batches(call: NamedDependency[PageCall]) -> Response[str]:
    """The unit's batches; a unit that cannot make one is told so here, and why."""
    kinds = await _kinds(call)
    none = bool(kinds) and all(kind.needs_evidence for kind in kinds)
    able = allowed(call.session.account.role, UNIT_ISSUE)
    shown = BATCHES_OF_NONE if none else BATCHES_TO_MAKE if able else BATCHES
    return await show_list(call.request, call.session, call.services, shown, refused=kinds if none else ())


# -- a new batch ---------------------------------------------------------------------------------


async def _kinds(call: PageCall) -> list[BillKind]:
    catalog = await call.services.catalog.get()
    profile = await call.services.units.profile(unit_of(call.session.account))
    kinds = (catalog.kinds.get(code) for code in sorted(profile.kind_codes))
    return [kind for kind in kinds if kind is not None and not kind.retired]


async def _columns(call: PageCall, kind: BillKind) -> tuple[SheetColumn, ...]:
    """The columns of a kind's sheet with all choices that its cells offer."""
    unit_id = unit_of(call.session.account)
    catalog, profile = await call.services.catalog.get(), await call.services.units.profile(unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads accounts
        checkers = await checkers_of_unit(connection, unit_id)
    items = items_of_kind(profile, kind, catalog)
    return columns_of(kind, items, pay_modes=PAY_MODES, checkers=checkers)


@get("/batches/new", guards=_GUARDS)
async def new_batch(call: NamedDependency[PageCall]) -> Response[str]:
    """Choose a kind, download its template, upload the filled sheet."""
    return await _new_page(call, read_query(call.request).get("kind", ""))


async def _new_page(call: PageCall, code: str, problems: tuple[Problem, ...] = ()) -> Response[str]:
    kinds = await _kinds(call)
    able = [kind for kind in kinds if not kind.needs_evidence]
    chosen = next((kind for kind in able if kind.code == code), able[0] if len(able) == 1 else None)
    return page(
        call.request,
        "batches/new.html",
        title="新建批次",
        crumbs=_CRUMBS,
        kinds=able,
        refused=[kind for kind in kinds if kind.needs_evidence],
        chosen=chosen,
        columns=await _columns(call, chosen) if chosen else (),
        max_rows=MAX_ROWS,
        max_megabytes=MAX_SHEET // 1024 // 1024,
        problems=problems,
    )


@get("/batches/template/{name:str}", guards=_GUARDS)
async def template(
    call: NamedDependency[PageCall], batch_desk: NamedDependency[BatchDesk], name: FromPath[str]
) -> Response[bytes]:
    """The template of a kind, as `0301.xlsx`."""
    wanted = await batch_desk.wanted(unit_of(call.session.account), name.removesuffix(".xlsx"))
    columns = await _columns(call, wanted.kind)
    data = await asyncio.to_thread(template_file, wanted.kind.name, columns)
    return _workbook(data, f"{wanted.kind.name}批量开具模板")


def _workbook(data: bytes, name: str) -> Response[bytes]:
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}.xlsx",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type=WORKBOOK_TYPE, headers=headers)


@post("/batches/new", guards=_GUARDS, status_code=200, request_max_body_size=_MAX_BODY)
async def upload(
    call: NamedDependency[PageCall], batch_desk: NamedDependency[BatchDesk]
) -> Response[str] | Response[bytes]:
    """Keep an uploaded sheet as a batch and go to its page; the same sheet leads to the batch that it is."""
    form = await call.request.form()
    code = str(form.get("kind") or "")
    try:
        wanted = await batch_desk.wanted(unit_of(call.session.account), code)
        name, data = await _file_of(form.get("file"))
        rows = await asyncio.to_thread(read_sheet, data, wanted.columns)
        batch = await batch_desk.take_in(unit_of(call.session.account), code, name, rows, acting=call.acting)
    except Refusal as refusal:
        again = refusal.problems[0].facts.get("batch_id")
        if again is not None:
            return redirect(call.request, f"{ADDRESS}/{again}?again=yes")
        return await _new_page(call, code, refusal.problems)
    return redirect(call.request, f"{ADDRESS}/{batch.batch_id}")


async def _file_of(file: object) -> tuple[str, bytes]:
    if isinstance(file, UploadFile) and file.filename:
        return file.filename, await file.read(MAX_SHEET + 1)
    raise refuse("import.file_missing", "请选择填写好的文件。", field="file", status=422)


# -- the page of a batch -------------------------------------------------------------------------


@get("/batches/{batch:str}", guards=_VIEWERS)
async def batch_page(call: NamedDependency[PageCall], batch: FromPath[str]) -> Response[str]:
    """A batch: where it stands, what can be done, and its rows."""
    return await _batch_page(call, batch_id_of(batch))


async def _batch_page(call: PageCall, batch_id: int, problems: tuple[Problem, ...] = ()) -> Response[str]:
    async with call.reads() as connection:
        found = await get_batch(connection, batch_id)
        asking = await rules_asking(connection, batch_id)
    given = read_query(call.request)
    may_issue = allowed(call.session.account.role, UNIT_ISSUE)
    return await show_list(
        call.request,
        call.session,
        call.services,
        rows_to_change(asked_of(given)) if may_issue else ROWS,
        batch_problems=problems,
        title=f"批次 {found.batch_id}",
        asking=asking,
        again=bool(given.get("again")),
        saved=read_whole(given.get("saved", "")),
        **_status_of(call, found),
        kind_name=await _kind_name(call, found),
        status=problems[0].status if problems else None,
    )


async def _kind_name(call: PageCall, batch: BillBatch) -> str:
    kinds = (await call.services.catalog.get()).kinds
    return kinds[batch.kind].name if batch.kind in kinds else batch.kind


def _status_of(call: PageCall, batch: BillBatch) -> dict[str, Any]:
    return {
        "bills": batch,
        "at": f"{ADDRESS}/{batch.batch_id}",
        "colour": BATCH_COLOURS.get(batch.state, "blue"),
        "packing": batch.pack_state is PackState.WAITING,
        "packed": batch.pack_state is PackState.READY,
        "may_issue": allowed(call.session.account.role, UNIT_ISSUE),
        "may_export": allowed(call.session.account.role, UNIT_EXPORT),
    }


@get("/batches/{batch:str}/status", guards=_VIEWERS)
async def status(call: NamedDependency[PageCall], batch: FromPath[str]) -> Response[str]:
    """Where a batch stands, as a fragment; when the platform is done, the whole page comes anew."""
    async with call.reads() as connection:
        found = await get_batch(connection, batch_id_of(batch))
    moving = found.state.moving or found.pack_state is PackState.WAITING
    headers = {} if moving else {"HX-Refresh": "true"}
    return page(call.request, "batches/_status.html", headers=headers, **_status_of(call, found))


@post(
    "/batches/{batch:str}/{verb:str}",
    guards=[*_GUARDS, require_ukey],
    status_code=200,
    request_max_body_size=_MAX_BODY,
)
async def act(
    call: NamedDependency[PageCall],
    batch_desk: NamedDependency[BatchDesk],
    batch: FromPath[str],
    verb: FromPath[str],
) -> Response[str] | Response[bytes]:
    """Do what a button of the page says: `start`, `stop`, `drop`, `answer`, `pack` or `correct`.

    `start` shows first how many bills come to how much, and shows it again where others are to be issued by then.
    """
    batch_id = batch_id_of(batch)
    if verb == "start" and not is_confirmed(await read_form(call.request)):
        asked = await _asked_before_start(call, batch_id)
        if asked is not None:
            return asked
    try:
        left = await _act(call, batch_desk, batch_id, verb)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        changed = refusal.problems[0].code == "batch.changed"
        again = await _asked_before_start(call, batch_id, refusal.problems) if changed else None
        return again or await _batch_page(call, batch_id, refusal.problems)
    return redirect(call.request, f"{ADDRESS}/{batch_id}" if left else ADDRESS)


async def _asked_before_start(
    call: PageCall, batch_id: int, problems: tuple[Problem, ...] = ()
) -> Response[str] | None:
    asked = await _before_start(call, batch_id)
    if asked is None:
        return None
    crumbs = [*_CRUMBS, (f"批次 {batch_id}", asked.back)]
    return consequences_page(call.request, asked, crumbs=crumbs, problems=problems)


async def _before_start(call: PageCall, batch_id: int) -> Consequences | None:
    """The page before bills are issued; none where the verb would refuse, and says why."""
    async with call.reads() as connection:
        batch = await get_batch(connection, batch_id)
    if not batch.startable:
        return None
    count, at = f"{batch.to_issue:,}", f"{ADDRESS}/{batch_id}"
    left = batch.count("wrong") + batch.count("asked")
    return Consequences(
        title=f"开具 {count} 张票据",
        facts=[
            ("文件", batch.file_name),
            ("票据种类", await _kind_name(call, batch)),
            ("张数", f"{count} 张"),
            ("合计金额", f"{money(batch.total_to_issue)} 元"),
        ],
        told=[
            "票据逐张编号、签章并生效；开错的只能冲红。",
            *([f"有问题或需核实的 {left:,} 行不开具，更正后可以继续。"] if left else []),
            "开具中可以停止，已开具的不受影响。",
        ],
        address=f"{at}/start",
        button=f"确认开具 {count} 张",
        back=at,
        members={"count": str(batch.to_issue), "total": plain(batch.total_to_issue)},
        danger=False,
    )


def _agreed(members: Mapping[str, str]) -> tuple[int, Decimal]:
    """Number and sum that a person agreed to; none at all where a form does not tell."""
    try:
        return read_whole(members.get("count", "")) or 0, read_amount(members.get("total", ""))
    except ValueError:
        return 0, Decimal(0)


async def _act(call: PageCall, desk: BatchDesk, batch_id: int, verb: str) -> bool:
    """Do it; False where nothing is left of the batch."""
    match verb:
        case "start":
            agreed = _agreed(await read_form(call.request))
            await desk.start(batch_id, agreed=agreed, acting=call.acting)
        case "stop":
            await desk.stop(batch_id, acting=call.acting)
        case "drop":
            return not await desk.drop(batch_id, acting=call.acting)
        case "answer":
            members = await read_form(call.request)
            rule = members.get("rule", "")
            await desk.answer(batch_id, rule, members.get(field_id(f"reason/{rule}"), ""), acting=call.acting)
        case "pack":
            await ask_for_pack(call.services.database, batch_id, acting=call.acting)
        case "correct":
            await _correct(call, desk, batch_id)
        case _:
            raise refuse("http.404", "没有这种操作，请返回批次页面。", status=404)
    return True


async def _correct(call: PageCall, desk: BatchDesk, batch_id: int) -> None:
    form = await call.request.form()
    async with call.reads() as connection:
        batch = await get_batch(connection, batch_id)
    wanted = await desk.wanted(batch.unit_id, batch.kind)
    _, data = await _file_of(form.get("file"))
    rows = await asyncio.to_thread(read_sheet, data, wanted.columns, correcting=True)
    await desk.correct(batch_id, rows, acting=call.acting)


# -- one row -------------------------------------------------------------------------------------


@get("/batches/{batch:str}/rows/{row:str}", guards=_GUARDS)
async def row_page(
    call: NamedDependency[PageCall],
    batch_desk: NamedDependency[BatchDesk],
    batch: FromPath[str],
    row: FromPath[str],
) -> Response[str]:
    """A row's cells as a form, with what was found of it."""
    found = await _row(call, batch, row)
    return await _row_page(call, batch_desk, found, found.cells, found.problems)


async def _row(call: PageCall, batch: str, row: str) -> BatchRow:
    async with call.reads() as connection:
        return await get_row(connection, batch_id_of(batch), read_whole(row) or 0)


async def _row_page(
    call: PageCall,
    desk: BatchDesk,
    row: BatchRow,
    cells: dict[str, str],
    problems: tuple[Problem, ...],
) -> Response[str]:
    async with call.reads() as connection:
        batch = await get_batch(connection, row.batch_id)
    wanted = await desk.wanted(batch.unit_id, batch.kind)
    columns = with_places(await _columns(call, wanted.kind), places_of(cells))
    return page(
        call.request,
        "batches/row.html",
        status=200,
        title=f"第 {row.row_no} 行",
        crumbs=[*_CRUMBS, (f"批次 {row.batch_id}", _rows_address(call, row))],
        row=row,
        bills=batch,
        at=row_address(row, asked_of(read_query(call.request))),
        back=_rows_address(call, row),
        columns=columns,
        cells=cells,
        problems=problems,
    )


def _rows_address(call: PageCall, row: BatchRow, **more: str) -> str:
    """The batch with its rows as they were asked for when this row was chosen."""
    members = asked_of(read_query(call.request)) | more
    at = f"{ADDRESS}/{row.batch_id}"
    return f"{at}?{urlencode(members)}" if members else at


@post("/batches/{batch:str}/rows/{row:str}", guards=_GUARDS, status_code=200)
async def change_row(
    call: NamedDependency[PageCall],
    batch_desk: NamedDependency[BatchDesk],
    batch: FromPath[str],
    row: FromPath[str],
) -> Response[str] | Response[bytes]:
    """Keep a row as it was corrected and judge it again, give a reason, or delete it (`action`).

    A row that still has problems is shown again.
    """
    found = await _row(call, batch, row)
    members = await read_form(call.request)
    cells = found.cells
    try:
        if members.get("action") == "drop":
            gone = await batch_desk.drop(found.batch_id, [found.row_no], acting=call.acting)
            return redirect(call.request, ADDRESS if gone else _rows_address(call, found))
        if members.get("action") == "answer":
            for hit in found.unanswered:
                reason = members.get(field_id(f"reason/{hit.rule}"), "")
                await batch_desk.answer(
                    found.batch_id, hit.rule, reason, row_no=found.row_no, acting=call.acting
                )
        else:
            wanted = await batch_desk.wanted(found.unit_id, await _kind_of(call, found))
            columns = with_places(wanted.columns, places_of(found.cells))
            given = {column.name: members.get(field_id(column.name), "") for column in columns}
            cells = tidy_cells(columns, given)
            await batch_desk.correct(
                found.batch_id, [SheetRow(row_no=found.row_no, cells=cells)], acting=call.acting
            )
    except Refusal as refusal:
        return await _row_page(call, batch_desk, found, cells, refusal.problems)
    again = await _row(call, batch, row)
    if again.problems or again.unanswered:
        return await _row_page(call, batch_desk, again, again.cells, again.problems)
    return redirect(call.request, _rows_address(call, found, saved=str(found.row_no)))


async def _kind_of(call: PageCall, row: BatchRow) -> str:
    async with call.reads() as connection:
        return (await get_batch(connection, row.batch_id)).kind


# -- files ---------------------------------------------------------------------------------------


async def _all_rows(call: PageCall, batch_id: int) -> list[BatchRow]:
    async with call.reads() as connection:
        return await every_item(
            lambda key: list_rows(connection, batch_id, RowFilter(), after=key, limit=_PORTION)
        )


@get("/batches/{batch:str}/result.xlsx", guards=_EXPORTERS, middleware=[in_turn])
async def result_file(call: NamedDependency[PageCall], batch: FromPath[str]) -> Stream:
    """All rows with what came of them, as a workbook; recorded in the audit trail."""
    found = await _seen(call, batch)
    rows = [result_of(row) for row in await _all_rows(call, found.batch_id)]
    await _note(call, found, "结果文件")
    mark = export_mark(training=call.services.settings.training)
    layout = Layout(columns=RESULT_COLUMNS, kinds=RESULT_KINDS, mark=mark)
    return short_file(f"batch-{found.batch_id}", "xlsx", layout, [rows])


@get("/batches/{batch:str}/open.xlsx", guards=_GUARDS, middleware=[in_turn])
async def open_rows_file(
    call: NamedDependency[PageCall], batch_desk: NamedDependency[BatchDesk], batch: FromPath[str]
) -> Response[bytes]:
    """Rows with problems or questions in the template's columns, to be corrected and uploaded again."""
    found = await _seen(call, batch)
    wanted = await batch_desk.wanted(found.unit_id, found.kind)
    rows = [
        row
        for row in await _all_rows(call, found.batch_id)
        if row.state in OPEN_STATES and (row.problems or row.unanswered)
    ]
    if not rows:
        raise refuse("batch.nothing_wrong", "没有需要更正的行，请返回批次页面。", status=404)
    columns = await _columns(call, wanted.kind)
    data = await asyncio.to_thread(correction_file, wanted.kind.name, columns, rows)
    await _note(call, found, "待更正的行")
    return _workbook(data, f"batch-{found.batch_id}-open")


@get("/batches/{batch:str}/ofd.zip", guards=_EXPORTERS, middleware=[in_turn])
async def pack_file(
    call: NamedDependency[PageCall], files: NamedDependency[FileStore], batch: FromPath[str]
) -> Stream:
    """The OFDs of a batch as a ZIP file; recorded in the audit trail."""
    found = await _seen(call, batch)
    ready = found.pack_expires_at if found.pack_state is PackState.READY else None
    pieces = await files.stream(pack_key(found.batch_id, ready)) if ready else None
    if pieces is None:
        raise refuse("batch.not_packed", "文件还没有生成或已过期清理，请在批次页面重新打包。", status=404)
    await _note(call, found, "OFD压缩包")
    name = f"batch-{found.batch_id}-ofd.zip"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Stream(pieces, media_type="application/zip", headers=headers)


async def _seen(call: PageCall, batch: str) -> BillBatch:
    async with call.reads() as connection:
        return await get_batch(connection, batch_id_of(batch))


async def _note(call: PageCall, batch: BillBatch, file: str) -> None:
    details = {"file": file}
    await call.note_download(
        "batch:download", f"batch:{batch.batch_id}", unit_id=batch.unit_id, details=details
    )


HANDLERS = [
    batches,
    *list_helpers(BATCHES, guards=_VIEWERS),
    *list_helpers(ROWS, guards=_VIEWERS),
    new_batch,
    template,
    upload,
    batch_page,
    status,
    act,
    row_page,
    change_row,
    result_file,
    open_rows_file,
    pack_file,
]
