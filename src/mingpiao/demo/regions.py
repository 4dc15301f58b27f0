"""The regions of the demonstration: the real GB/T 2260 tree of Inner Mongolia.

A training site has the same tree in a province that does not exist, so that its codes begin with 99.
"""

from functools import cache

from mingpiao.catalog.model import Department, Region
from mingpiao.founding.service import departments_of, shipped_regions
from mingpiao.kernel.codes import TRAINING_PROVINCE

PROVINCE = "150000"
_TRAINING_NAME = "演练省"


def moved(code: str, province: str) -> str:
    """The code of a region of the demonstration as it is in another province: 150100 → 990100; "" stays."""
    return province[:2] + code[2:] if code else code


@cache
def province_regions(province: str = PROVINCE) -> tuple[Region, ...]:
    """The province, its 12 cities and leagues and its 103 counties, in order of code (GB/T 2260)."""
    return tuple(
        Region(
            code=moved(region.code, province),
            name=_TRAINING_NAME if moved(region.code, province) == TRAINING_PROVINCE else region.name,
            parent=moved(region.parent, province),
            level=region.level,
        )
        for region in shipped_regions(PROVINCE)
    )


@cache
def departments(province: str = PROVINCE) -> tuple[Department, ...]:
    """One finance department a region: 财政厅 for the province, 财政局 below it."""
    return departments_of(province_regions(province), f"{region_name(province)}财政厅")


def region_name(code: str) -> str:
    """The name of a region of the demonstration or of a training site; KeyError for an unknown code."""
    return _names()[code]


@cache
def _names() -> dict[str, str]:
    regions = (*province_regions(), *province_regions(TRAINING_PROVINCE))
    return {region.code: region.name for region in regions}
