"""Import of former bills: upload a file, see what becomes of each bill, import."""

from collections.abc import Sequence
from typing import Any

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from mingpiao.former.model import EntryVerdict, FormerImport
from mingpiao.former.service import (
    MOST_ENTRIES,
    add_former_file,
    count_of_import,
    get_former_import,
    import_key,
    start_former_import,
    verdict_sums,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.former.lists import (
    FINANCE_IMPORTS,
    FINANCE_VERDICTS,
    UNIT_IMPORTS,
    UNIT_VERDICTS,
    import_id_of,
)
from mingpiao.portals.former.parts import FINANCE, IMPORT_COLOURS, UNIT, Portal
from mingpiao.portals.former.rights import FORMER_IMPORT, FORMER_IMPORT_FOR_UNITS
from mingpiao.portals.former.sheet import MAX_FORMER_FILE, SHEET
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import Right
from mingpiao.portals.imports import template_answer
from mingpiao.portals.list_model import Listing
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.storage.files import FileStore

#: The file, and room for what a browser adds to it.
_MAX_BODY = MAX_FORMER_FILE + 64 * 1024


async def _list_page(
    call: PageCall, portal: Portal, listing: Listing[FormerImport], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    return await show_list(
        call.request,
        call.session,
        call.services,
        listing,
        portal=portal,
        sheet=SHEET,
        upload_problems=problems,
        most=MOST_ENTRIES,
        megabytes=MAX_FORMER_FILE // 1024 // 1024,
        status=problems[0].status if problems else None,
    )


async def _upload(
    call: PageCall, portal: Portal, listing: Listing[FormerImport], files: FileStore
) -> Response[str] | Response[bytes]:
    file = (await call.request.form()).get("file")
    try:
        if not isinstance(file, UploadFile) or not file.filename:
            raise refuse("import.file_missing", "请选择要导入的文件。", field="file", status=422)
        data = await file.read(MAX_FORMER_FILE + 1)
        if len(data) > MAX_FORMER_FILE:
            message = f"文件不能超过{MAX_FORMER_FILE // 1024 // 1024} MB，请分开上传。"
            raise refuse("import.too_large", message, field="file", status=413)
        async with call.services.database.system() as connection:  # system: a verb writes
            found, is_new = await add_former_file(connection, file.filename, data, acting=call.acting)
            # Before the commit, after which a worker reads it.
            await files.put(import_key(found.import_id), data)
    except Refusal as refusal:
        return await _list_page(call, portal, listing, refusal.problems)
    again = "" if is_new else "?again=yes"
    return redirect(call.request, f"{portal.imports}/{found.import_id}{again}")


async def _one(
    call: PageCall,
    portal: Portal,
    listing: Listing[EntryVerdict],
    import_id: str,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    async with call.reads() as connection:
        found = await get_former_import(connection, import_id_of(import_id))
        sums = await verdict_sums(connection, found.import_id)
        present = await count_of_import(connection, found.import_id)
    own = (found.unit_id, found.region_code) == (
        call.session.account.unit_id,
        call.session.account.region_code,
    )
    return await show_list(
        call.request,
        call.session,
        call.services,
        listing,
        title=found.file_name,
        told=sums,
        present=present,
        may_import=own,
        again=bool(read_query(call.request).get("again")),
        import_problems=problems,
        status=problems[0].status if problems else None,
        **_status(portal, found),
    )


def _status(portal: Portal, found: FormerImport) -> dict[str, Any]:
    return {
        "found": found,
        "colour": IMPORT_COLOURS.get(found.state, "blue"),
        "at": f"{portal.imports}/{found.import_id}",
        "portal": portal,
    }


def _handlers(
    portal: Portal,
    right: Right,
    imports: Listing[FormerImport],
    verdicts: Listing[EntryVerdict],
) -> Sequence[ControllerRouterHandler]:
    guards = [require_right(right)]

    @get("/former/imports", guards=guards)
    async def all_imports(call: NamedDependency[PageCall]) -> Response[str]:
        """The files that came so far, and the form for another one."""
        return await _list_page(call, portal, imports)

    @post("/former/imports", guards=guards, status_code=200, request_max_body_size=_MAX_BODY)
    async def upload(
        call: NamedDependency[PageCall], files: NamedDependency[FileStore]
    ) -> Response[str] | Response[bytes]:
        """Store a file and have it judged; one that is there already is shown, and judged anew if it was imported."""
        return await _upload(call, portal, imports, files)

    @get("/former/imports/template/{name:str}", guards=guards)
    async def template(name: FromPath[str]) -> Response[bytes]:
        """The template of the table, as `template.xlsx` or `template.csv`."""
        return template_answer(SHEET, name.removeprefix("template."))

    @get("/former/imports/{import_id:str}", guards=guards)
    async def one_import(call: NamedDependency[PageCall], import_id: FromPath[str]) -> Response[str]:
        """One file: how far it is, and what becomes of each bill in it."""
        return await _one(call, portal, verdicts, import_id)

    @get("/former/imports/{import_id:str}/status", guards=guards)
    async def import_status(call: NamedDependency[PageCall], import_id: FromPath[str]) -> Response[str]:
        """How far it is, as a fragment; at rest, the whole page comes anew."""
        async with call.reads() as connection:
            found = await get_former_import(connection, import_id_of(import_id))
        headers = {} if found.state.moving else {"HX-Refresh": "true"}
        return page(call.request, "former/_import.html", headers=headers, **_status(portal, found))

    @post("/former/imports/{import_id:str}", guards=guards, status_code=200)
    async def start(
        call: NamedDependency[PageCall], import_id: FromPath[str]
    ) -> Response[str] | Response[bytes]:
        """Import what can be imported."""
        number = import_id_of(import_id)
        try:
            async with call.reads() as connection:
                await get_former_import(connection, number)
            async with call.services.database.system() as connection:  # system: a verb writes
                await start_former_import(connection, number, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            return await _one(call, portal, verdicts, import_id, refusal.problems)
        return redirect(call.request, f"{portal.imports}/{number}")

    return [
        all_imports,
        upload,
        template,
        one_import,
        import_status,
        start,
        *list_helpers(imports),
        *list_helpers(verdicts),
    ]


UNIT_HANDLERS = _handlers(UNIT, FORMER_IMPORT, UNIT_IMPORTS, UNIT_VERDICTS)
FINANCE_HANDLERS = _handlers(FINANCE, FORMER_IMPORT_FOR_UNITS, FINANCE_IMPORTS, FINANCE_VERDICTS)
