"""银行流水 of a unit: upload a file, see what it would add, correct its columns, import it."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import read_form
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.parts import ADDRESS, CRUMBS
from mingpiao.portals.writeoff.rights import UNIT_WRITEOFF
from mingpiao.portals.writeoff.statement_jobs import MAX_STATEMENT
from mingpiao.storage.files import FileStore
from mingpiao.writeoff.model import CHANNELS, STATEMENT_FIELDS, StatementColumns, StatementState
from mingpiao.writeoff.service import (
    MOST_STATEMENT_LINES,
    add_statement,
    choose_columns,
    delete_statement,
    first_lines,
    get_statement,
    list_statements,
    start_import,
    statement_key,
)

_GUARDS = [require_right(UNIT_WRITEOFF)]
_LIST = f"{ADDRESS}/statements"
#: The file, and room for what a browser adds to it.
_MAX_BODY = MAX_STATEMENT + 64 * 1024
#: Lines that a page shows as they are read.
_FIRST = 5
_MEMBERS = {"day": "received_on", "credit": "amount"}
_COLOURS = {
    StatementState.IMPORTED: "green",
    StatementState.CHECKED: "orange",
    StatementState.UNMAPPED: "orange",
    StatementState.FAILED: "red",
}


def _id_of(text: str) -> int:
    return read_whole(text) or 0


async def _list_page(call: PageCall, problems: tuple[Problem, ...] = ()) -> Response[str]:
    async with call.reads() as connection:
        found = await list_statements(connection, unit_of(call.session.account))
    return page(
        call.request,
        "writeoff/statements.html",
        title="银行流水",
        crumbs=CRUMBS,
        statements=found,
        colours=_COLOURS,
        address=_LIST,
        most=MOST_STATEMENT_LINES,
        megabytes=MAX_STATEMENT // 1024 // 1024,
        problems=problems,
    )


@get("/writeoff/statements", guards=_GUARDS)
async def all_statements(call: NamedDependency[PageCall]) -> Response[str]:
    """The files of the unit, and the form for another one."""
    return await _list_page(call)


@post("/writeoff/statements", guards=_GUARDS, status_code=200, request_max_body_size=_MAX_BODY)
async def upload(
    call: NamedDependency[PageCall], files: NamedDependency[FileStore]
) -> Response[str] | Response[bytes]:
    """Store a file and have it read; one that is there already is shown."""
    file = (await call.request.form()).get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise refuse("import.file_missing", "请选择要导入的文件。", field="file", status=422)
        data = await file.read(MAX_STATEMENT + 1)
        if len(data) > MAX_STATEMENT:
            message = f"文件不能超过{MAX_STATEMENT // 1024 // 1024} MB，请分开上传。"
            raise refuse("import.too_large", message, field="file", status=413)
        unit_id = unit_of(call.session.account)
        async with call.services.database.system() as connection:  # system: a verb writes
            found, is_new = await add_statement(connection, unit_id, file.filename, data, acting=call.acting)
            # Before the commit, after which a worker reads it.
            await files.put(statement_key(unit_id, found.statement_id), data)
    except Refusal as refusal:
        return await _list_page(call, refusal.problems)
    again = "" if is_new else "?again=yes"
    return redirect(call.request, f"{_LIST}/{found.statement_id}{again}")


async def _page(
    call: PageCall,
    statement: str,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    async with call.reads() as connection:
        found = await get_statement(connection, unit_of(call.session.account), _id_of(statement))
    columns = found.columns or StatementColumns(heading=1, columns={})
    chosen = {
        name: str(columns.columns[name][0] + 1) if name in columns.columns else ""
        for name in STATEMENT_FIELDS
    }
    heading = found.shown[columns.heading - 1] if columns.heading <= len(found.shown) else []
    width = max((len(row) for row in found.shown), default=0)
    places = [
        (str(place + 1), f"第{place + 1}列 {heading[place] if place < len(heading) else ''}".strip())
        for place in range(width)
    ]
    given = chosen | {"heading": str(columns.heading), "outgoing": "yes" if columns.outgoing else ""}
    given |= {"lines_channel": columns.channel or CHANNELS[0]}
    return page(
        call.request,
        "writeoff/statement.html",
        title=found.file_name,
        crumbs=[*CRUMBS, ("银行流水", _LIST)],
        fields=[(name, label) for name, (label, _) in STATEMENT_FIELDS.items()],
        values=given | dict(typed or {}),
        channels=[(each, each) for each in CHANNELS],
        channel=columns.channel or CHANNELS[0],
        first=first_lines(found.shown, columns)[:_FIRST],
        taken=_taken(columns, heading),
        places=places,
        headings=[(str(number), f"第{number}行") for number in range(1, len(found.shown) + 1)],
        again="again" in call.request.query_params,
        problems=problems,
        found=found,
        colour=_COLOURS.get(found.state, "blue"),
        at=f"{_LIST}/{found.statement_id}",
    )


@get("/writeoff/statements/{statement:str}", guards=_GUARDS)
async def one_statement(call: NamedDependency[PageCall], statement: FromPath[str]) -> Response[str]:
    """One file: what it would add or has added, its odd rows, and its columns."""
    return await _page(call, statement)


@get("/writeoff/statements/{statement:str}/status", guards=_GUARDS)
async def statement_status(call: NamedDependency[PageCall], statement: FromPath[str]) -> Response[str]:
    """How far it is, as a fragment; at rest, the whole page comes anew."""
    async with call.reads() as connection:
        found = await get_statement(connection, unit_of(call.session.account), _id_of(statement))
    headers = {} if found.state.moving else {"HX-Refresh": "true"}
    return page(
        call.request,
        "writeoff/_statement.html",
        headers=headers,
        found=found,
        colour=_COLOURS.get(found.state, "blue"),
        at=f"{_LIST}/{found.statement_id}",
    )


@post("/writeoff/statements/{statement:str}/delete", guards=_GUARDS, status_code=200)
async def remove(
    call: NamedDependency[PageCall], files: NamedDependency[FileStore], statement: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Delete a statement of which nothing was imported, with its file."""
    unit_id, statement_id = unit_of(call.session.account), _id_of(statement)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await delete_statement(connection, unit_id, statement_id, acting=call.acting)
            # Before the commit: no file stays behind. A statement without its file asks for it again.
            await files.delete(statement_key(unit_id, statement_id))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _page(call, statement, refusal.problems)
    return redirect(call.request, _LIST)


