"""演示短信: a telephone that shows what a demonstration would have sent. Elsewhere nothing is there."""

from collections.abc import Sequence

import msgspec
from litestar import Response, Router, get
from litestar.exceptions import NotFoundException

from mingpiao.delivery.model import PhoneMessage
from mingpiao.delivery.service import messages_on_phone
from mingpiao.kernel.mobiles import is_mobile
from mingpiao.portals.forms import read_query
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageRequest, services_of

PHONE = "/demo/phone"


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """The messages of one number, newest first."""

    mobile: str
    messages: tuple[PhoneMessage, ...]


@get(PHONE)
async def phone_page(request: PageRequest) -> Response[str]:
    """The newest messages by number; `mobile` in the address chooses one."""
    services = services_of(request)
    if not services.settings.demo:
        raise NotFoundException
    wanted = read_query(request).get("mobile", "")
    mobile = wanted if is_mobile(wanted) else ""
    async with services.database.system() as connection:  # system: nobody is signed in
        found = await messages_on_phone(connection, mobile)
    return page(
        request,
        "sms/phone.html",
        title="演示短信",
        conversations=conversations_of(found),
        mobile=mobile,
    )


def conversations_of(messages: Sequence[PhoneMessage]) -> list[Conversation]:
    """Messages by number, the number with the newest one first."""
    by_mobile: dict[str, list[PhoneMessage]] = {}
    for each in messages:
        by_mobile.setdefault(each.mobile, []).append(each)
    return [Conversation(mobile=mobile, messages=tuple(own)) for mobile, own in by_mobile.items()]


def create_phone_router() -> Router:
    """/demo/phone, for everybody who looks at a demonstration."""
    return Router(
        path="/",
        route_handlers=[phone_page],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
