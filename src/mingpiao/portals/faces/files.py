"""Face versions as JSON files: export for version control, import after a dry run."""

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import BillKind
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.model import FaceTemplate
from mingpiao.layout.service import (
    MAX_FACE_BYTES,
    compare_faces,
    face_file,
    get_version,
    read_face_file,
    shipped_face,
    start_face,
    versions_of,
)
from mingpiao.portals.faces.drawing import draw
from mingpiao.portals.faces.finance import CRUMBS, LIST, kind_named, require_designer
from mingpiao.portals.faces.rights import FACES_DESIGN, FACES_VIEW
from mingpiao.portals.faces.samples import ORDINARY, face_for
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right

_VIEW = [require_right(FACES_VIEW)]
_DESIGN = [require_right(FACES_DESIGN)]


@get("/faces/{code:str}/{version:int}/export.json", guards=_VIEW)
async def export_face(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int]
) -> Response[bytes]:
    """A version as a file; the same version always gives the same bytes."""
    async with call.reads() as connection:
        found = await get_version(connection, code, version)
    entry = AuditEntry(
        acting=call.acting,
        action="face:export",
        subject=f"kind:{code}",
        details={"version": str(version)},
    )
    async with call.services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)
    name, content = face_file(found)
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, media_type="application/json", headers=headers)


@get("/faces/{code:str}/import", guards=_DESIGN)
async def import_form(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """Show the form to choose a file."""
    catalog = await call.services.catalog.get()
    require_designer(call, catalog)
    return await _import_page(call, kind_named(catalog, code))


@post(
    "/faces/{code:str}/import",
    guards=_DESIGN,
    status_code=200,
    request_max_body_size=4 * MAX_FACE_BYTES,
)
async def import_face(
    call: NamedDependency[PageCall], code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Try a file, or make a draft of one that was tried (`action` is `import`)."""
    catalog = await call.services.catalog.get()
    require_designer(call, catalog)
    kind = kind_named(catalog, code)
    form = await call.request.form()
    try:
        text = await _sent(form.get("file"), form.get("text"))
        template = read_face_file(text.encode(), code)
        if form.get("action") == "import":
            async with call.services.database.system() as connection:  # system: a verb writes
                draft = await start_face(connection, catalog, code, template, acting=call.acting)
            return redirect(call.request, f"{LIST}/{code}/{draft.version}/edit")
    except Refusal as refusal:
        return await _import_page(call, kind, refusal.problems)
    return await _import_page(call, kind, tried=(text, template))


async def _sent(file: object, text: object) -> str:
    if isinstance(text, str) and text:
        return text
    if not isinstance(file, UploadFile) or not file.filename:
        raise refuse("face.file_missing", "请选择要导入的 JSON 文件。", field="file", status=422)
    data = await file.read(MAX_FACE_BYTES + 1)
    await file.close()
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise refuse(
            "face.file_unreadable", "文件不是 UTF-8 编码的 JSON，请重新导出。", field="file", status=422
        ) from error


async def _import_page(
    call: PageCall,
    kind: BillKind,
    problems: tuple[Problem, ...] = (),
    *,
    tried: tuple[str, FaceTemplate] | None = None,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        versions = await versions_of(connection, kind.code)
    before = versions[0].template if versions else shipped_face(kind)
    name = kind_name(catalog, kind.code)
    return page(
        call.request,
        "faces/import.html",
        title=f"导入票面样式：{name}",
        crumbs=[*CRUMBS, (f"{kind.code} {name}", f"{LIST}/{kind.code}")],
        address=f"{LIST}/{kind.code}/import",
        problems=problems,
        text=tried[0] if tried else "",
        rows=compare_faces(before, tried[1]) if tried else [],
        drawing=await draw(face_for(kind, ORDINARY, None), tried[1], kind) if tried else None,
    )


HANDLERS = [export_face, import_form, import_face]
