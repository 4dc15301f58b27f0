"""打印: faces for paper, nothing else on it, and 交付单, a sheet with the QR code for the payer at the counter."""

from collections.abc import Sequence
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from markupsafe import Markup

from mingpiao.issuing.model import Bill, BillDocument, BillState
from mingpiao.issuing.service import get_document, record_prints
from mingpiao.kernel.errors import refuse
from mingpiao.layout.service import check_address, check_picture
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.bills.drawing import face_of
from mingpiao.portals.bills.lists import UNIT_BILLS
from mingpiao.portals.gates import UNIT_EXPORT
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right

#: Faces on one page: drawing one takes milliseconds, and a browser has to lay them all out.
MOST_PRINTED = 50
_PRINT = "/unit/bills/print"
_SLIP = "/unit/bills/slip"


class PaperSheet(msgspec.Struct, frozen=True, kw_only=True):
    """A bill on paper: its face, or the QR of its check page."""

    bill: Bill
    picture: Markup
    address: str = ""
    prints: int = 0


@post("/bills/print", guards=[require_right(UNIT_EXPORT)])
async def choose(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Leads the bills that were chosen in the list to their page for printing."""
    chosen = [str(each) for each in (await call.request.form()).getall("chosen", [])]
    _ids_of(chosen)
    return redirect(call.request, _address(_PRINT, chosen))


@get("/bills/print")
async def print_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The faces of some bills as they will be printed. Looking at them is not counted."""
    chosen = _asked_for(call)
    return await _faces(call, chosen, await _documents(call, chosen), {})


@post("/bills/print/now", status_code=200, guards=[require_right(UNIT_EXPORT)])
async def print_now(call: NamedDependency[PageCall]) -> Response[str]:
    """Count a print of each bill and open the browser's dialog."""
    chosen = [str(each) for each in (await call.request.form()).getall("bill", [])]
    documents = await _documents(call, chosen)
    async with call.services.database.system() as connection:  # system: prints are counted and audited
        counts = await record_prints(connection, [each.bill for each in documents], acting=call.acting)
    return await _faces(call, chosen, documents, counts)


@get("/bills/slip")
async def slip_page(call: NamedDependency[PageCall]) -> Response[str]:
    """A sheet for each bill with the QR code and address of its check page."""
    chosen = _asked_for(call)
    sheets = [_slip(call, each.bill) for each in await _documents(call, chosen)]
    return page(
        call.request,
        "bills/slip.html",
        title="交付单",
        sheets=sheets,
        reversed_ones=_reversed(sheets),
        back=_back(chosen),
    )


def _slip(call: PageCall, bill: Bill) -> PaperSheet:
    base = call.services.settings.site_url()
    address = check_address(base, code=bill.code, number=bill.number, sm3=bill.sm3)
    return PaperSheet(bill=bill, picture=Markup(check_picture(address)), address=address)  # noqa: S704 - our own drawing


async def _faces(
    call: PageCall, chosen: Sequence[str], documents: Sequence[BillDocument], counts: dict[int, int]
) -> Response[str]:
    sheets = [
        PaperSheet(
            bill=each.bill,
            picture=await face_of(call.services, each),
            prints=counts.get(each.bill.bill_id, 0),
        )
        for each in documents
    ]
    return page(
        call.request,
        "bills/print.html",
        title="打印票据",
        sheets=sheets,
        chosen=chosen,
        slip=_address(_SLIP, chosen),
        reversed_ones=_reversed(sheets),
        back=_back(chosen),
    )


def _reversed(sheets: Sequence[PaperSheet]) -> list[Bill]:
    return [sheet.bill for sheet in sheets if sheet.bill.state is BillState.REVERSED]


def _asked_for(call: PageCall) -> list[str]:
    return [value for name, value in call.request.query_params.multi_items() if name == "bill"]


async def _documents(call: PageCall, chosen: Sequence[str]) -> list[BillDocument]:
    """The bills, each once, in the order in which they were chosen. Raises `Refusal`."""
    ids = _ids_of(chosen)
    async with call.reads() as connection:
        return [await get_document(connection, bill_id) for bill_id in ids]


def _ids_of(chosen: Sequence[str]) -> list[int]:
    """票据编号 of texts like 15010126-0000000001. Raises `Refusal` for none, for too many, and for what is none."""
    if not chosen:
        raise refuse("bill.none_chosen", "没有选择票据，请在列表里勾选后再打印。", status=422)
    if len(chosen) > MOST_PRINTED:
        raise refuse("bill.too_many_chosen", f"一次最多打印{MOST_PRINTED}份票据，请分批打印。", status=422)
    return list(dict.fromkeys(bill_id_of(*each.partition("-")[::2]) for each in chosen))


def _address(path: str, chosen: Sequence[str]) -> str:
    return f"{path}?{urlencode([('bill', each) for each in chosen])}"


def _back(chosen: Sequence[str]) -> str:
    return f"{UNIT_BILLS.address}/{chosen[0].replace('-', '/')}" if len(chosen) == 1 else UNIT_BILLS.address


HANDLERS = [choose, print_page, print_now, slip_page]
