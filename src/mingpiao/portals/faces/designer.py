"""The designer of a face: one form with every part of it, drawn as it will be made, checked while it changes.

`do` says what a button is for. Each answer shows what was typed; nothing is saved but by 保存.
"""

from typing import NamedTuple
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import BillKind
from mingpiao.issuing.model import BillDocument
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.model import FaceState, FaceTemplate, FaceVersion
from mingpiao.layout.service import get_version, preview_file, save_face
from mingpiao.portals.faces.drawing import Drawing, draw
from mingpiao.portals.faces.finance import CRUMBS, LIST, kind_named, require_designer
from mingpiao.portals.faces.form import FaceForm, changed, form_from, form_of
from mingpiao.portals.faces.rights import FACES_DESIGN
from mingpiao.portals.faces.samples import ORDINARY, document_for, face_for, sample_choices
from mingpiao.portals.faces.words import ALIGNS, ITEM_SOURCES, LIST_SOURCES, face_sources
from mingpiao.portals.forms import read_query
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right

_GUARDS = [require_right(FACES_DESIGN)]
_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf"}
_MOST_BYTES = 256 * 1024


class _Desk(NamedTuple):
    """A version on the desk of its designer."""

    kind: BillKind
    version: FaceVersion


@get("/faces/{code:str}/{version:int}/edit", guards=_GUARDS)
async def edit_face(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int]
) -> Response[str]:
    """The draft as it was saved last, or as it was typed when a session ended."""
    desk = await _desk(call, code, version)
    query = read_query(call.request)
    if members := use_kept_members(call.request):
        return await _show(call, desk, form_from(members))
    form = form_of(desk.version, query.get("sample", ORDINARY))
    return await _show(call, desk, form, saved=query.get("saved") == "yes")


@post(
    "/faces/{code:str}/{version:int}/edit",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=_MOST_BYTES,
)
async def change_face(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Draw what was typed (`draw`), change a list (`add:fields`, …), or save (`save`, `finish`)."""
    desk = await _desk(call, code, version)
    members = await _members(call)
    form, asked = form_from(members), members.get("do", "draw")
    if asked not in ("save", "finish"):
        return await _show(call, desk, changed(form, asked))
    try:
        saved = await _save(call, desk, form)
    except Refusal as refusal:
        return await _show(call, desk, form, refusal.problems)
    address = f"{LIST}/{code}"
    if asked == "save":
        address += f"/{saved.version}/edit?{urlencode({'saved': 'yes', 'sample': form.sample})}"
    return redirect(call.request, address)


@post(
    "/faces/{code:str}/{version:int}/preview/{ending:str}",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=_MOST_BYTES,
)
async def preview_typed(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int], ending: FromPath[str]
) -> Response[str] | Response[bytes]:
    """What was typed as a file marked 样张: `ofd` or `pdf`. One with a real bill is in the audit trail."""
    if ending not in _TYPES:
        raise refuse("document.unknown", "没有这种文件格式，请选择 OFD 或 PDF。", status=404)
    desk = await _desk(call, code, version)
    form = form_from(await _members(call))
    try:
        template = form.template()
        drawing, document = await _drawn(call, desk.kind, template, form.sample)
        if not drawing.sheets:
            raise Refusal(*_as_problems(drawing))
    except Refusal as refusal:
        return await _show(call, desk, form, refusal.problems)
    face = face_for(desk.kind, form.sample, document)
    data = await preview_file(face, template, "ofd" if ending == "ofd" else "pdf")
    if document is not None:
        bill = document.bill
        await call.note_download(
            "face:preview", f"bill:{bill.bill_id}", unit_id=bill.unit_id, details={"format": ending}
        )
    headers = {
        "Content-Disposition": f'attachment; filename="{code}-{version:02d}-sample.{ending}"',
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=_TYPES[ending], headers=headers)


async def _desk(call: PageCall, code: str, version: int) -> _Desk:
    catalog = await call.services.catalog.get()
    require_designer(call, catalog)
    kind = kind_named(catalog, code)
    async with call.reads() as connection:
        found = await get_version(connection, code, version)
    if found.state is FaceState.PUBLISHED:
        message = f"第{version}版已经发布，不能再改，请另建新版本。"
        raise refuse("face.published", message, status=409)
    return _Desk(kind, found)


async def _members(call: PageCall) -> dict[str, str]:
    form = await call.request.form()
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


async def _save(call: PageCall, desk: _Desk, form: FaceForm) -> FaceVersion:
    template, first_day = form.template(), form.first_day()
    catalog = await call.services.catalog.get()
    async with call.services.database.system() as connection:  # system: a verb writes
        return await save_face(
            connection,
            catalog,
            (desk.kind.code, desk.version.version),
            template,
            valid_from=first_day,
            note=form.note.strip(),
            revision=form.revision,
            acting=call.acting,
        )


async def _drawn(
    call: PageCall, kind: BillKind, template: FaceTemplate, sample: str
) -> tuple[Drawing, BillDocument | None]:
    document = await document_for(call, kind, sample)
    return await draw(face_for(kind, sample, document), template, kind), document


def _as_problems(drawing: Drawing) -> list[Problem]:
    return [
        Problem(code="face.unfit", message=finding.message, field=finding.place, status=422)
        for finding in drawing.findings
        if finding.blocking
    ]


async def _show(
    call: PageCall,
    desk: _Desk,
    form: FaceForm,
    problems: tuple[Problem, ...] = (),
    *,
    saved: bool = False,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    drawing = None
    try:
        drawing, _ = await _drawn(call, desk.kind, form.template(), form.sample)
    except Refusal as refusal:
        problems = problems or refusal.problems
    code = desk.kind.code
    partial = call.request.headers.get("HX-Request") == "true"
    return page(
        call.request,
        "faces/_bench.html" if partial else "faces/designer.html",
        title=f"制样：{kind_name(catalog, code)}第{desk.version.version}版",
        crumbs=[*CRUMBS, (f"{code} {kind_name(catalog, code)}", f"{LIST}/{code}")],
        # Scripts take the drawing of a form with mistakes as any other: the page says what is wrong.
        status=200 if partial else None,
        form=form,
        action=f"{LIST}/{code}/{desk.version.version}",
        cancel=f"{LIST}/{code}",
        drawing=drawing,
        problems=problems,
        saved=saved,
        samples=await sample_choices(call, desk.kind, form.sample),
        sources=face_sources(desk.kind),
        item_sources=ITEM_SOURCES,
        list_sources=LIST_SOURCES,
        aligns=ALIGNS,
    )


HANDLERS = [edit_face, change_face, preview_typed]
