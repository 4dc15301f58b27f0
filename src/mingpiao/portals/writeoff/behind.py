"""/finance/writeoff/behind: units that have not written off, and reminding many of them at once."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.session import PageCall, require_right
from mingpiao.portals.writeoff.lists import BEHIND
from mingpiao.portals.writeoff.rights import REMIND
from mingpiao.writeoff.service import urge_units


@get("/writeoff/behind")
async def behind_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Units with months that are over and not written off; those that are overdue, unless told otherwise."""
    return await show_list(call.request, call.session, call.services, BEHIND, reminded=None)


@post("/writeoff/behind/remind", guards=[require_right(REMIND)], status_code=200)
async def remind(call: NamedDependency[PageCall]) -> Response[str]:
    """Remind the chosen units, and show the list with how many that were."""
    sent = await read_chosen(call.request, BEHIND)
    try:
        # system: messages and the audit trail are written; the verb keeps to the department's area
        async with call.services.database.system() as connection:
            reminded = await urge_units(connection, sent.ids, acting=call.acting)
    except Refusal as refusal:
        return await show_refused(call, BEHIND, sent, refusal.problems, reminded=None)
    return await show_list(
        call.request, call.session, call.services, BEHIND, given=sent.filter, reminded=reminded
    )


HANDLERS = [behind_page, remind, *list_helpers(BEHIND)]
