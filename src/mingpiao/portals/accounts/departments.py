"""The departments for which people can work."""

from mingpiao.catalog.model import Catalog


def departments_now(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """The departments that exist now, as (code, name), by code."""
    live = (region.code for region in catalog.live_regions())
    return tuple((code, catalog.departments[code].name) for code in live if code in catalog.departments)
