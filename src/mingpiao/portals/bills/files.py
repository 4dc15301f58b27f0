"""A bill's documents for saving, for everybody who may see the bill."""

from litestar import Response

from mingpiao.issuing.service import get_document
from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.list_filters import Sources
from mingpiao.portals.session import PageCall
from mingpiao.storage.scope import Scope

_MEDIA_TYPES = {"ofd": "application/ofd", "pdf": "application/pdf", "xml": "application/xml"}


async def packed_bill(sources: Sources, scope: Scope, row_id: str, ending: str) -> tuple[str, bytes]:
    """A bill's OFD or PDF for a pack, named by its code and number. Raises `Refusal` (`bill.unknown`, 404)."""
    code, _, number = row_id.partition("-")
    async with sources.database.scoped(scope) as connection:  # scope: that of the list, for its reader
        document = await get_document(connection, bill_id_of(code, number))
    make = sources.documents.ofd if ending == "ofd" else sources.documents.pdf
    return f"{code}-{number}.{ending}", await make(document)


async def bill_file_response(call: PageCall, code: str, number: str, ending: str) -> Response[bytes]:
    """The bill as `ofd`, `pdf` or `xml`, named by its code and number; put down in the audit trail.

    Raises `Refusal` (404): `document.unknown` for another ending, `bill.unknown` outside the account's scope.
    """
    if ending not in _MEDIA_TYPES:
        raise refuse("document.unknown", "没有这种文件格式，请选择 OFD、PDF 或 XML。", status=404)
    services = call.services
    async with call.reads() as connection:
        document = await get_document(connection, bill_id_of(code, number))
    match ending:
        case "ofd":
            data = await services.documents.ofd(document)
        case "pdf":
            data = await services.documents.pdf(document)
        case _:
            data = document.xml
    bill = document.bill
    await call.note_download(
        "bill:download", f"bill:{bill.bill_id}", unit_id=bill.unit_id, details={"format": ending}
    )
    return Response(
        data,
        media_type=_MEDIA_TYPES[ending],
        headers={
            "Content-Disposition": f'attachment; filename="{code}-{number}.{ending}"',
            "Cache-Control": "private, no-store",
        },
    )
