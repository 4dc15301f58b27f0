"""The cookie session of the pages: who is signed in, CSRF, and the guards of each portal."""

import secrets
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie
from litestar.di import NamedDependency
from litestar.handlers import BaseRouteHandler
from litestar.types import ASGIApp, Guard, Receive, Scope, Send
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.composition import Services
from mingpiao.identity.model import Account, Acting, AuditEntry, Role, Session, Visitor, acting_as
from mingpiao.identity.service import (
    ABSOLUTE_LIMIT,
    IdentitySettings,
    demanded_of,
    has_two_factors,
    is_within,
    record,
    refused_address,
    session_of,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.messages.service import count_unread
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_VIEW, Right, require
from mingpiao.portals.kept import (
    SESSION_COOKIE,
    address_of,
    close_uploads,
    forget_sent,
    given_csrf_token,
    keep_posted,
    kept_cookie,
    load_shown,
)
from mingpiao.portals.proof import ProofNeeded, marked, require_proof
from mingpiao.web import client_address

PageRequest = Request[Any, Any, Any]
_Connection = ASGIConnection[Any, Any, Any, Any]

#: For whom somebody works who works for no unit and no department.
PLACES = {
    Role.ADMINISTRATOR: "系统管理",
    Role.SECURITY_ADMINISTRATOR: "安全管理",
    Role.AUDIT_ADMINISTRATOR: "审计管理",
    Role.UNGRANTED: "待授权",
}
PASSWORD_PAGE = "/password"  # noqa: S105 - an address
FACTOR_PAGE = "/account/factor"
_DEVICE_COOKIE = "mingpiao_device"
_READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_STATE_KEY = "mingpiao_visit"
#: The header of an answer, and the name of the page's meta element, with what is left of the session.
SESSION_SECONDS = "Session-Seconds"


class Visit(msgspec.Struct, frozen=True):
    """Who makes a request, the name of their unit or department, and the number of their unread messages."""

    session: Session
    place_name: str
    unread: int


class LoginRequired(Exception):
    """Nobody is signed in: the answer redirects to the login page, which leads back.

    `kept` is the cookie that leads to the kept form, if the request sent a form.
    """

    def __init__(self, kept: Cookie | None = None) -> None:
        super().__init__()
        self.kept = kept


class FormKept(Exception):
    """A form came with the token of an earlier session.

    `address` shows it again to the account that it belongs to; it is empty for any other account.
    """

    def __init__(self, kept: Cookie, address: str) -> None:
        super().__init__()
        self.kept = kept
        self.address = address


class PasswordChangeRequired(Exception):
    """The account must first choose a password of its own: the answer redirects there."""


class FactorRequired(Exception):
    """The account needs a second factor and has proved none: the answer redirects to where one is set up."""


def services_of(connection: _Connection) -> Services:
    """The app's services, from its state."""
    services: Services = connection.app.state.services
    return services


def cookie_name(connection: _Connection) -> str:
    """Over HTTPS a browser binds a `__Host-` cookie to this host and to all of its paths."""
    return f"__Host-{SESSION_COOKIE}" if services_of(connection).settings.secure_cookies() else SESSION_COOKIE


def session_token(connection: _Connection) -> str:
    """The token in the cookie, or an empty text."""
    return connection.cookies.get(cookie_name(connection), "")


def session_cookie(connection: _Connection, token: str) -> Cookie:
    """The cookie with a token; an empty token deletes the cookie."""
    return Cookie(
        key=cookie_name(connection),
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=services_of(connection).settings.secure_cookies(),
        max_age=int(ABSOLUTE_LIMIT.total_seconds()) if token else 0,
    )


#: An option of a handler that pages ask by themselves, without a person: it does not prolong the session.
BY_ITSELF = "by_itself"


async def load_visit(connection: _Connection) -> Visit | None:
    """Who makes a request, read once per request; None if nobody is signed in."""
    state = connection.scope["state"]
    if _STATE_KEY not in state:
        services = services_of(connection)
        token = session_token(connection)
        seen = BY_ITSELF not in connection.route_handler.opt
        session = await session_of(services.database, token, seen=seen) if token else None
        state[_STATE_KEY] = await _visit(services, session) if session else None
    return known_visit(connection)


async def _visit(services: Services, session: Session) -> Visit:
    return Visit(session, await _place_name(services, session), await _unread(services, session.account))


async def _unread(services: Services, account: Account) -> int:
    owner = message_owner(account)
    async with services.database.system() as connection:  # system: no scope sees who has read what
        return await count_unread(connection, account.account_id, owner)


def message_owner(account: Account) -> int | str | None:
    """The recipient whose messages an account reads beside its own: its unit (by id) or its department (by
    region); else None.
    """
    return account.unit_id if account.unit_id is not None else account.region_code


def known_visit(connection: _Connection) -> Visit | None:
    """What `load_visit` found for this request; None before it ran."""
    found: Visit | None = connection.scope["state"].get(_STATE_KEY)
    return found


async def _place_name(services: Services, session: Session) -> str:
    account = session.account
    if account.unit_id is not None:
        return (await services.units.profile(account.unit_id)).unit.name
    if account.region_code is not None:
        return (await services.catalog.get()).departments[account.region_code].name
    return PLACES[account.role]


def session_headers(connection: _Connection) -> dict[str, str]:
    """How many seconds the person's session still lasts, for the script that warns before its end."""
    visit = known_visit(connection)
    if visit is None:
        return {}
    left = visit.session.ends_at - now()
    return {SESSION_SECONDS: str(max(0, int(left.total_seconds())))}


def asks_for_part(request: PageRequest) -> bool:
    """Whether htmx asks for a part of a page that stays: not for a page, and not to change anything."""
    headers = request.headers
    whole = headers.get("HX-Boosted") or headers.get("HX-History-Restore-Request")
    return request.method in _READING_METHODS and bool(headers.get("HX-Request")) and not whole


def scoped_reads(services: Services, account: Account) -> AbstractAsyncContextManager[AsyncConnection]:
    """A transaction that sees what the account may see: every page reads with it.

    PostgreSQL enforces the scope, so a query that forgets its unit or region finds no rows of others. A page
    that must read or write beyond it opens `services.database.system()` and says why.
    """
    return services.database.scoped(account.scope)


class PageCall(msgspec.Struct, frozen=True):
    """One request of a signed-in person: the request, its session, who acts, and the services.

    Handlers behind a portal take it as `call`.
    """

    request: PageRequest
    session: Session
    services: Services
    acting: Acting

    def reads(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that sees what the person may see; see `scoped_reads`."""
        return scoped_reads(self.services, self.session.account)

    async def note_download(
        self, action: str, subject: str, *, unit_id: int, details: dict[str, str]
    ) -> None:
        """Put down in the audit trail that the person takes a file with data of people along."""
        entry = AuditEntry(
            acting=self.acting, action=action, subject=subject, unit_id=unit_id, details=details
        )
        async with self.services.database.system() as connection:  # system: the audit trail is written
            await record(connection, entry)


async def provide_call(request: PageRequest, services: NamedDependency[Services]) -> PageCall:
    """The call for a handler. Raises `LoginRequired`."""
    visit = await load_visit(request)
    if visit is None:
        raise LoginRequired
    return PageCall(request, visit.session, services, acting_as(visit.session, client_address(request)))


async def check_csrf(request: PageRequest, expected: str) -> None:
    """Raise `Refusal` (`session.csrf`, 403) unless the form or header carries the expected token."""
    given = await given_csrf_token(request)
    if not expected or not secrets.compare_digest(given.encode(), expected.encode()):
        raise stale_form()


def stale_form() -> Refusal:
    """The refusal of a form whose CSRF token is not the session's."""
    return refuse("session.csrf", "页面已失效，请返回上一页刷新后重新提交。", status=403)


async def require_session(connection: _Connection, handler: BaseRouteHandler) -> None:
    """A guard: somebody is signed in, with a password of their own, and sent this request on purpose (CSRF
    token).

    A form without a session, or with the token of an earlier one, is kept for its author.
    """
    visit = await load_visit(connection)
    if visit is None:
        raise LoginRequired(await _keep_signed_out(connection, handler))
    session = visit.session
    if not is_within(client_address(connection), session.networks) and connection.url.path != "/logout":
        raise refused_address()
    if isinstance(connection, Request):
        if connection.method in _READING_METHODS:
            await load_shown(services_of(connection), connection, session.account.account_id)
        else:
            await _require_own_form(connection, handler, session)
    _require_ready(services_of(connection), session, connection.url.path)


def _require_ready(services: Services, session: Session, path: str) -> None:
    """Whoever must choose a password, or set up a second factor, does nothing else before."""
    if path == "/logout":
        return
    if session.account.must_change_password:
        if path != PASSWORD_PAGE:
            raise PasswordChangeRequired
        return
    is_unproved = needs_factor(services, session.account) and not has_two_factors(session.factors)
    if is_unproved and not f"{path}/".startswith(f"{FACTOR_PAGE}/"):
        raise FactorRequired


def needs_factor(services: Services, account: Account) -> bool:
    """Whether an account needs two factors on this site."""
    settings = services.settings
    relaxed = settings.demo or settings.training
    return demanded_of(account.role, settings.of(IdentitySettings), relaxed=relaxed)


async def _require_proof(connection: _Connection, handler: BaseRouteHandler, session: Session) -> None:
    """What is sensitive goes on after a fresh proof of who the person is (`proof.py`)."""
    what = marked(handler, connection.path_params)
    if what is None or not isinstance(connection, Request) or connection.method in _READING_METHODS:
        return
    acting = acting_as(session, client_address(connection))
    services, visitor = services_of(connection), visitor_of(connection)
    try:
        await require_proof(services, connection, what, session, visitor=visitor, acting=acting)
    except ProofNeeded:
        await close_uploads(connection)
        raise


def visitor_of(request: PageRequest) -> Visitor:
    """Where a request comes from, for a sign-in."""
    return Visitor(
        address=client_address(request),
        device=request.cookies.get(device_cookie_name(request), ""),
        agent=request.headers.get("user-agent", ""),
        replacing=session_token(request),
    )


def device_cookie_name(connection: _Connection) -> str:
    """The cookie by which a browser is known when somebody signs in again."""
    return f"__Host-{_DEVICE_COOKIE}" if cookie_name(connection).startswith("__Host-") else _DEVICE_COOKIE


async def _keep_signed_out(connection: _Connection, handler: BaseRouteHandler) -> Cookie | None:
    if not isinstance(connection, Request) or connection.method in _READING_METHODS:
        return None
    kept = await keep_posted(services_of(connection), connection, handler, signed_out=True)
    return kept_cookie(connection, kept[0]) if kept else None


async def _require_own_form(request: PageRequest, handler: BaseRouteHandler, session: Session) -> None:
    services, account_id = services_of(request), session.account.account_id
    try:
        await check_csrf(request, session.csrf_token)
    except Refusal:
        kept = await keep_posted(services, request, handler, signed_out=False)
        await close_uploads(request)
        if kept is None:
            raise
        token, waiting = kept
        address = address_of(waiting.form) if waiting.account_id == account_id else ""
        raise FormKept(kept_cookie(request, token), address) from None
    await forget_sent(services, request, account_id)


def in_turn(app: ASGIApp) -> ASGIApp:
    """Middleware of routes that send exports: so many at a time to a person, and so many from the process.

    A turn ends with the answer's last byte, or when the client is gone; who does not read is let go by
    `listening.py`.
    """

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        connection: _Connection = ASGIConnection(scope, receive, send)
        visit = await load_visit(connection)
        if visit is None:
            await app(scope, receive, send)  # whose guards lead to the login page
            return
        with services_of(connection).export_turns.turn(visit.session.account.account_id):
            await app(scope, receive, send)

    return handle


def require_right(right: Right) -> Guard:
    """A guard that requires a right in addition to `require_session`."""

    async def guard(connection: _Connection, handler: BaseRouteHandler) -> None:
        await require_session(connection, handler)
        visit = known_visit(connection)
        if visit is None:
            raise LoginRequired
        try:
            require(visit.session, right)
        except Refusal:
            if isinstance(connection, Request) and connection.method not in _READING_METHODS:
                await close_uploads(connection)
            raise

    return guard


async def require_marked_proof(connection: _Connection, handler: BaseRouteHandler) -> None:
    """A guard after a portal's own: whoever does something sensitive was proved freshly. It runs once, as it uses a
    code up.
    """
    visit = known_visit(connection)
    if visit is not None:
        await _require_proof(connection, handler, visit.session)


require_unit = require_right(UNIT_VIEW)
require_department = require_right(FINANCE_VIEW)


def login_address(connection: PageRequest, *, kept: bool = False) -> str:
    """The login page. After a GET it leads back to that page; after others to the first page, and says why.

    `kept` says that a form is kept, to which signing in leads.
    """
    if kept:
        return "/login?ended=kept"
    if connection.method not in _READING_METHODS or connection.headers.get("HX-Request"):
        return "/login?ended=yes"
    query = f"?{connection.url.query}" if connection.url.query else ""
    return f"/login?next={quote(connection.url.path + query)}"


def is_local(address: str) -> bool:
    """Whether an address is a page of this site, so that redirecting to it is safe."""
    harmless = not any(character in address for character in "\\\r\n\t") and address.isprintable()
    return harmless and address.startswith("/") and not address.startswith("//")


def redirect(request: PageRequest, address: str, *, cookies: Iterable[Cookie] = ()) -> Response[bytes]:
    """Redirect the browser to a GET; htmx gets the address in its own header."""
    if request.headers.get("HX-Request"):
        status, headers = 200, {"HX-Redirect": address}
    else:
        status, headers = 303, {"Location": address}
    return Response(b"", status_code=status, headers=headers, cookies=list(cookies))


def go_on(address: str) -> Response[bytes]:
    """Redirect to the next step of the same task, also for htmx, which swaps it in and loads no page."""
    return Response(b"", status_code=303, headers={"Location": address})
