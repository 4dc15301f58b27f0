"""A list as data: see `Listing`. `portals/lists.py` serves it."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic
from urllib.parse import urlencode

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.errors import Problem
from mingpiao.portals.forms import clean_text
from mingpiao.portals.gates import Right
from mingpiao.portals.list_columns import Column, Row
from mingpiao.portals.list_filters import Filter, Here, Sources
from mingpiao.storage.paging import Page
from mingpiao.storage.scope import Scope

#: Counts and adds up all that a filter finds: (label, text) pairs; a sentence instead if that would cost too much.
SumUp = Callable[[Here, Mapping[str, Any]], Awaitable[Sequence[tuple[str, str]] | str]]
#: Fetches rows of a list. Arguments: the reader, the members read by the filters (`sort` among them), a key,
#: and the number of rows.
Fetch = Callable[[Here, Mapping[str, Any], str, int], Awaitable[Page[Row]]]
SORT = "sort"
_MEMBER = re.compile(r"\{(\w+)\}")


class Button(msgspec.Struct, frozen=True, kw_only=True):
    """A link beside the title, for accounts that have `right`."""

    label: str
    address: str
    icon: str = ""
    right: Right | None = None
    primary: bool = False


class RowAction(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A button in each row that posts a form; `spoken` is its name for screen readers.

    It is shown to accounts that have `right`, on rows for which `offered` is true; verbs check both again.
    """

    label: Callable[[Row], str]
    spoken: Callable[[Row], str]
    address: Callable[[Row], str]
    right: Right
    offered: Callable[[Row, Account], bool] = lambda _row, _account: True
    members: Callable[[Row], dict[str, str]] = lambda _row: {}


class Batch(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """An action for chosen rows, also from several pages: `template` asks for the details, `address` receives
    the form.

    The form's member `chosen` has the rows' ids; screen readers say `noun` before each. A row can be chosen
    if `offered` is true for it.
    """

    address: str
    template: str
    noun: str
    right: Right
    row_id: Callable[[Row], str]
    offered: Callable[[Row, Account], bool] = lambda _row, _account: True


class ExportFile(msgspec.Struct, frozen=True, kw_only=True):
    """How a list is exported: the names of its columns in order, the file's name, and its action in the audit trail.

    The audit page calls the action 导出 and the list's title, and names the members of the filter by the labels of
    the form. Headings are the columns' labels. By default all columns are exported in their order on the page.
    """

    action: str
    file: str
    right: Right
    columns: tuple[str, ...] = ()


class Pack(msgspec.Struct, frozen=True, kw_only=True):
    """How documents of a list's rows are packed into a ZIP: at most `most` of them, with the given `endings`.

    `document` makes one file, as name and content: arguments are sources, scope, the row's id, and an ending.
    `is_row_id` tells whether a text has the shape of what `row_id` gives, without a comma. Who may export the list
    may have it packed, and it is recorded as an export.
    """

    file: str
    endings: tuple[str, ...]
    most: int
    row_id: Callable[[Any], str]
    is_row_id: Callable[[str], bool]
    document: Callable[[Sources, Scope, str, str], Awaitable[tuple[str, bytes]]]


class Listing(msgspec.Struct, Generic[Row], frozen=True, kw_only=True):
    """A list.

    `name` is unique and must not change, since accounts' choices of columns and exports refer to it. `usual`
    fills in the texts of an address before they are read: it says what a list shows without any filter. `key`
    is the member of the address that continues a list. `orders` are (value, label) pairs of `sort`; the first
    is the usual one. `shortcuts` are (label, query) pairs of frequent filters. `crumbs` may name members of
    the path, as `address` does. `scope` is the scope of the fetching verb, by default the account's. `files`
    are (label, ending) of further exports, which the page serves itself. `moving` marks rows that change by
    themselves: a page with such a row reloads every two seconds. `page_size` is for accounts that chose none.
    `sum_up` gives the figures above the rows.
    """

    name: str
    address: str
    title: str
    columns: tuple[Column[Row], ...]
    fetch: Fetch[Row]
    empty: tuple[str, str]
    filters: tuple[Filter, ...] = ()
    usual: Callable[[Account, dict[str, str]], dict[str, str]] = lambda _account, values: values
    orders: tuple[tuple[str, str], ...] = ()
    shortcuts: tuple[tuple[str, str], ...] = ()
    crumbs: tuple[tuple[str, str], ...] = ()
    key: str = "after"
    page_size: int = 50
    scope: Callable[[Account], Scope] = lambda account: account.scope
    buttons: tuple[Button, ...] = ()
    actions: tuple[RowAction[Row], ...] = ()
    batch: Batch[Row] | None = None
    export: ExportFile | None = None
    files: tuple[tuple[str, str], ...] = ()
    moving: Callable[[Row], bool] = lambda _row: False
    sum_up: SumUp | None = None
    pack: Pack | None = None
    template: str = "list.html"

    @property
    def route(self) -> str:
        """The address below its portal with typed members: /finance/rules/{code} → /rules/{code:str}."""
        return _MEMBER.sub(r"{\1:str}", "/" + self.address.split("/", 2)[2])

    def column(self, name: str) -> Column[Row]:
        """A column by name. Raises KeyError."""
        return {column.name: column for column in self.columns}[name]


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """The filter of an address: its texts, the values read from them, and its problems."""

    values: dict[str, str]
    wanted: Mapping[str, Any]
    problems: tuple[Problem, ...] = ()

    def address(self, path: str, **more: str) -> str:
        """The address of a page with this filter; empty values are left out."""
        given = {name: value for name, value in (self.values | more).items() if value}
        return f"{path}?{urlencode(given)}" if given else path


async def read_list_query(listing: Listing[Any], here: Here, given: Mapping[str, str]) -> Query:
    """The filter of an address. Raises `Refusal` (`region.unknown`, 404) for a region outside the account's."""
    names = [name for each in listing.filters for name in each.names] + ([SORT] if listing.orders else [])
    values = listing.usual(here.account, {name: clean_text(given.get(name, "")) for name in names})
    wanted: dict[str, Any] = {}
    problems: tuple[Problem, ...] = ()
    for each in listing.filters:
        found = await each.read(here, values)
        wanted |= found.wanted
        problems += found.problems
    for each in () if problems else listing.filters:
        problems += await each.check(here, wanted)
    if listing.orders:
        # An order is no filter: an unknown one is replaced by the usual one, and hides nothing.
        values[SORT] = values[SORT] if values[SORT] in dict(listing.orders) else ""
        wanted[SORT] = values[SORT] or listing.orders[0][0]
    return Query(values=values, wanted=wanted, problems=problems)
