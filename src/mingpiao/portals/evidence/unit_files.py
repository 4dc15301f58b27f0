"""佐证材料 of a unit: upload from the issue page, the state of reading, pages and files."""

from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import MAX_FILES, get_evidence_files
from mingpiao.identity.model import Session
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.evidence.files import (
    MAX_UPLOAD,
    as_seen,
    file_answer,
    find_file,
    picture_answer,
    take_files,
)
from mingpiao.portals.evidence.rights import EVIDENCE_UPLOAD
from mingpiao.portals.forms import read_query
from mingpiao.portals.session import PageCall, require_right, scoped_reads

_NO_STORE = {"Cache-Control": "no-store"}


@post(
    "/evidence",
    guards=[require_right(EVIDENCE_UPLOAD)],
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def upload(call: NamedDependency[PageCall]) -> Response[dict[str, Any]]:
    """Store files for the page's script: each gets an answer, with the reason if it is refused."""
    taken = await take_files(call.request, call.services, unit_of(call.session.account), acting=call.acting)
    answer = {
        "files": [as_seen(each.file) for each in taken if each.file is not None],
        "problems": [each.problem.message for each in taken if each.problem is not None],
    }
    return Response(answer, headers=_NO_STORE)


@get("/evidence/status")
async def status(call: NamedDependency[PageCall]) -> Response[list[dict[str, Any]]]:
    """The state of some files: how far their reading is."""
    digests = read_query(call.request).get("digests", "").split()[:MAX_FILES]
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        found = await get_evidence_files(connection, unit_id, digests)
    return Response([as_seen(found[digest]) for digest in digests if digest in found], headers=_NO_STORE)


@get("/evidence/{digest:str}/pages/{name:str}")
async def page_of(
    call: NamedDependency[PageCall], digest: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """A page as a picture."""
    return await picture_answer(call.services, await _own(call.session, call.services, digest), name)


@get("/evidence/{digest:str}/file")
async def file_of(call: NamedDependency[PageCall], digest: FromPath[str]) -> Response[bytes]:
    """The file itself."""
    return await file_answer(
        call, unit_of(call.session.account), await _own(call.session, call.services, digest)
    )


async def _own(session: Session, services: Services, digest: str) -> EvidenceFile:
    async with scoped_reads(services, session.account) as connection:
        return await find_file(connection, unit_of(session.account), digest)


HANDLERS = [upload, status, page_of, file_of]
