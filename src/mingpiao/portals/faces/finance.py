"""制样: the list of kinds, and the page of one kind: its face, its versions, its draft."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.model import Proposal, ProposalFilter, ProposalState
from mingpiao.approvals.service import address_of, list_proposals
from mingpiao.catalog.model import BillKind, Catalog
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.layout.model import FaceState, FaceTemplate, FaceVersion
from mingpiao.layout.service import (
    discard_face,
    is_designer,
    shipped_face,
    start_face,
    submit_face,
    versions_of,
)
from mingpiao.portals.faces.drawing import draw
from mingpiao.portals.faces.lists import FACES, coming_version, current_version
from mingpiao.portals.faces.rights import FACES_DESIGN, FACES_VIEW
from mingpiao.portals.faces.samples import ORDINARY, face_for
from mingpiao.portals.forms import read_form, read_id, read_query
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right

LIST = FACES.address
CRUMBS = [(FACES.title, LIST)]
_VIEW = [require_right(FACES_VIEW)]
_DESIGN = [require_right(FACES_DESIGN)]
_PROPOSALS = "face"


def kind_named(catalog: Catalog, code: str) -> BillKind:
    """A kind of the catalog; raises `Refusal` (`kind.unknown`, 404)."""
    kind = catalog.kinds.get(code)
    if kind is None:
        raise refuse("kind.unknown", "没有该票据种类，请从制样列表中选择。", status=404)
    return kind


def require_designer(call: PageCall, catalog: Catalog) -> None:
    """Raise `Refusal` (`face.not_designer`, 403) unless the person works for the province's department."""
    if not is_designer(catalog, acting=call.acting):
        raise refuse("face.not_designer", "票面由省级财政部门制样，请联系省级财政部门。", status=403)


@get("/faces/{code:str}", guards=_VIEW)
async def kind_page(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """One kind: the face of the version in the address (by default the draft, else the newest), all versions,
    and what can be done."""
    return await _show(call, code)


@post("/faces/{code:str}/start", guards=_DESIGN, status_code=200)
async def start(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str] | Response[bytes]:
    """Begin a version from the newest one, and open it in the designer."""
    catalog = await call.services.catalog.get()
    kind = kind_named(catalog, code)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            versions = await versions_of(connection, code)
            newest = versions[0].template if versions else shipped_face(kind)
            draft = await start_face(connection, catalog, code, newest, acting=call.acting)
    except Refusal as refusal:
        return await _show(call, code, refusal.problems)
    return redirect(call.request, f"{LIST}/{code}/{draft.version}/edit")


@post("/faces/{code:str}/{version:int}/submit", guards=_DESIGN, status_code=200)
async def submit(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Send a draft for approval."""
    catalog = await call.services.catalog.get()
    form = await read_form(call.request)
    reason = form.get("reason", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal_id = await submit_face(
                connection,
                catalog,
                (code, version),
                revision=read_id(form.get("revision", ""), 9) or 0,
                reason=reason,
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _show(call, code, refusal.problems, reason)
    return redirect(call.request, address_of(proposal_id))


@post("/faces/{code:str}/{version:int}/discard", guards=_DESIGN, status_code=200)
async def discard(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Delete a draft."""
    catalog = await call.services.catalog.get()
    form = await read_form(call.request)
    revision = read_id(form.get("revision", ""), 9) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await discard_face(connection, catalog, (code, version), revision=revision, acting=call.acting)
    except Refusal as refusal:
        return await _show(call, code, refusal.problems)
    return redirect(call.request, f"{LIST}/{code}")


async def _show(
    call: PageCall, code: str, problems: tuple[Problem, ...] = (), reason: str = ""
) -> Response[str]:
    catalog = await call.services.catalog.get()
    kind = kind_named(catalog, code)
    async with call.reads() as connection:
        versions = await versions_of(connection, code)
        proposals = (
            await list_proposals(connection, ProposalFilter(kind=_PROPOSALS, key=code), limit=1)
        ).items
    draft = next((each for each in versions if each.state is FaceState.DRAFT), None)
    shown = _shown(versions, kind, read_query(call.request).get("version", ""))
    number, template = shown if shown else (kind.shipped_version, shipped_face(kind))
    drawing = await draw(face_for(kind, ORDINARY, None), template, kind)
    return page(
        call.request,
        "faces/kind.html",
        title=f"{kind_name(catalog, code)}票面",
        crumbs=CRUMBS,
        kind=kind,
        current=current_version(kind),
        coming=coming_version(kind),
        number=number,
        versions=versions,
        first_version=kind.shipped_version,
        draft=draft,
        drawing=drawing,
        draft_blocking=await _blocking(draft, kind),
        today=today(),
        address=f"{LIST}/{code}",
        may_design=is_designer(catalog, acting=call.acting),
        problems=problems,
        reason=reason,
        **_about(proposals[0] if proposals else None, draft),
    )


async def _blocking(draft: FaceVersion | None, kind: BillKind) -> int:
    if draft is None:
        return 0
    return (await draw(face_for(kind, ORDINARY, None), draft.template, kind)).blocking


def _shown(versions: list[FaceVersion], kind: BillKind, asked: str) -> tuple[int, FaceTemplate] | None:
    """The version in the address, by default the newest; None for the one that comes with the platform."""
    if asked == str(kind.shipped_version) or not versions:
        return None
    chosen = next((each for each in versions if str(each.version) == asked), versions[0])
    return chosen.version, chosen.template


def _about(newest: Proposal | None, draft: FaceVersion | None) -> dict[str, Any]:
    """What the newest proposal means for the draft: it waits, or was returned with an opinion."""
    if newest is None or draft is None or newest.payload.get("version") != draft.version:
        return {"waiting": "", "returned": None}
    waiting = address_of(newest.proposal_id) if newest.state is ProposalState.OPEN else ""
    return {"waiting": waiting, "returned": newest if newest.state is ProposalState.RETURNED else None}


HANDLERS = [*list_handlers(FACES, guards=_VIEW), kind_page, start, submit, discard]
