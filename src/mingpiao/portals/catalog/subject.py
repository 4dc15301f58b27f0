"""基础数据: pages on which the province keeps regions, departments, kinds of bills, items and code lists."""

from typing import Any

from mingpiao.portals.catalog.home import ALL_PAGES, catalog_home
from mingpiao.portals.catalog.kinds import KIND_LIST, KIND_PAGES
from mingpiao.portals.catalog.pages import HOME, data_handlers, listing_of
from mingpiao.portals.catalog.regions import REFORM_HANDLERS
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_model import Listing
from mingpiao.portals.subjects import MenuEntry, Subject

_LISTS: tuple[Listing[Any], ...] = tuple(
    KIND_LIST if pages is KIND_PAGES else listing_of(pages) for pages in ALL_PAGES
)

SUBJECT = Subject(
    finance=[
        catalog_home,
        *REFORM_HANDLERS,
        *(
            handler
            for pages, listing in zip(ALL_PAGES, _LISTS, strict=True)
            for handler in data_handlers(pages, listing)
        ),
    ],
    lists=_LISTS,
    menu=(
        MenuEntry(
            right=FINANCE_VIEW,
            place=288,
            label=HOME[0],
            address=HOME[1],
            icon="table",
            covers=tuple(listing.address for listing in _LISTS),
        ),
    ),
)
