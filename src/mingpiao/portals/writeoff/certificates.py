"""核销证明 as PDF, for the unit itself and for its department."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT
from mingpiao.portals.session import PageCall, in_turn, require_right
from mingpiao.portals.writeoff.parts import month_from
from mingpiao.writeoff.model import WriteOff
from mingpiao.writeoff.service import Papers, get_writeoff, month_standing


@get("/writeoff/{month:str}/certificate.pdf", guards=[require_right(UNIT_EXPORT)], middleware=[in_turn])
async def certificate(
    call: NamedDependency[PageCall], papers: NamedDependency[Papers], month: FromPath[str]
) -> Response[bytes]:
    """The certificate. Raises `Refusal` (`writeoff.not_done`, 409) before the month is written off."""
    unit_id, wanted = unit_of(call.session.account), month_from(month)
    async with call.reads() as connection:
        asked = (await month_standing(connection, unit_id, wanted)).writeoff
        if asked is None:
            raise refuse("writeoff.not_done", "该月的票据还没有核销，没有核销证明。", status=409)
        data = await papers.certificate(connection, asked.writeoff_id)
    return await _download(call, asked, data)


@get("/writeoffs/{writeoff_id:int}/certificate", guards=[require_right(FINANCE_VIEW)], middleware=[in_turn])
async def certificate_of_unit(
    call: NamedDependency[PageCall], papers: NamedDependency[Papers], writeoff_id: FromPath[int]
) -> Response[bytes]:
    """The certificate of a unit of the department's area."""
    async with call.reads() as connection:
        asked = await get_writeoff(connection, writeoff_id)
        data = await papers.certificate(connection, writeoff_id)
    return await _download(call, asked, data)


async def _download(call: PageCall, asked: WriteOff, data: bytes) -> Response[bytes]:
    details = {"month": f"{asked.month:%Y-%m}"}
    subject = f"writeoff:{asked.writeoff_id}"
    await call.note_download("writeoff:certificate", subject, unit_id=asked.unit_id, details=details)
    headers = {"Content-Disposition": f'attachment; filename="{asked.serial}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers | {"Cache-Control": "no-store"})


HANDLERS = [certificate]
FINANCE_HANDLERS = [certificate_of_unit]
