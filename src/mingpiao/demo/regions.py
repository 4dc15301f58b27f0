"""The regions of the demonstration: the real GB/T 2260 tree of Inner Mongolia."""

from functools import cache

from mingpiao.catalog.model import Department, Region
from mingpiao.founding.service import departments_of, shipped_regions

PROVINCE = "150000"


@cache
def province_regions() -> tuple[Region, ...]:
    """Inner Mongolia, its 12 cities and leagues and its 103 counties, in order of code (GB/T 2260)."""
    return shipped_regions(PROVINCE)


@cache
def departments() -> tuple[Department, ...]:
    """One finance department a region: 财政厅 for the province, 财政局 below it."""
    return departments_of(province_regions(), f"{region_name(PROVINCE)}财政厅")


def region_name(code: str) -> str:
    """The name of a region of the province; KeyError for an unknown code."""
    return _names()[code]


@cache
def _names() -> dict[str, str]:
    return {region.code: region.name for region in province_regions()}
