"""核销证明 of a unit's month, as PDF."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import refuse
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.gates import UNIT_EXPORT
from mingpiao.portals.session import PageCall, in_turn, require_right
from mingpiao.portals.writeoff.parts import month_from
from mingpiao.writeoff.service import Papers, month_standing


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
    details = {"month": f"{wanted:%Y-%m}"}
    subject = f"writeoff:{asked.writeoff_id}"
    await call.note_download("writeoff:certificate", subject, unit_id=unit_id, details=details)
    headers = {"Content-Disposition": f'attachment; filename="{asked.serial}.pdf"'}
    return Response(data, media_type="application/pdf", headers=headers | {"Cache-Control": "no-store"})


HANDLERS = [certificate]
