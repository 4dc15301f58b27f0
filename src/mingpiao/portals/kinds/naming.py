"""票据种类 by name, and as options in lists."""

from mingpiao.catalog.model import Catalog
from mingpiao.portals.list_filters import Here, Options


def kind_name(catalog: Catalog, code: str) -> str:
    """The name of a 票据种类 without the province's name in front, or its code if the catalog has none."""
    kind = catalog.kinds.get(code)
    return kind.name.removeprefix(catalog.regions[f"{catalog.province}0000"].name) if kind else code


async def kind_options(here: Here) -> Options:
    """All kinds."""
    return [(code, kind_name(here.catalog, code)) for code in sorted(here.catalog.kinds)]


async def kind_options_of_unit(here: Here) -> Options:
    """The kinds that a unit may issue."""
    if here.account.unit_id is None:
        return ()
    issued = (await here.units.profile(here.account.unit_id)).kind_codes
    return [each for each in await kind_options(here) if each[0] in issued]
