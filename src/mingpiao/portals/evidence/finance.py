"""佐证材料 of the region's units: the list with its filter and exports, and the page of one file."""

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.evidence.model import EvidencePage, ListedEvidence
from mingpiao.evidence.service import list_evidence
from mingpiao.identity.model import Acting, Session
from mingpiao.kernel.codes import region_covers
from mingpiao.portals.bills.filters import usual_start
from mingpiao.portals.bills.finance import unit_named
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
from mingpiao.portals.regions import chosen_region, home_region, region_options
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, scoped_reads
from mingpiao.portals.units.finance import kind_name

LIST = "/finance/evidence"
_LAYOUT = Layout(columns=("用票单位", "统一社会信用代码", "地区", *COLUMNS), amounts=AMOUNTS, name="evidence")


@get("/evidence")
async def file_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Files by name, state, day, unit and region, newest first."""
    catalog = await services.catalog.get()
    given = read_query(request)
    after = given.get("after", "")
    found = EvidencePage(files=())
    async with scoped_reads(services, session.account) as connection:
        query = await _read(connection, session, catalog, given)
        if not query.problems:
            found = await list_evidence(connection, query.wanted, after=after)
    return page(
        request,
        "evidence/list.html",
        status=422 if query.problems else 200,
        title="佐证材料",
        address=LIST,
        values=query.values,
        problems=query.problems,
        files=found.files,
        states=STATES,
        regions=region_options(session, catalog),
        uploader=uploader,
        file_address=lambda file: f"{LIST}/{file.unit_id}/{file.digest}",
        bills_address=_bills_address,
        exports=exports_of(query, LIST),
        next_address=query.address(LIST, after=found.next_key) if found.next_key else "",
        first_address=query.address(LIST) if after else "",
    )


async def _read(
    connection: AsyncConnection, session: Session, catalog: Catalog, given: Mapping[str, str]
) -> EvidenceQuery:
    """The filter of an address with its unit and region looked up.

    Without a day and a unit the last thirty days are wanted. Raises `Refusal` (`region.unknown`, 404)
    for a region outside the account's.
    """
    bounded = any(given.get(name) for name in ("from", "to", "unit"))
    query = read_evidence_query(
        given if bounded else {**given, "from": usual_start()}, also=("unit", "region")
    )
    region = chosen_region(session, catalog, query.values["region"])
    codes = tuple(code for code in sorted(catalog.regions) if region_covers(region, code))
    wanted = msgspec.structs.replace(query.wanted, region_codes=codes)
    problems = query.problems
    if query.values["unit"]:
        unit_id, problem = await unit_named(connection, query.values["unit"])
        wanted = msgspec.structs.replace(wanted, unit_id=unit_id)
        problems += (problem,) if problem else ()
    return msgspec.structs.replace(query, wanted=wanted, problems=problems)


def _bills_address(file: ListedEvidence) -> str:
    return f"/finance/bills?{urlencode({'evidence': file.digest, 'unit': file.unit_code})}"


@get("/evidence/{unit_id:int}/{digest:str}")
async def file_page(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    unit_id: FromPath[int],
    digest: FromPath[str],
) -> Response[str]:
    """One file: what it was understood as, what is used of it, its bills and its pages."""
    catalog = await services.catalog.get()
    parts = await file_parts(services, session, unit_id, digest)
    return page(
        request,
        "evidence/file.html",
        title=parts["file"].name,
        crumbs=[("佐证材料", LIST)],
        **parts,
        uploader=uploader,
        base=f"{LIST}/{unit_id}",
        bills_base="/finance/bills",
        bills_address=_bills_address(parts["file"]),
        kind_name=lambda code: kind_name(catalog, code),
        unit_address=f"/finance/units/{unit_id}",
    )


@get("/evidence/export.csv")
async def export_csv(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All files of the filter as CSV."""
    catalog = await services.catalog.get()
    query = await _export(request, session, services, catalog, acting=acting)
    return csv_answer(_LAYOUT, batches_of(services, session, query.wanted, _row_in(catalog)))


@get("/evidence/export.xlsx")
async def export_workbook(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All files of the filter as a workbook."""
    catalog = await services.catalog.get()
    query = await _export(request, session, services, catalog, acting=acting)
    return await workbook_answer(_LAYOUT, batches_of(services, session, query.wanted, _row_in(catalog)))


async def _export(
    request: PageRequest, session: Session, services: Services, catalog: Catalog, *, acting: Acting
) -> EvidenceQuery:
    async with scoped_reads(services, session.account) as connection:
        query = await _read(connection, session, catalog, read_query(request))
    subject = f"region:{home_region(session, catalog)}"
    await begin_export(request, session, services, query, subject, acting=acting)
    return query


def _row_in(catalog: Catalog) -> Callable[[ListedEvidence], list[str]]:
    """A file as a row of `_LAYOUT`."""

    def row(file: ListedEvidence) -> list[str]:
        return [file.unit_name, file.unit_code, catalog.region_path(file.region_code), *row_of(file)]

    return row


HANDLERS = [file_list, export_csv, export_workbook, file_page]
