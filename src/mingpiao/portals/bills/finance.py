"""/finance/bills: every bill of the region and below, and nothing outside it."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.evidence.service import get_evidence_files
from mingpiao.issuing.service import get_document, get_supervision
from mingpiao.journal.service import bill_events
from mingpiao.kernel.clock import to_shanghai
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.bills.details import bill_keys, doubt_of, extension_of, history_of, standing_words
from mingpiao.portals.bills.drawing import face_of
from mingpiao.portals.bills.files import bill_file_response
from mingpiao.portals.bills.lists import FINANCE_BILLS
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.service import history_of_cases, standings_of


@get("/bills/{code:str}/{number:str}")
async def bill_page(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """One bill: its face, data, history and documents."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        document = await get_document(connection, bill_id_of(code, number))
        bill = document.bill
        unit = await get_unit(connection, bill.unit_id)
        events = await bill_events(connection, bill.unit_id, bill.bill_id)
        supervision = await get_supervision(connection, bill.unit_id, bill.bill_id)
        files = await get_evidence_files(
            connection, bill.unit_id, supervision.evidence if supervision else ()
        )
        standings = await standings_of(connection, bill_keys([bill]))
        steps = await history_of_cases(connection, bill.unit_id, bill.bill_id)
    return page(
        call.request,
        "bills/finance_bill.html",
        title=f"票据 {bill.code} {bill.number}",
        crumbs=[(FINANCE_BILLS.title, FINANCE_BILLS.address)],
        bill=bill,
        unit=unit,
        region=catalog.region_path(bill.region_code, to_shanghai(bill.issued_at).date()),
        kind=catalog.kinds[bill.kind].name,
        extension=extension_of(catalog, bill),
        history_lines=history_of(events, steps),
        writeoff=standing_words(standings[bill.bill_id]),
        standing=standings[bill.bill_id],
        doubt=doubt_of(standings[bill.bill_id]),
        supervision=supervision,
        files=list(files.values()),
        evidence_base=f"/finance/evidence/{bill.unit_id}",
        face=await face_of(call.services, document),
        base=f"{FINANCE_BILLS.address}/{bill.code}/{bill.number}",
    )


@get("/bills/{code:str}/{number:str}/{form:str}")
async def bill_document(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str], form: FromPath[str]
) -> Response[bytes]:
    """A bill's document to keep: ofd, pdf or xml."""
    return await bill_file_response(call, code, number, form)


HANDLERS = [*list_handlers(FINANCE_BILLS), bill_page, bill_document]
