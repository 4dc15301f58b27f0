"""佐证材料 in pages: uploads, their state, pictures of pages, the file itself."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Response
from litestar.datastructures import UploadFile
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFile, Mark
from mingpiao.evidence.service import MAX_BYTES, MAX_FILES, PHOTO_TYPES, get_evidence_files, page_picture
from mingpiao.identity.model import Acting
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.session import PageCall, PageRequest

#: The name of the file input; without JavaScript its files are sent with the form.
FILES_FIELD = "evidence-files"
#: The size of all files of a request and of their form: without JavaScript a browser sends several at once.
#: docs/operations.md sets the same limit for the proxy.
MAX_UPLOAD = 2 * MAX_BYTES


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """An uploaded file: the evidence file that was made from it, or the reason why it was refused."""

    name: str
    file: EvidenceFile | None = None
    problem: Problem | None = None


async def take_files(
    request: PageRequest, services: Services, unit_id: int, *, acting: Acting
) -> Sequence[Taken]:
    """Store every file of the posted form, each with its own answer; files beyond `MAX_FILES` are refused."""
    form = await request.form()
    files = [
        value
        for name, value in form.multi_items()
        if name == FILES_FIELD and isinstance(value, UploadFile) and value.filename
    ]
    taken: list[Taken] = []
    for number, file in enumerate(files):
        try:
            if number >= MAX_FILES:
                raise refuse(
                    "evidence.too_many",
                    f"一张票据最多附{MAX_FILES}份佐证材料。",
                    field="evidence",
                    status=422,
                )
            data = await file.read()
            kept = await services.evidence.add(
                unit_id, file.filename, data, acting=acting, allowed=PHOTO_TYPES
            )
            taken.append(Taken(name=kept.name, file=kept))
        except Refusal as refusal:
            taken.append(Taken(name=file.filename[:100], problem=refusal.problems[0]))
    return taken


def problems_of(taken: Sequence[Taken]) -> tuple[Problem, ...]:
    """The problems of refused files, for the form's field `evidence`."""
    return tuple(
        msgspec.structs.replace(
            each.problem, field="evidence", message=f"“{each.name}”：{each.problem.message}"
        )
        for each in taken
        if each.problem is not None
    )


def as_seen(file: EvidenceFile) -> dict[str, Any]:
    """What the page's script knows of a file."""
    return {
        "digest": file.digest,
        "name": file.name,
        "size": file.size,
        "state": file.state.value,
        "label": file.state.label,
        "settled": file.state.settled,
        "pages": file.pages,
        "done": file.pages_done,
        "failure": file.failure,
    }


async def find_file(connection: AsyncConnection, unit_id: int, digest: str) -> EvidenceFile:
    """A file in the connection's scope. Raises `Refusal` (`evidence.not_found`, 404)."""
    # An address may contain any number; ids have 64 bits.
    found = (await get_evidence_files(connection, unit_id, [digest])).get(digest) if unit_id < 2**63 else None
    if found is None:
        raise refuse("evidence.not_found", "没有找到该佐证材料，或您无权查看。", status=404)
    return found


async def picture_answer(services: Services, file: EvidenceFile, name: str) -> Response[bytes]:
    """The picture of a page that an address names (`3.png`)."""
    number, _, ending = name.partition(".")
    if ending != "png" or not number.isascii() or not number.isdigit() or len(number) > 3:
        raise refuse("evidence.page_unknown", "该佐证材料没有这一页。", status=404)
    picture = await page_picture(services.evidence, services.readers, file, int(number))
    # The picture at an address never changes; only this person's browser may keep it, and not for long.
    headers = {"Cache-Control": "private, max-age=600"}
    return Response(picture, media_type="image/png", headers=headers)


async def file_answer(call: PageCall, unit_id: int, file: EvidenceFile) -> Response[bytes]:
    """A unit's file as it was uploaded, to be saved and never shown by the browser itself; put down in the
    audit trail.
    """
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}",
        "Cache-Control": "private, no-store",
    }
    data = await call.services.evidence.open_file(file.digest)
    await call.note_download(
        "evidence:download", f"evidence:{file.digest}", unit_id=unit_id, details={"name": file.name}
    )
    return Response(data, media_type=file.media_type, headers=headers)


class MarkedPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page with the places that claims refer to: (claim's name, verdict, mark)."""

    number: int
    width: float
    height: float
    marks: tuple[tuple[str, str, Mark], ...]


def marked_pages(file: EvidenceFile, claims: Sequence[Any]) -> tuple[MarkedPage, ...]:
    """A file's pages for the template `evidence.html`; a file that was not read yet has none."""
    if file.extraction is None:
        return ()
    marks = [
        (claim.name, claim.verdict.value, mark)
        for claim in claims
        for mark in claim.marks
        if mark.digest == file.digest
    ]
    return tuple(
        MarkedPage(
            number=page.number,
            width=page.width,
            height=page.height,
            marks=tuple(each for each in marks if each[2].place.page == page.number),
        )
        for page in file.extraction.pages
    )
