"""Whether a charge item of a former bill is one of the catalogue, by its code or, without one, by its name. Pure."""

from collections.abc import Mapping

from mingpiao.catalog.model import Catalog, ChargeItem
from mingpiao.former.model import FormerItem

#: No code of an item: it stands for one that is in no catalogue.
NO_CODE = "-"


def codes_by_name(catalog: Catalog) -> dict[tuple[str, str], str]:
    """Codes of items by kind and name; a name that two items of a kind have stands for none."""
    found: dict[tuple[str, str], str] = {}
    for item in catalog.items.values():
        for kind in item.kinds:
            key = (kind, item.name)
            found[key] = NO_CODE if key in found else item.code
    return found


def code_of(item: FormerItem, kind_code: str, names: Mapping[tuple[str, str], str]) -> str:
    """The code of an item of a bill; `NO_CODE` for one that neither says it nor has the name of one item of the kind."""
    return item.code or names.get((kind_code, item.name), NO_CODE)


def is_listed(charge: ChargeItem | None, kind_code: str) -> bool:
    """Whether an item of the catalogue may stand on bills of a kind."""
    return charge is not None and kind_code in charge.kinds
