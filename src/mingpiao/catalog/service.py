"""What other rooms may ask of the catalog."""

from mingpiao.catalog.items import propose_items
from mingpiao.catalog.store import (
    CHANNEL,
    CatalogStore,
    add_template_day,
    load,
    mark_evidence,
    pinyin_initials,
    save_categories,
    save_departments,
    save_items,
    save_kinds,
    save_regions,
)
from mingpiao.catalog.wording import rate_text

__all__ = [
    "CHANNEL",
    "CatalogStore",
    "add_template_day",
    "load",
    "mark_evidence",
    "pinyin_initials",
    "propose_items",
    "rate_text",
    "save_categories",
    "save_departments",
    "save_items",
    "save_kinds",
    "save_regions",
]
