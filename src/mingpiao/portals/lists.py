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
from mingpiao.identity.service import PAGE_SIZES, choose_columns, choose_rows, chosen_columns, chosen_rows
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import read_form, read_ids, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_columns import Column, Row, card_places
from mingpiao.portals.list_exports import export_list, exports_address, file_name
from mingpiao.portals.list_filters import Here, Input
from mingpiao.portals.list_model import SORT, Listing, Query, RowAction, read_list_query
from mingpiao.portals.list_packs import order_pack
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, in_turn, redirect, require_right
from mingpiao.storage.database import Database
from mingpiao.storage.paging import KEY_MALFORMED, Page


class Chip(msgspec.Struct, frozen=True, kw_only=True):
    """A condition that is set, in words, and the address of the list without it; empty where it always holds."""

    label: str
    text: str
    without: str


class ShownRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row in the form for the template: its cells, its buttons, and its id if it can be chosen."""

    cells: tuple[Markup, ...]
    actions: tuple[Mapping[str, Any], ...]
    chosen_as: str


class ChosenRows(msgspec.Struct, frozen=True, kw_only=True):
    """What a list's form sends about the rows that were chosen: their ids, the members of its `Batch` template,
    and the filter of the list at that moment.
    """

    ids: tuple[int, ...]
    members: Mapping[str, str]
    filter: Mapping[str, str]

    def list_address(self, listing: Listing[Any]) -> str:
        """The address of the list with the same filter."""
        return Query(values=dict(self.filter), wanted={}).address(listing.address)


async def read_chosen(request: PageRequest, listing: Listing[Any]) -> ChosenRows:
    """The posted form of a list's batch; a row that was chosen on two pages counts once."""
    members = await read_form(request)
    names = [name for each in listing.filters for name in each.names]
    return ChosenRows(
        ids=tuple(await read_ids(request, "chosen")),
        members=members,
        filter={name: members.get(f"filter-{name}", "") for name in names},
    )


async def show_refused(
    call: PageCall, listing: Listing[Any], sent: ChosenRows, problems: tuple[Problem, ...], **context: Any
) -> Response[str]:
    """The list as it was when its form was sent, with the rows still chosen and the problems."""
    return await show_list(
        call.request,
        call.session,
        call.services,
        listing,
        given=sent.filter,
        problems=problems,
        chosen=frozenset(map(str, sent.ids)),
        **context,
    )


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
            point=session.point,
        )
        query = await read_list_query(listing, here, given)
        rows_wanted = await _rows_of(services.database, account, listing)
        found, wrong = await _fetch(listing, here, query, key, rows_wanted)
        inputs = [each for one in listing.filters for each in await one.inputs(here, query.values)]
        sums = await _sums(listing, here, query) if found.items else ()
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
        **{"title": listing.title, "crumbs": _crumbs(listing, request.path_params)}
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
            "sums": sums,
            "page_sizes": sorted({*PAGE_SIZES, rows_wanted}),
            "rows_wanted": rows_wanted,
            "here_address": query.address(address, **{listing.key: key}),
            "next_address": query.address(address, **{listing.key: found.next_key}) if found.next_key else "",
            "first_address": query.address(address) if key else "",
        }
        | context,
    )


def _crumbs(listing: Listing[Any], path: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(label.format(**path), address.format(**path)) for label, address in listing.crumbs]


async def _fetch(
    listing: Listing[Row], here: Here, query: Query, key: str, rows: int
) -> tuple[Page[Row], tuple[Problem, ...]]:
    """The page of rows, and the problems of the filter or the key."""
    if query.problems:
        return Page(), query.problems
    try:
        return await listing.fetch(here, query.wanted, key, rows), ()
    except Refusal as refusal:
        if refusal.problems[0].code != KEY_MALFORMED:
            raise
        # Shown like a problem of the filter, above the form that it belongs to.
        return Page(), tuple(msgspec.structs.replace(each, status=422, field="") for each in refusal.problems)


async def _sums(listing: Listing[Any], here: Here, query: Query) -> Sequence[tuple[str, str]] | str:
    """The figures of all that the filter finds, on whatever page of it."""
    return await listing.sum_up(here, query.wanted) if listing.sum_up else ()


def _chips(
    listing: Listing[Any], account: Account, query: Query, inputs: Sequence[Input], address: str
) -> list[Chip]:
    """The conditions that are set, in the order of the form."""
    words = {name: word for each in listing.filters for name, word in each.words.items()}
    return [
        Chip(
            label=words.get(each.name, each.label),
            text=_chip_text(each, query.values[each.name]),
            without=_without(listing, account, query, each.name, address),
        )
        for each in inputs
        if query.values.get(each.name)
    ]


def _chip_text(shown: Input, value: str) -> str:
    return "已指定" if shown.kind == "hidden" else dict(shown.options).get(value, value)


def _without(listing: Listing[Any], account: Account, query: Query, name: str, address: str) -> str:
    """The address without a condition; empty if the list sets the condition again by itself."""
    left = query.values | {name: ""}
    again = listing.usual(account, dict(left))
    return (
        ""
        if again[name] == query.values[name]
        else msgspec.structs.replace(query, values=left).address(address)
    )


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
        "chips": _chips(listing, session.account, query, inputs, address),
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


async def _rows_of(database: Database, account: Account, listing: Listing[Any]) -> int:
    """The rows on a page that an account chose for all lists, or the list's usual number."""
    async with database.system() as connection:  # system: no scope sees what accounts prefer
        return await chosen_rows(connection, account.account_id) or listing.page_size


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
        await _choose(
            call.services.database, call.session.account, listing, wanted, str(form.get("rows") or "")
        )
        address = listing.address.format(**call.request.path_params)
        # Written anew, since it goes into a header.
        query = urlencode(parse_qsl(str(form.get("query") or "")))
        return redirect(call.request, f"{address}?{query}" if query else address)

    return [choose, *_export_handlers(listing, guards), *_pack_handlers(listing, guards)]


def _pack_handlers(listing: Listing[Any], guards: Sequence[Guard]) -> list[HTTPRouteHandler]:
    pack, export = listing.pack, listing.export
    if pack is None or export is None:
        return []

    @post(f"{listing.route}/pack", guards=[*guards, require_right(export.right)], status_code=200)
    async def order(call: NamedDependency[PageCall]) -> Response[bytes]:
        account = call.session.account
        await order_pack(call, listing, account, file_name(pack.file, "zip"))
        return redirect(call.request, exports_address(account))

    return [order]


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


async def _choose(
    database: Database, account: Account, listing: Listing[Any], wanted: Sequence[str], rows: str
) -> None:
    names = tuple(each.name for each in listing.columns if each.head or each.name in wanted)
    usual = tuple(each.name for each in listing.columns if each.shown)
    async with database.system() as connection:  # system: no scope sees what accounts prefer
        await choose_columns(connection, account.account_id, listing.name, () if names == usual else names)
        size = {str(each): each for each in PAGE_SIZES}.get(rows)
        if size is not None:
            await choose_rows(connection, account.account_id, size)
