"""Export of the whole filter of a unit's own bills."""

from collections.abc import AsyncIterator

from litestar import get
from litestar.di import NamedDependency
from litestar.response import Stream

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, AuditEntry, Session
from mingpiao.identity.service import record
from mingpiao.issuing.model import Bill
from mingpiao.issuing.service import stream_bills
from mingpiao.kernel.errors import Refusal
from mingpiao.kernel.money import plain, plain_number
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.bills.filters import BillQuery
from mingpiao.portals.bills.unit_query import read_unit_query
from mingpiao.portals.exports import Layout, csv_answer, workbook_answer
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import UNIT_EXPORT
from mingpiao.portals.rendering import moment
from mingpiao.portals.session import PageRequest, require_right, scoped_reads

_BATCH = 500

COLUMNS = (
    "票据代码", "票据号码", "校验码", "票据种类", "票据类型", "状态", "开票时间", "缴款人", "缴款人代码",
    "收款项目", "金额（元）", "开票人", "业务流水号", "相关票据代码", "相关票据号码", "冲红原因",
)  # fmt: skip
LAYOUT = Layout(columns=COLUMNS, amounts=("金额（元）",))


def row_of(bill: Bill, catalog: Catalog) -> list[str]:
    """A bill as the texts of a row, in the order of `COLUMNS`."""
    related = bill.related
    items = "；".join(f"{item.name}×{plain_number(item.quantity)}" for item in bill.items)
    return [
        bill.code,
        bill.number,
        bill.check_code,
        catalog.kinds[bill.kind].name,
        bill.color.label,
        bill.state.label,
        moment(bill.issued_at),
        bill.payer.name,
        bill.payer.code,
        items,
        plain(bill.total),
        bill.handler,
        bill.business_no,
        related.code if related else "",
        related.number if related else "",
        bill.reason,
    ]


@get("/bills/export.csv", guards=[require_right(UNIT_EXPORT)])
async def export_csv(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All bills of the filter as CSV (UTF-8 with a byte order mark, so that Excel reads it right)."""
    query = await _query(request, session, services, "csv", acting=acting)
    return csv_answer(LAYOUT, _batches(services, session, query, await services.catalog.get()))


@get("/bills/export.xlsx", guards=[require_right(UNIT_EXPORT)])
async def export_workbook(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Stream:
    """All bills of the filter as a workbook; every million rows a sheet."""
    query = await _query(request, session, services, "xlsx", acting=acting)
    return await workbook_answer(LAYOUT, _batches(services, session, query, await services.catalog.get()))


async def _query(
    request: PageRequest, session: Session, services: Services, ending: str, *, acting: Acting
) -> BillQuery:
    """The filter of an export, put down in the audit trail; raises `Refusal` with what is wrong in it."""
    query = read_unit_query(read_query(request), unit_of(session.account))
    if query.problems:
        raise Refusal(*query.problems)
    async with services.database.system() as connection:  # system: the audit trail is written
        await record(
            connection,
            AuditEntry(
                acting=acting,
                action="bill:export",
                subject=f"unit:{session.account.unit_id}",
                unit_id=session.account.unit_id,
                details={"format": ending} | {name: text for name, text in query.values.items() if text},
            ),
        )
    return query


async def _batches(
    services: Services, session: Session, query: BillQuery, catalog: Catalog
) -> AsyncIterator[list[list[str]]]:
    batch: list[list[str]] = []
    async with scoped_reads(services, session.account) as connection:
        async for bill in stream_bills(connection, query.wanted):
            batch.append(row_of(bill, catalog))
            if len(batch) >= _BATCH:
                yield batch
                batch = []
    if batch:
        yield batch


HANDLERS = [export_csv, export_workbook]
