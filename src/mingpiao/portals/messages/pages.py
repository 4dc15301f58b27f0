"""消息: messages of the platform to a unit, a department or a person, in the portal of each."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.messages.service import mark_read, open_message
from mingpiao.portals.forms import read_form, read_id
from mingpiao.portals.lists import show_list
from mingpiao.portals.messages.lists import list_of
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.session import PageCall, message_owner, redirect, require_right

_GUARDS = [require_right(MESSAGES)]


@get("/messages", guards=_GUARDS)
async def message_list(call: NamedDependency[PageCall]) -> Response[str]:
    """The messages of the unit or department, and the person's own, newest first."""
    return await show_list(call.request, call.session, call.services, list_of(call.session.account))


@post("/messages/read", guards=_GUARDS, status_code=200)
async def read_all(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Mark all messages that the page showed, and all older ones, as read."""
    newest = read_id((await read_form(call.request)).get("newest", "")) or 0
    async with call.services.database.system() as connection:  # system: no scope writes who has read what
        await mark_read(
            connection, call.session.account.account_id, message_owner(call.session.account), newest
        )
    return redirect(call.request, list_of(call.session.account).address)


@post("/messages/{message_id:int}/open", guards=_GUARDS, status_code=200)
async def follow(call: NamedDependency[PageCall], message_id: FromPath[int]) -> Response[bytes]:
    """Mark a message as read and open the page that it links to."""
    account = call.session.account
    async with call.services.database.system() as connection:  # system: no scope writes who has read what
        link = await open_message(connection, account.account_id, message_owner(account), message_id)
    return redirect(call.request, link or list_of(account).address)


HANDLERS = [message_list, read_all, follow]
