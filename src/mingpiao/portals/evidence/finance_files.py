"""佐证材料 of the department's units: pages and files, for people who decide on an application."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFile
from mingpiao.identity.model import Session
from mingpiao.portals.evidence.files import file_answer, find_file, picture_answer
from mingpiao.portals.session import PageCall, scoped_reads


@get("/evidence/{unit_id:int}/{digest:str}/pages/{name:str}")
async def page_of(
    call: NamedDependency[PageCall], unit_id: FromPath[int], digest: FromPath[str], name: FromPath[str]
) -> Response[bytes]:
    """A page as a picture."""
    return await picture_answer(
        call.services, await _seen(call.session, call.services, unit_id, digest), name
    )


@get("/evidence/{unit_id:int}/{digest:str}/file")
async def file_of(
    call: NamedDependency[PageCall], unit_id: FromPath[int], digest: FromPath[str]
) -> Response[bytes]:
    """The file itself."""
    return await file_answer(call, unit_id, await _seen(call.session, call.services, unit_id, digest))


async def _seen(session: Session, services: Services, unit_id: int, digest: str) -> EvidenceFile:
    async with scoped_reads(services, session.account) as connection:
        return await find_file(connection, unit_id, digest)


HANDLERS = [page_of, file_of]
