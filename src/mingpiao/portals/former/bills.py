"""One former bill: what its face says, the state of its seals, and where it stands."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.former.service import get_former, original_of
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.bills.details import STANDING_COLOURS
from mingpiao.portals.former.parts import FINANCE, SEAL_COLOURS, UNIT, Portal
from mingpiao.portals.former.removal import removal_of
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT, UNIT_VIEW
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.units.service import names_of
from mingpiao.writeoff.service import former_standings


async def _bill_page(call: PageCall, portal: Portal, code: str, number: str) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        bill = await get_former(connection, bill_id_of(code, number))
        standing = (await former_standings(connection, [bill]))[bill.bill_id]
        units = await names_of(connection, {bill.unit_id})
        removal = await removal_of(connection, call.session.account, portal, bill)
    return page(
        call.request,
        "former/bill.html",
        title=f"历史票据 {bill.identity.number}",
        crumbs=portal.crumbs,
        bill=bill,
        standing=standing,
        standing_colour=STANDING_COLOURS[standing.standing],
        seal_colour=SEAL_COLOURS[bill.seal],
        kind=kind_name(catalog, bill.kind_code),
        unit=units.get(bill.unit_id, ""),
        portal=portal,
        removal=removal,
        at=portal.bill(bill),
    )


async def _original(call: PageCall, code: str, number: str) -> Response[bytes]:
    async with call.reads() as connection:
        bill = await get_former(connection, bill_id_of(code, number))
        data = await original_of(connection, bill.bill_id)
    if data is None:
        raise refuse("former.no_original", "这张票据由表格导入，没有签名原件。", status=404)
    subject = f"former_import:{bill.import_id}"
    details = {"bills": str(bill.bill_id)}
    await call.note_download("former:original", subject, unit_id=bill.unit_id, details=details)
    name = f"{bill.identity.code}-{bill.identity.number}.xml"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/xml", headers=headers)


@get("/former/bills/{code:str}/{number:str}", guards=[require_right(UNIT_VIEW)])
async def unit_bill(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """A former bill of the unit."""
    return await _bill_page(call, UNIT, code, number)


@get("/former/bills/{code:str}/{number:str}/original.xml", guards=[require_right(UNIT_EXPORT)])
async def unit_original(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[bytes]:
    """Its XML as it came."""
    return await _original(call, code, number)


@get("/former/bills/{code:str}/{number:str}", guards=[require_right(FINANCE_VIEW)])
async def finance_bill(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """A former bill of a unit of the department's area."""
    return await _bill_page(call, FINANCE, code, number)


@get("/former/bills/{code:str}/{number:str}/original.xml", guards=[require_right(FINANCE_VIEW)])
async def finance_original(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[bytes]:
    """Its XML as it came."""
    return await _original(call, code, number)


UNIT_HANDLERS = [unit_bill, unit_original]
FINANCE_HANDLERS = [finance_bill, finance_original]
