"""佐证材料 of a unit: the list with its filter and exports, and the page of one file."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFilter, EvidencePage
from mingpiao.evidence.service import list_evidence
from mingpiao.identity.model import Acting, Session
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.evidence.lists import (
    AMOUNTS,
    COLUMNS,
    STATES,
    EvidenceQuery,
    batches_of,
    begin_export,
    exports_of,
    file_parts,
    read_evidence_query,
    row_of,
    uploader,
)
from mingpiao.portals.exports import Layout, csv_answer, workbook_answer
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import UNIT_EXPORT, allowed
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, require_right, scoped_reads

LIST = "/unit/evidence"
_LAYOUT = Layout(columns=COLUMNS, amounts=AMOUNTS, name="evidence")
_EXPORT = [require_right(UNIT_EXPORT)]


@get("/evidence")
async def file_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """A page of the unit's files, newest first; the filter stands in the address."""
    query = _read(request, session)
    after = read_query(request).get("after", "")
    found = EvidencePage(files=())
    if not query.problems:
        async with scoped_reads(services, session.account) as connection:
            found = await list_evidence(connection, query.wanted, after=after)
    return page(
        request,
        "evidence/list.html",
        status=422 if query.problems else 200,
        title="佐证材料",
        crumbs=[("首页", "/unit")],
        address=LIST,
        values=query.values,
        problems=query.problems,
        files=found.files,
        states=STATES,
        uploader=uploader,
        file_address=lambda file: f"{LIST}/{file.digest}",
        bills_address=lambda file: f"/unit/bills?evidence={file.digest}",
        exports=exports_of(query, LIST) if allowed(session.account.role, UNIT_EXPORT) else [],
        next_address=query.address(LIST, after=found.next_key) if found.next_key else "",
        first_address=query.address(LIST) if after else "",
    )


def _read(request: PageRequest, session: Session) -> EvidenceQuery:
    """The filter of an address, held to one unit."""
    query = read_evidence_query(read_query(request))
    wanted: EvidenceFilter = msgspec.structs.replace(query.wanted, unit_id=unit_of(session.account))
    return msgspec.structs.replace(query, wanted=wanted)


@get("/evidence/{digest:str}")
async def file_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    digest: FromPath[str],
) -> Response[str]:
    """One file: what it was understood as, what is used of it, its bills and its pages."""
    catalog = await services.catalog.get()
    parts = await file_parts(services, session, unit_of(session.account), digest)
    return page(
        request,
        "evidence/file.html",
        title=parts["file"].name,
        crumbs=[("首页", "/unit"), ("佐证材料", LIST)],
        **parts,
        uploader=uploader,
        base=LIST,
        bills_base="/unit/bills",
        bills_address=f"/unit/bills?evidence={digest}",
        kind_name=lambda code: catalog.kinds[code].name if code in catalog.kinds else code,
        unit_address="",
    )


@get("/evidence/export.csv", guards=_EXPORT)
async def export_csv(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All files of the filter as CSV."""
    query = await _export(request, session, services, acting=acting)
    return csv_answer(_LAYOUT, batches_of(services, session, query.wanted, row_of))


@get("/evidence/export.xlsx", guards=_EXPORT)
async def export_workbook(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All files of the filter as a workbook."""
    query = await _export(request, session, services, acting=acting)
    return await workbook_answer(_LAYOUT, batches_of(services, session, query.wanted, row_of))


async def _export(
    request: PageRequest, session: Session, services: Services, *, acting: Acting
) -> EvidenceQuery:
    query = _read(request, session)
    await begin_export(request, session, services, query, f"unit:{unit_of(session.account)}", acting=acting)
    return query


HANDLERS = [file_list, export_csv, export_workbook, file_page]
