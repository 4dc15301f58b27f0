"""Export of the whole filter of a department's bills, each with its unit and region."""

from collections.abc import AsyncIterator

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import stream_bills
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.bills.filters import BillQuery
from mingpiao.portals.bills.finance import read_finance_query
from mingpiao.portals.bills.unit_exports import COLUMNS, row_of
from mingpiao.portals.exports import Layout, csv_answer, workbook_answer
from mingpiao.portals.forms import read_query
from mingpiao.portals.regions import home_region
from mingpiao.portals.session import PageRequest, scoped_reads
from mingpiao.units.service import names_of

_BATCH = 500
_COLUMNS = ("用票单位", "地区", *COLUMNS)
_LAYOUT = Layout(columns=_COLUMNS, amounts=("金额（元）",))


@get("/bills/export.csv")
async def export_csv(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All bills of the filter as CSV."""
    catalog = await services.catalog.get()
    query = await _query(request, session, services, catalog, "csv", acting=acting)
    return csv_answer(_LAYOUT, _batches(services, session, query, catalog))


@get("/bills/export.xlsx")
async def export_workbook(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All bills of the filter as a workbook."""
    catalog = await services.catalog.get()
    query = await _query(request, session, services, catalog, "xlsx", acting=acting)
    return await workbook_answer(_LAYOUT, _batches(services, session, query, catalog))


async def _query(
    request: PageRequest,
    session: Session,
    services: Services,
    catalog: Catalog,
    ending: str,
    *,
    acting: Acting,
) -> BillQuery:
    """The filter of an export, put down in the audit trail; raises `Refusal` with what is wrong in it."""
    async with scoped_reads(services, session.account) as connection:
        query = await read_finance_query(connection, session, catalog, read_query(request))
    if query.problems:
        raise Refusal(*query.problems)
    entry = AuditEntry(
        acting=acting,
        action="bill:export",
        subject=f"region:{home_region(session, catalog)}",
        details={"format": ending} | {name: text for name, text in query.values.items() if text},
    )
    async with services.database.system() as connection:  # system: the audit trail is written
        await record(connection, entry)
    return query


async def _batches(
    services: Services, session: Session, query: BillQuery, catalog: Catalog
) -> AsyncIterator[list[list[str]]]:
    names: dict[int, str] = {}
    batch: list[Bill] = []
    async with scoped_reads(services, session.account) as connection:
        async for bill in stream_bills(connection, query.wanted):
            batch.append(bill)
            if len(batch) >= _BATCH:
                yield await _rows(connection, batch, names, catalog)
                batch = []
        if batch:
            yield await _rows(connection, batch, names, catalog)


async def _rows(
    connection: AsyncConnection, bills: list[Bill], names: dict[int, str], catalog: Catalog
) -> list[list[str]]:
    """Rows of some bills; `names` gathers the units' names."""
    unknown = {bill.unit_id for bill in bills} - names.keys()
    if unknown:
        names |= await names_of(connection, unknown)
    return [
        [names.get(bill.unit_id, ""), catalog.region_path(bill.region_code), *row_of(bill, catalog)]
        for bill in bills
    ]


HANDLERS = [export_csv, export_workbook]
