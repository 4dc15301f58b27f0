"""Lists are declared as data (`list_model.py`) and all served by this module.

A `Listing` determines the page, the part of it that htmx replaces, the exports with their audit rows, the
choice of columns, and the text for an empty list. The filter is in the address.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.response import Stream
from litestar.types import Guard
from markupsafe import Markup

from mingpiao.composition import Services
from mingpiao.identity.model import Account, Session
from mingpiao.identity.service import choose_columns, chosen_columns
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_columns import Column, Row, card_places
from mingpiao.portals.list_exports import export_list
from mingpiao.portals.list_filters import Here, Input
from mingpiao.portals.list_model import SORT, Listing, Query, RowAction, read_list_query
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, in_turn, redirect, require_right
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KEY_MALFORMED, Page


class ShownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row in the form for the template: its cells, its buttons, and its id if it can be chosen."""

    cells: tuple[Markup, ...]
    actions: tuple[Mapping[str, Any], ...]
    chosen_as: str


async def show_list(
    request: PageRequest,
    session: Session,
    services: Services,
    listing: Listing[Row],
    *,
    given: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
    chosen: frozenset[str] = frozenset(),
    **context: Any,
) -> Response[str]:
    """A page of a list; for htmx only the part that changes.

    `given` replaces the address's members. `problems` and `chosen` come from a refused form of the page.
    `context` is for a list's own template, which gets `rows` as well.
    """
    given = read_query(request) if given is None else given
    account = session.account
    catalog = await services.catalog.get()
    key = given.get(listing.key, "")
    async with services.database.scoped(listing.scope(account)) as connection:  # scope: the list's own
        here = Here(
            account=account,
            catalog=catalog,
            units=services.units,
            connection=connection,
            path=request.path_params,
        )
        query = await read_list_query(listing, here, given)
        found, wrong = await _fetch(listing, here, query, key)
        inputs = [each for one in listing.filters for each in await one.inputs(here, query.values)]
    problems += wrong
    columns = await _columns_of(services.database, account, listing)
    rows = _shown_rows(listing, columns, found.items, account)
    address = listing.address.format(**request.path_params)
    partial_page = bool(request.headers.get("HX-Request")) and not request.headers.get(
        "HX-History-Restore-Request"
    )
    moving = any(listing.moving(row) for row in found.items)
    return page(
        request,
        "_list.html" if partial_page else listing.template,
        headers={"Vary": "HX-Request"}
        | _pushed(partial_page and not moving, query, address, listing.key, key),
        **{"title": listing.title, "crumbs": listing.crumbs}
        | _frame(listing, session, query, inputs, address)
        | {
            "problems": problems,
            "rows": found.items,
            "shown_rows": rows,
            "card": card_places(columns),
            "has_actions": any(row.actions for row in rows),
            # If the page has no row that can be chosen, nothing is asked.
            "batch": listing.batch if chosen or any(row.chosen_as for row in rows) else None,
            "columns": columns,
            "total": found.total if found.total is not None else _known_total(found, key),
            "chosen": chosen,
            "moving": moving,
            "here_address": query.address(address, **{listing.key: key}),
            "next_address": query.address(address, **{listing.key: found.next_key}) if found.next_key else "",
            "first_address": query.address(address) if key else "",
        }
        | context,
    )


async def _fetch(
    listing: Listing[Row], here: Here, query: Query, key: str
) -> tuple[Page[Row], tuple[Problem, ...]]:
    """The page of rows, and the problems of the filter or the key."""
    if query.problems:
        return Page(), query.problems
    try:
        return await listing.fetch(here, query.wanted, key, listing.page_size), ()
    except Refusal as refusal:
        if refusal.problems[0].code != KEY_MALFORMED:
            raise
        # Shown like a problem of the filter, above the form that it belongs to.
        return Page(), tuple(msgspec.structs.replace(each, status=422, field="") for each in refusal.problems)


def _known_total(found: Page[Any], key: str) -> int | None:
    """The number of all rows, if the page shows it."""
    return None if key or found.next_key else len(found.items)


def _pushed(wanted: bool, query: Query, address: str, name: str, key: str) -> dict[str, str]:
    """The address that the browser shows after a fragment, without the empty members of the form."""
    return {"HX-Push-Url": query.address(address, **{name: key})} if wanted else {}


