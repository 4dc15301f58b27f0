"""Tables of base data."""

from sqlalchemy import ARRAY, Boolean, Column, Integer, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

regions = Table(
    "regions",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("name", Text),
    Column("parent", Text),
    Column("level", Text),
)
departments = Table(
    "departments", METADATA, Column("region_code", String(6), primary_key=True), Column("name", Text)
)
bill_categories = Table(
    "bill_categories", METADATA, Column("code", String(2), primary_key=True), Column("name", Text)
)
bill_kinds = Table(
    "bill_kinds",
    METADATA,
    Column("code", String(4), primary_key=True),
    Column("name", Text),
    Column("category_code", String(2)),
    Column("template", Text),
    Column("template_year", Integer),
    Column("template_version", String(2)),
    Column("extension_fields", JSONB),
    Column("sum_rules", JSONB),
    Column("needs_evidence", Boolean),
    Column("retired", Boolean),
)
charge_items = Table(
    "charge_items",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text),
    Column("pinyin", Text),
    Column("measure_unit", Text),
    Column("rate_kind", Text),
    Column("rate_minimum", Numeric(20, 6)),
    Column("rate_maximum", Numeric(20, 6)),
    Column("kinds", ARRAY(Text)),
    Column("basis", Text),
    Column("retired", Boolean),
)
