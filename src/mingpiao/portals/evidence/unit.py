"""佐证材料 of a unit: the list with its filter and exports, and the page of one file."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.evidence.lists import UNIT_EVIDENCE
from mingpiao.portals.evidence.parts import file_parts, uploader
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall


@get("/evidence/{digest:str}")
async def file_page(call: NamedDependency[PageCall], digest: FromPath[str]) -> Response[str]:
    """One file: what was read in it, how much of it is used, its bills and its pages."""
    catalog = await call.services.catalog.get()
    parts = await file_parts(call.services, call.session, unit_of(call.session.account), digest)
    return page(
        call.request,
        "evidence/file.html",
        title=parts["file"].name,
        crumbs=[("首页", "/unit"), (UNIT_EVIDENCE.title, UNIT_EVIDENCE.address)],
        **parts,
        uploader=uploader,
        base=UNIT_EVIDENCE.address,
        bills_base="/unit/bills",
        bills_address=f"/unit/bills?evidence={digest}",
        kind_name=lambda code: catalog.kinds[code].name if code in catalog.kinds else code,
        unit_address="",
    )


HANDLERS = [*list_handlers(UNIT_EVIDENCE), file_page]
