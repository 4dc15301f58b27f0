"""The handbook's pages, the same in each portal."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from mingpiao.identity.service import has_seen_tour, note_tour_seen
from mingpiao.kernel.errors import refuse
from mingpiao.portals.forms import read_query
from mingpiao.portals.help.books import BOOKS_OF, FILES, book, books_of, pictures, search
from mingpiao.portals.help.tours import known_tour, tours_of
from mingpiao.portals.navigation import menu_of
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageCall, PageRequest, redirect
from mingpiao.portals.subjects import MenuEntry

TITLE = "使用手册"
#: A picture that changes has another address.
_KEPT_SECONDS = 365 * 24 * 3600


def _first(
    request: PageRequest, portal: str, menu: Sequence[MenuEntry] = ()
) -> Response[str] | Response[bytes]:
    """What a search finds, or the way to the portal's own book: links between books are relative to a book."""
    name = BOOKS_OF[portal][0]
    if read_query(request).get("words"):
        return _show(request, portal, name, menu)
    return redirect(request, f"{request.url.path}/{name}")


def _show(request: PageRequest, portal: str, name: str, menu: Sequence[MenuEntry] = ()) -> Response[str]:
    """A book, or what a search finds, with the tours of pages in the menu. Raises `Refusal` (`help.unknown`, 404) for an unknown book."""
    if name not in FILES:
        raise refuse("help.unknown", "没有这本手册，请从使用手册首页重新选择。", status=404)
    words = " ".join(read_query(request).get("words", "").split())
    base = f"/{portal}/help" if portal else "/help"
    shown = book(name)
    return page(
        request,
        "help/help.html",
        frame="base.html" if portal else "verification/base.html",
        title="在手册中查找" if words else shown.title,
        crumbs=[(TITLE, base)] if portal else (),
        base=base,
        books=books_of(portal),
        book=shown,
        words=words,
        tours=tours_of({entry.address for entry in menu}),
        found=search(portal, words),
    )


def handlers(portal: str) -> list[HTTPRouteHandler]:
    """The handbook of a portal whose people are signed in."""

    @get("/help")
    async def first(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
        return _first(call.request, portal, menu_of(call.session, ""))

    @get("/help/{name:str}")
    async def one(call: NamedDependency[PageCall], name: FromPath[str]) -> Response[str]:
        return _show(call.request, portal, name, menu_of(call.session, ""))

    return [first, one]


@get("/help")
async def public_first(request: PageRequest) -> Response[str] | Response[bytes]:
    """The handbook for everybody."""
    return _first(request, "")


@get("/help/{name:str}")
async def public_one(request: PageRequest, name: FromPath[str]) -> Response[str]:
    """One of the handbooks for everybody."""
    return _show(request, "", name)


@get("/help/pictures/{name:str}")
async def picture(name: FromPath[str]) -> Response[bytes]:
    """A picture of the handbooks. Raises `Refusal` (`help.unknown`, 404) for an unknown one."""
    if name not in pictures():
        raise refuse("help.unknown", "手册里没有这张图片，请从使用手册首页重新选择。", status=404)
    headers = {"Cache-Control": f"public, max-age={_KEPT_SECONDS}, immutable"}
    return Response(pictures()[name], media_type="image/png", headers=headers)


def public_router() -> Router:
    """/help, for which nobody needs to sign in."""
    pages: list[Any] = [public_first, public_one, picture]
    return Router(
        path="/", route_handlers=pages, exception_handlers=EXCEPTION_HANDLERS, include_in_schema=False
    )


@get("/tours/{name:str}")
async def tour_steps(call: NamedDependency[PageCall], name: FromPath[str]) -> Response[bytes]:
    """The steps of a tour as JSON; none if the account has seen it and does not ask for it `again`."""
    tour = known_tour(name)
    async with call.services.database.system() as connection:  # system: what an account prefers has no scope
        seen = await has_seen_tour(connection, call.session.account.account_id, tour.name)
    wanted = tour.steps if not seen or read_query(call.request).get("again") else ()
    return Response(
        msgspec.json.encode(wanted), media_type="application/json", headers={"Cache-Control": "no-store"}
    )


@post("/tours/{name:str}", status_code=204)
async def end_tour(call: NamedDependency[PageCall], name: FromPath[str]) -> None:
    """Note that the account has seen a tour or closed it."""
    tour = known_tour(name)
    async with call.services.database.system() as connection:  # system: what an account prefers has no scope
        await note_tour_seen(connection, call.session.account.account_id, tour.name)
