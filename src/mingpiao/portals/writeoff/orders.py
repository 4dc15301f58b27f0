"""自动核销: a manager lets the platform write off the unit's months whose figures agree."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import UNIT_VIEW, allowed
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.parts import CRUMBS
from mingpiao.portals.writeoff.rights import UNIT_STANDING_ORDER
from mingpiao.writeoff.service import set_standing_order, standing_order

ADDRESS = "/unit/writeoff/automatic"


@get("/writeoff/automatic", guards=[require_right(UNIT_VIEW)])
async def order_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Whether it is on, what it does, and the manager's button."""
    async with call.reads() as connection:
        order = await standing_order(connection, unit_of(call.session.account))
    return page(
        call.request,
        "writeoff/automatic.html",
        title="自动核销",
        crumbs=CRUMBS,
        order=order,
        address=ADDRESS,
        may_change=allowed(call.session.account.role, UNIT_STANDING_ORDER),
    )


@post("/writeoff/automatic", guards=[require_right(UNIT_STANDING_ORDER)])
async def change_order(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Switch it on or off."""
    active = (await read_form(call.request)).get("active") == "yes"
    async with call.services.database.system() as connection:  # system: a verb writes
        unit_id = unit_of(call.session.account)
        await set_standing_order(connection, unit_id, active=active, acting=call.acting)
    return redirect(call.request, ADDRESS)


HANDLERS = [order_page, change_order]
