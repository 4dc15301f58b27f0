"""The catalogue of the demonstration as the reading of requests knows it, without a database."""

from functools import cache

from mingpiao.catalog.model import Catalog
from mingpiao.demo.charge_items import charge_items
from mingpiao.demo.kinds import CATEGORIES, KINDS
from mingpiao.demo.regions import PROVINCE, departments, province_regions
from mingpiao.demo.units import demo_units
from mingpiao.founding.service import city_names
from mingpiao.inspections.vocabulary import Vocabulary, make_vocabulary
from mingpiao.rules.library import library_rules


@cache
def demo_catalog() -> Catalog:
    """The base data of the demonstration province."""
    return Catalog(
        province=PROVINCE,
        regions={region.code: region for region in province_regions()},
        departments={each.region_code: each for each in departments()},
        categories={category.code: category for category in CATEGORIES},
        kinds={kind.code: kind for kind in KINDS},
        items={item.code: item for item in charge_items()},
    )


@cache
def demo_vocabulary(own_region: str = PROVINCE) -> Vocabulary:
    """The words of the demonstration for an officer of a region."""
    return make_vocabulary(
        demo_catalog(),
        own_region=own_region,
        units={each.unit.name: each.unit.uscc for each in demo_units(PROVINCE)},
        rules={rule.code: rule.name for rule in library_rules()},
        places=city_names(),
    )
