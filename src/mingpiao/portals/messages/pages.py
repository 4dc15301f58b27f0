"""消息: what the platform tells a unit or a department, in the portals of both."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.identity.model import Account, Session
from mingpiao.kernel.errors import refuse
from mingpiao.messages.service import PAGE_SIZE, list_messages, mark_read, open_message
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.messages.rights import MESSAGES
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, message_owner, redirect, require_right

_GUARDS = [require_right(MESSAGES)]


@get("/messages", guards=_GUARDS)
async def message_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """The messages of the unit or department, newest first."""
    before = _number(read_query(request).get("before", ""))
    account = session.account
    async with services.database.system() as connection:  # system: no scope sees who has read what
        found = await list_messages(connection, account.account_id, _owner(account), before=before)
    shown = found[:PAGE_SIZE]
    address = _address(account)
    return page(
        request,
        "messages/messages.html",
        title="消息",
        crumbs=[("首页", address.removesuffix("/messages"))],
        messages=shown,
        address=address,
        newest=shown[0].message_id if shown else 0,
        next_address=f"{address}?before={shown[-1].message_id}" if len(found) > PAGE_SIZE else "",
        first_address=address if before else "",
    )


@post("/messages/read", guards=_GUARDS, status_code=200)
async def read_all(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[bytes]:
    """Mark all that the page showed, and what is older, as read."""
    newest = _number((await read_form(request)).get("newest", ""))
    async with services.database.system() as connection:  # system: no scope sees who has read what
        await mark_read(connection, session.account.account_id, _owner(session.account), newest)
    return redirect(request, _address(session.account))


@post("/messages/{message_id:int}/open", guards=_GUARDS, status_code=200)
async def follow(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    message_id: FromPath[int],
) -> Response[bytes]:
    """Mark a message as read and go where it leads."""
    account = session.account
    async with services.database.system() as connection:  # system: no scope sees who has read what
        link = await open_message(connection, account.account_id, _owner(account), message_id)
    return redirect(request, link or _address(account))


def _owner(account: Account) -> int | str:
    owner = message_owner(account)
    if owner is None:
        raise refuse("access.denied", "该账户没有消息。", status=403)
    return owner


def _address(account: Account) -> str:
    return "/unit/messages" if account.unit_id is not None else "/finance/messages"


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else 0


HANDLERS = [message_list, read_all, follow]