@post("/writeoff/statements/{statement:str}", guards=_GUARDS, status_code=200)
async def work_on(
    call: NamedDependency[PageCall], statement: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Do what the button says: `columns` chooses them, `import` imports."""
    members = await read_form(call.request)
    unit_id, statement_id = unit_of(call.session.account), _id_of(statement)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if members.get("action") == "import":
                sure = members.get("sure") == "yes"
                await start_import(connection, unit_id, statement_id, sure=sure, acting=call.acting)
            else:
                columns = _columns_of(members)
                await choose_columns(connection, unit_id, statement_id, columns, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _page(call, statement, refusal.problems, members)
    return redirect(call.request, f"{_LIST}/{statement_id}")


def _taken(columns: StatementColumns, heading: Sequence[str]) -> list[tuple[str, str, str]]:
    """(name, label, where it is taken from) of what lines have, in the order of a table."""
    came = "credit" if "credit" in columns.columns else "amount"
    names = ("day", came, "channel", "payer_name", "payer_account", "business_no", "payment_code", "memo")
    return [
        (_MEMBERS.get(name, name), STATEMENT_FIELDS[name][0], _places(columns.columns.get(name, ()), heading))
        for name in names
        if name in columns.columns or name == "channel"
    ]


def _places(places: Sequence[int], heading: Sequence[str]) -> str:
    return "、".join(
        f"第{place + 1}列 {heading[place] if place < len(heading) else ''}".strip() for place in places
    )


def _columns_of(members: Mapping[str, str]) -> StatementColumns:
    chosen = {name: read_whole(members.get(name, ""), digits=2) for name in STATEMENT_FIELDS}
    return StatementColumns(
        heading=read_whole(members.get("heading", ""), digits=2) or 0,
        columns={name: (place - 1,) for name, place in chosen.items() if place},
        outgoing=members.get("outgoing") == "yes",
        channel=members.get("lines_channel", ""),
    )


HANDLERS = [all_statements, upload, one_statement, statement_status, work_on, remove]
