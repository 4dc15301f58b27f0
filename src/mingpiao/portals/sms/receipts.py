"""Receipts of text messages, from the provider's program."""

from litestar import Router, post
from litestar.di import NamedDependency

from mingpiao.delivery.service import SmsOutbox
from mingpiao.gateway.service import handle
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.session import PageRequest


@post("/api/public/sms-receipts", request_max_body_size=STRANGERS_FORM_BYTES, status_code=204)
async def take_receipt(request: PageRequest, sms: NamedDependency[SmsOutbox]) -> None:
    """Take one receipt. Its signature, over time and body, shows from whom it is."""
    headers = request.headers
    await sms.receive(await request.body(), headers.get("X-Sms-Time", ""), headers.get("X-Sms-Signature", ""))


def create_receipts_router() -> Router:
    """/api/public/sms-receipts."""
    return Router(
        path="/",
        route_handlers=[take_receipt],
        exception_handlers={Refusal: handle, Exception: handle},
        include_in_schema=False,
    )
