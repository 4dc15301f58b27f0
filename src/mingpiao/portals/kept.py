"""Keeps a form that arrives after its session has ended, so that nothing typed is lost.

The server keeps what was typed, encrypted, for an hour. Seeing it again takes the cookie of the browser that
sent it and a session of the same account; passwords and files are never kept. The form's own CSRF token shows
whose form it is: a form of another site has no token of ours, so nobody can make a visitor's browser keep a
foreign text.
"""

import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
from litestar import Litestar, Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie, UploadFile
from litestar.handlers import BaseRouteHandler

from mingpiao.composition import Services
from mingpiao.identity.model import KeptForm
from mingpiao.identity.service import Kept
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.masks import unmasked

#: An option of a handler whose form is never kept: `@post("/password", opt=NEVER_KEPT)`.
NEVER_KEPT = {"never_kept": True}
#: The member of an address's query, and of a form that is filled in again, that names a kept form.
KEPT_QUERY = "kept"
KEPT_FIELD = "kept_form"
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"

#: The cookie of a session, without the prefix that it has over HTTPS.
SESSION_COOKIE = "mingpiao_session"
_COOKIE = "mingpiao_kept"
_COOKIE_SECONDS = int(timedelta(hours=1).total_seconds())
#: From a visitor without a session cookie the server reads no more than this many bytes.
_STRANGERS_BYTES = 1024 * 1024
_SECRET = re.compile(r"password|secret", re.IGNORECASE)
_STATE_KEY = "mingpiao_kept"

_PageRequest = Request[Any, Any, Any]
_Connection = ASGIConnection[Any, Any, Any, Any]


class Shown(msgspec.Struct, kw_only=True):
    """The kept form that a page is asked to show, and the others that are kept.

    A handler sets `used` if it has filled its page in from the members itself.
    """

    form: KeptForm
    others: list[KeptForm]
    used: bool = False


