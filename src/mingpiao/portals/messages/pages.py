"""消息: what the platform tells a unit or a department, in the portals of both."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.identity.model import Session
from mingpiao.messages.service import mark_read, open_message
from mingpiao.portals.forms import read_form, read_id
from mingpiao.portals.lists import show_list
from mingpiao.portals.messages.lists import list_of, owner_of
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.session import PageRequest, redirect, require_right

_GUARDS = [require_right(MESSAGES)]


@get("/messages", guards=_GUARDS)
async def message_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """The messages of the unit or department, newest first."""
    return await show_list(request, session, services, list_of(session.account))


@post("/messages/read", guards=_GUARDS, status_code=200)
async def read_all(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[bytes]:
    """Mark all that the page showed, and what is older, as read."""
    newest = read_id((await read_form(request)).get("newest", "")) or 0
    async with services.database.system() as connection:  # system: no scope writes who has read what
        await mark_read(connection, session.account.account_id, owner_of(session.account), newest)
    return redirect(request, list_of(session.account).address)


@post("/messages/{message_id:int}/open", guards=_GUARDS, status_code=200)
async def follow(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    message_id: FromPath[int],
) -> Response[bytes]:
    """Mark a message as read and go where it leads."""
    account = session.account
    async with services.database.system() as connection:  # system: no scope writes who has read what
        link = await open_message(connection, account.account_id, owner_of(account), message_id)
    return redirect(request, link or list_of(account).address)


HANDLERS = [message_list, read_all, follow]
