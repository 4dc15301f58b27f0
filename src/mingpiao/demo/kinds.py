"""The bill categories and kinds of the demonstration: all that the platform ships to begin with."""

from functools import cache

from mingpiao.catalog.model import BillKind
from mingpiao.founding.service import starter, starter_kinds

#: The template year of every demonstration kind: digits 7-8 of the 票据代码 (assumed).
TEMPLATE_YEAR = 2025

CATEGORIES = starter().categories


@cache
def kinds_of(province_name: str) -> tuple[BillKind, ...]:
    """All kinds with the name of a province in theirs."""
    return starter_kinds({category.code for category in CATEGORIES}, province_name, TEMPLATE_YEAR)


KINDS = kinds_of("内蒙古自治区")

INSURANCE_TYPES = ("职工基本医疗保险", "城乡居民基本医疗保险", "公费医疗", "商业健康保险", "全自费")
DONATION_FORMS = ("货币", "实物", "有价证券", "其他")