def is_form(request: _PageRequest) -> bool:
    """Whether a request has a form as browsers send it."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in {"application/x-www-form-urlencoded", "multipart/form-data"}


async def given_csrf_token(request: _PageRequest) -> str:
    """The CSRF token of a request, from its header or its form, without its mask; empty without one."""
    given = request.headers.get(CSRF_HEADER) or ""
    if not given and is_form(request):
        given = str((await request.form()).get(CSRF_FIELD) or "")
    return unmasked(given)


async def close_uploads(request: _PageRequest) -> None:
    """Close the files of a refused form; those of a form that no guard had to read were never opened."""
    if is_form(request) and not request.headers.get(CSRF_HEADER):
        await (await request.form()).close()


# -- keeping ---------------------------------------------------------------------------------------


async def keep_posted(
    services: Services, request: _PageRequest, handler: BaseRouteHandler, *, signed_out: bool
) -> tuple[str, Kept] | None:
    """Keep the form of a request. Returns the cookie's token, and what was kept for whom.

    Returns None if there is nothing to keep: not a form of ours, no texts in it, or too much of them.
    """
    if handler.opt.get("never_kept") or not is_form(request) or (signed_out and _is_too_large(request)):
        return None
    posted = await request.form()
    form = _read(request, [*posted.multi_items()])
    await posted.close()
    csrf_token = await given_csrf_token(request)
    if not form.members or not csrf_token:
        return None
    token = kept_token(request) or secrets.token_urlsafe(32)
    kept = await services.kept_forms.keep(csrf_token, token, form)
    return (token, kept) if kept else None


def _is_too_large(request: _PageRequest) -> bool:
    if any(name.endswith(SESSION_COOKIE) for name in request.cookies):
        return False  # The route's own limit applies.
    length = read_whole(request.headers.get("content-length", ""))
    return length is None or length > _STRANGERS_BYTES


def _read(request: _PageRequest, items: Sequence[tuple[str, Any]]) -> KeptForm:
    texts = [(name, value) for name, value in items if isinstance(value, str)]
    return KeptForm(
        address=request.url.path,
        page=page_of_form(request),
        members=tuple(
            (name, value.replace("\x00", ""))
            for name, value in texts
            if name not in (CSRF_FIELD, KEPT_FIELD) and not _SECRET.search(name)
        ),
        files=tuple(value.filename for _, value in items if isinstance(value, UploadFile) and value.filename),
        form_id=next((value for name, value in texts if name == KEPT_FIELD), ""),
    )


def page_of_form(request: _PageRequest) -> str:
    """The address of the page with a posted form, or of the nearest page above it that can be opened.

    A page that is the answer to a form (`…/confirm`) cannot be opened by its address; the one above it can.
    """
    told = urlsplit(request.headers.get("HX-Current-URL") or request.headers.get("Referer") or "")
    if told.netloc != request.url.netloc:
        told = urlsplit(request.url.path)
    path = told.path
    while path and not _opens(request.app, path):
        path = path.rpartition("/")[0]
    query = urlencode([(name, value) for name, value in parse_qsl(told.query) if name != KEPT_QUERY])
    return f"{path}?{query}" if query and path == told.path else path or "/"


def _opens(app: Litestar, path: str) -> bool:
    return any(pattern.fullmatch(path) for pattern in _opened_by_get(app))


@lru_cache(maxsize=1)
def _opened_by_get(app: Litestar) -> tuple[re.Pattern[str], ...]:
    """The addresses that a browser can open, as patterns."""
    return tuple(_pattern(route.path) for route in app.routes if "GET" in getattr(route, "methods", ()))


def _pattern(path: str) -> re.Pattern[str]:
    pieces = re.split(r"(\{[^}]*\})", path)
    values = {"int": r"\d+", "path": ".+"}
    return re.compile(
        "".join(
            values.get(piece.strip("{}").partition(":")[2], "[^/]+")
            if piece.startswith("{")
            else re.escape(piece)
            for piece in pieces
        )
    )


# -- the cookie ------------------------------------------------------------------------------------


def _cookie_name(connection: _Connection) -> str:
    services: Services = connection.app.state.services
    return f"__Host-{_COOKIE}" if services.settings.secure_cookies() else _COOKIE


def kept_token(connection: _Connection) -> str:
    """The token in the cookie, or an empty text."""
    return connection.cookies.get(_cookie_name(connection), "")


def kept_cookie(connection: _Connection, token: str) -> Cookie:
    """The cookie that leads back to kept forms; it holds a random token and nothing else."""
    name = _cookie_name(connection)
    return Cookie(
        key=name,
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=name.startswith("__Host-"),
        max_age=_COOKIE_SECONDS,
    )


# -- showing again ---------------------------------------------------------------------------------


async def waiting_address(services: Services, connection: _Connection, account_id: int) -> str:
    """The address of the newest form that is kept for an account in this browser; empty without one."""
    token = kept_token(connection)
    if not token:
        return ""
    waiting = await services.kept_forms.waiting(token, account_id)
    return address_of(waiting[0]) if waiting else ""


def address_of(form: KeptForm) -> str:
    """The address that shows a kept form filled in."""
    return f"{form.page}{'&' if '?' in form.page else '?'}{urlencode({KEPT_QUERY: form.form_id})}"


async def load_shown(services: Services, request: _PageRequest, account_id: int) -> None:
    """Find the kept form that the address names, for the handler and the page."""
    wanted, token = request.query_params.get(KEPT_QUERY), kept_token(request)
    if not wanted or not token:
        return
    waiting = await services.kept_forms.waiting(token, account_id)
    form = next((each for each in waiting if each.form_id == wanted), None)
    if form is not None:
        others = [each for each in waiting if each is not form]
        request.scope["state"][_STATE_KEY] = Shown(form=form, others=others)


def shown_form(connection: _Connection) -> Shown | None:
    """The kept form that this page is asked to show."""
    found: Shown | None = connection.scope["state"].get(_STATE_KEY)
    return found


def use_kept_members(request: _PageRequest) -> Mapping[str, str] | None:
    """What was typed, for a handler that builds its form from members; if a name occurs twice, the last
    value.

    None if this page is not asked to show a kept form.
    """
    shown = shown_form(request)
    if shown is None:
        return None
    shown.used = True
    return {name: value.strip() for name, value in shown.form.members}


async def forget_sent(services: Services, request: _PageRequest, account_id: int) -> None:
    """Delete the kept form that a request sends again."""
    token = kept_token(request)
    if not token or not is_form(request):
        return
    form_id = (await request.form()).get(KEPT_FIELD)
    if isinstance(form_id, str) and form_id:
        await services.kept_forms.forget(token, account_id, form_id)
