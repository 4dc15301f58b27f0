"""/finance/writeoff/behind: units that have not written off, and reminding many of them at once."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.forms import clean, read_id
from mingpiao.portals.lists import list_helpers, show_list
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
    form = await call.request.form()
    members = {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}
    given = {name: members.get(f"filter-{name}", "") for each in BEHIND.filters for name in each.names}
    numbers = [read_id(str(value)) for value in form.getall("chosen", [])]
    chosen = list(dict.fromkeys(each for each in numbers if each is not None))
    try:
        # system: messages and the audit trail are written; the verb keeps to the department's area
        async with call.services.database.system() as connection:
            reminded = await urge_units(connection, chosen, acting=call.acting)
    except Refusal as refusal:
        return await show_list(
            call.request,
            call.session,
            call.services,
            BEHIND,
            given=given,
            problems=refusal.problems,
            chosen=frozenset(map(str, chosen)),
            reminded=None,
        )
    return await show_list(call.request, call.session, call.services, BEHIND, given=given, reminded=reminded)


HANDLERS = [behind_page, remind, *list_helpers(BEHIND)]
