"""佐证材料 of the region's units: the list with its filter and exports, and the page of one file."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.portals.evidence.lists import FINANCE_EVIDENCE, bills_address
from mingpiao.portals.evidence.parts import file_parts, uploader
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall


@get("/evidence/{unit_id:int}/{digest:str}")
async def file_page(
    call: NamedDependency[PageCall], unit_id: FromPath[int], digest: FromPath[str]
) -> Response[str]:
    """One file: what was read in it, how much of it is used, its bills and its pages."""
    catalog = await call.services.catalog.get()
    parts = await file_parts(call.services, call.session, unit_id, digest)
    return page(
        call.request,
        "evidence/file.html",
        title=parts["file"].name,
        crumbs=[(FINANCE_EVIDENCE.title, FINANCE_EVIDENCE.address)],
        **parts,
        uploader=uploader,
        base=f"{FINANCE_EVIDENCE.address}/{unit_id}",
        bills_base="/finance/bills",
        bills_address=bills_address(parts["file"]),
        kind_name=lambda code: kind_name(catalog, code),
        unit_address=f"/finance/units/{unit_id}",
    )


HANDLERS = [*list_handlers(FINANCE_EVIDENCE), file_page]
