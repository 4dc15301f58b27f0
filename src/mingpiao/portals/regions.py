"""The part of the province that a person of a finance department looks at."""

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import refuse


def home_region(account: Account, catalog: Catalog) -> str:
    """The code of the account's own region; an administrator's is the province."""
    return account.region_code or f"{catalog.province}0000"


def chosen_region(account: Account, catalog: Catalog, wanted: str) -> str:
    """The region of the address, or the account's own if it names none.

    Raises `Refusal` (`region.unknown`, 404) for one that does not exist or lies outside.
    """
    own = home_region(account, catalog)
    if not wanted:
        return own
    if wanted not in catalog.regions or not region_covers(own, wanted):
        raise refuse("region.unknown", "没有找到该区划，或您无权查看，请从列表中选择。", status=404)
    return wanted


def region_options(account: Account, catalog: Catalog) -> list[tuple[str, str]]:
    """(code, name with the regions above it) of the account's region and all below, in order of code."""
    own = home_region(account, catalog)
    return [(code, catalog.region_path(code)) for code in sorted(catalog.regions) if region_covers(own, code)]


def crumbs_above(account: Account, catalog: Catalog, region_code: str) -> list[str]:
    """Codes of the regions from the account's own down to the one above a region."""
    own = home_region(account, catalog)
    upwards = [code for code in catalog.regions_upwards(region_code) if region_covers(own, code)]
    return list(reversed(upwards[1:]))