def _frame(
    listing: Listing[Any], session: Session, query: Query, inputs: Sequence[Input], address: str
) -> dict[str, Any]:
    """The parts of the page around the rows."""
    role = session.account.role
    export = listing.export
    may_export = export is not None and allowed(role, export.right)
    return {
        "listing": listing,
        "address": address,
        "values": query.values,
        "inputs": inputs,
        "sort": query.wanted.get(SORT, ""),
        "buttons": [each for each in listing.buttons if each.right is None or allowed(role, each.right)],
        "exports": [
            (label, query.address(f"{address}/export.{ending}"))
            for label, ending in ((("Excel", "xlsx"), ("CSV", "csv")) if may_export else ()) + listing.files
        ],
    }


def _shown_rows(
    listing: Listing[Row], columns: Sequence[Column[Row]], rows: Sequence[Row], account: Account
) -> list[ShownRow]:
    batch = listing.batch if listing.batch and allowed(account.role, listing.batch.right) else None
    actions = [each for each in listing.actions if allowed(account.role, each.right)]
    return [
        ShownRow(
            cells=tuple(column.cell(row) for column in columns),
            actions=tuple(_action(each, row) for each in actions if each.offered(row, account)),
            chosen_as=batch.row_id(row) if batch and batch.offered(row, account) else "",
        )
        for row in rows
    ]


def _action(action: RowAction[Row], row: Row) -> dict[str, Any]:
    return {
        "label": action.label(row),
        "spoken": action.spoken(row),
        "address": action.address(row),
        "members": action.members(row),
    }


async def _columns_of(database: Database, account: Account, listing: Listing[Row]) -> list[Column[Row]]:
    """The columns that an account chose for a list, or those that it shows to everybody."""
    async with database.system() as connection:  # system: no scope sees what accounts prefer
        wanted = await chosen_columns(connection, account.account_id, listing.name)
    chosen = [each for each in listing.columns if each.head or each.name in wanted]
    return chosen if wanted else [each for each in listing.columns if each.shown]


def list_handlers(listing: Listing[Any], *, guards: Sequence[Guard] = ()) -> list[HTTPRouteHandler]:
    """The handlers of a list whose page needs nothing but the list."""

    @get(listing.route, guards=list(guards))
    async def list_page(call: NamedDependency[PageCall]) -> Response[str]:
        return await show_list(call.request, call.session, call.services, listing)

    return [list_page, *list_helpers(listing, guards=guards)]


def list_helpers(listing: Listing[Any], *, guards: Sequence[Guard] = ()) -> list[HTTPRouteHandler]:
    """The handlers of a list beside its page: the choice of columns, and exports if it has some."""

    @post(f"{listing.route}/columns", guards=list(guards), status_code=200)
    async def choose(call: NamedDependency[PageCall]) -> Response[bytes]:
        form = await call.request.form()
        wanted = [str(each) for each in form.getall("column", [])]
        await _choose(call.services.database, call.session.account, listing, wanted)
        address = listing.address.format(**call.request.path_params)
        # Written anew, since it goes into a header.
        query = urlencode(parse_qsl(str(form.get("query") or "")))
        return redirect(call.request, f"{address}?{query}" if query else address)

    return [choose, *_export_handlers(listing, guards)]


def _export_handlers(listing: Listing[Any], guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    if listing.export is None:
        return []
    exporters = [*guards, require_right(listing.export.right)]

    @get(f"{listing.route}/export.csv", guards=exporters, middleware=[in_turn])
    async def export_csv(call: NamedDependency[PageCall]) -> Response[bytes] | Stream:
        return await export_list(call.request, call.services, listing, "csv", acting=call.acting)

    @get(f"{listing.route}/export.xlsx", guards=exporters, middleware=[in_turn])
    async def export_workbook(call: NamedDependency[PageCall]) -> Response[bytes] | Stream:
        return await export_list(call.request, call.services, listing, "xlsx", acting=call.acting)

    return [export_csv, export_workbook]


async def _choose(database: Database, account: Account, listing: Listing[Any], wanted: Sequence[str]) -> None:
    names = tuple(each.name for each in listing.columns if each.head or each.name in wanted)
    usual = tuple(each.name for each in listing.columns if each.shown)
    async with database.system() as connection:  # system: no scope sees what accounts prefer
        await choose_columns(connection, account.account_id, listing.name, () if names == usual else names)
