"""整改通知 as PDF, for the unit that it is sent to and for departments."""

from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.portals.session import PageCall, in_turn
from mingpiao.writeoff.service import Papers


@get("/rectifications/{rectification_id:int}/notice.pdf", middleware=[in_turn])
async def notice_file(
    call: NamedDependency[PageCall], papers: NamedDependency[Papers], rectification_id: FromPath[int]
) -> Response[bytes]:
    """The notice with the department's seal, as it was issued."""
    async with call.reads() as connection:
        rectification, data = await papers.notice(connection, rectification_id)
    subject = f"rectification:{rectification_id}"
    details = {"notice": rectification.serial}
    await call.note_download(
        "rectification:download", subject, unit_id=rectification.unit_id, details=details
    )
    name = f"rectification-{rectification.issuer_code}-{rectification.year}-{rectification.number:04d}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return Response(data, media_type="application/pdf", headers=headers)


HANDLERS = [notice_file]
