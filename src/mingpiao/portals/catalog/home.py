"""/finance/catalog: the way to each kind of base data, with how much there is."""

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.portals.catalog.items import ITEM_PAGES
from mingpiao.portals.catalog.kinds import KIND_PAGES
from mingpiao.portals.catalog.others import (
    CATEGORY_PAGES,
    CODE_LIST_PAGES,
    DEPARTMENT_PAGES,
    LIBRARY_PAGES,
)
from mingpiao.portals.catalog.pages import HOME, DataPage
from mingpiao.portals.catalog.regions import REGION_PAGES
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall

#: In the order in which a province sets them up.
ALL_PAGES: tuple[DataPage[Any], ...] = (
    REGION_PAGES,
    DEPARTMENT_PAGES,
    CATEGORY_PAGES,
    CODE_LIST_PAGES,
    KIND_PAGES,
    ITEM_PAGES,
    LIBRARY_PAGES,
)


@get("/catalog")
async def catalog_home(call: NamedDependency[PageCall]) -> Response[str]:
    """All kinds of base data with their numbers."""
    catalog = await call.services.catalog.get()
    return page(
        call.request,
        "catalog/home.html",
        title=HOME[0],
        kinds=[(each, len(each.data.of(catalog))) for each in ALL_PAGES],
    )
