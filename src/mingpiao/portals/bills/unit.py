"""已开票据: the list with its filters, and the page of one bill with its documents."""

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.drafts.service import reissue_of, reissued_as
from mingpiao.evidence.service import get_evidence_files
from mingpiao.issuing.model import Bill, BillState, Color
from mingpiao.issuing.service import get_document, get_supervision, prints_of
from mingpiao.journal.service import bill_events
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.bills.details import bill_keys, doubt_of, extension_of, history_of, standing_words
from mingpiao.portals.bills.drawing import face_of
from mingpiao.portals.bills.files import bill_file_response
from mingpiao.portals.bills.lists import UNIT_BILLS
from mingpiao.portals.bills.rights import UNIT_REVERSE
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall
from mingpiao.verification.service import checks_of
from mingpiao.writeoff.service import history_of_cases, standings_of


@get("/bills/{code:str}/{number:str}")
async def bill_page(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """One bill: face, fields, items, history, documents."""
    bill_id = bill_id_of(code, number)
    async with call.reads() as connection:
        document = await get_document(connection, bill_id)
        events = await bill_events(connection, document.bill.unit_id, bill_id)
        checks = await checks_of(connection, document.bill.unit_id, bill_id)
        supervision = await get_supervision(connection, document.bill.unit_id, bill_id)
        named = supervision.evidence if supervision else ()
        files = await get_evidence_files(connection, document.bill.unit_id, named)
        prints = await prints_of(connection, document.bill)
        reissue = await _reissue(connection, document.bill)
        standings = await standings_of(connection, bill_keys([document.bill]))
        steps = await history_of_cases(connection, document.bill.unit_id, document.bill.bill_id)
    bill = document.bill
    catalog = await call.services.catalog.get()
    return page(
        call.request,
        "bills/unit_bill.html",
        title=f"票据 {bill.code}-{bill.number}",
        crumbs=[("首页", "/unit"), (UNIT_BILLS.title, UNIT_BILLS.address)],
        bill=bill,
        kind=catalog.kinds[bill.kind],
        extension=extension_of(catalog, bill),
        history_lines=history_of(events, steps),
        writeoff=standing_words(standings[bill.bill_id]),
        standing=standings[bill.bill_id],
        doubt=doubt_of(standings[bill.bill_id]),
        checks=checks,
        supervision=supervision,
        files=list(files.values()),
        evidence_base="/unit/evidence",
        faces=await face_of(call.services, document),
        reissue=reissue,
        prints=prints,
        may_copy=bill.color is Color.BLUE and allowed(call.session.account.role, UNIT_ISSUE),
        may_reverse=may_be_reversed(bill) and allowed(call.session.account.role, UNIT_REVERSE),
    )


class Reissue(msgspec.Struct, frozen=True, kw_only=True):
    """按原内容重开: the reversed bill whose content this one has, and the bill that has the content of this one."""

    earlier: BillIdentity | None = None
    later: BillIdentity | None = None


async def _reissue(connection: AsyncConnection, bill: Bill) -> Reissue:
    """What is told of a bill; of a red one, what became of the blue one."""
    reversed_id = bill.related.bill_id if bill.color is Color.RED and bill.related else bill.bill_id
    later = await reissued_as(connection, bill.unit_id, reversed_id)
    earlier = await reissue_of(connection, bill.unit_id, bill.business_no)
    return Reissue(
        earlier=BillIdentity.from_bill_id(earlier) if earlier and bill.color is Color.BLUE else None,
        later=BillIdentity(code=later.code, number=later.number) if later else None,
    )


def may_be_reversed(bill: Bill) -> bool:
    """Whether a bill is blue and not reversed."""
    return bill.color is Color.BLUE and bill.state is BillState.NORMAL


@get("/bills/{code:str}/{number:str}/{file_name:str}")
async def bill_file(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str], file_name: FromPath[str]
) -> Response[bytes]:
    """A document of a bill for saving: `document.ofd`, `document.pdf` or `document.xml`."""
    name, _, ending = file_name.partition(".")
    if name != "document":
        raise refuse("document.unknown", "没有这种文件，请从票据页面下载。", status=404)
    return await bill_file_response(call, code, number, ending)


HANDLERS = [*list_handlers(UNIT_BILLS), bill_page, bill_file]
