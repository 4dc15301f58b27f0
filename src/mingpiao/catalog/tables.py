"""Tables of base data."""

from sqlalchemy import ARRAY, Boolean, Column, Date, DateTime, Integer, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

regions = Table(
    "regions",
    METADATA,
    Column("code", String(6), primary_key=True),
    Column("name", Text, nullable=False),
    Column("parent", Text, nullable=False),
    Column("level", Text, nullable=False),
    Column("earlier", JSONB, nullable=False),
    Column("ended_on", Date),
    Column("successors", ARRAY(Text), nullable=False),
)
departments = Table(
    "departments",
    METADATA,
    Column("region_code", String(6), primary_key=True),
    Column("name", Text, nullable=False),
)
bill_categories = Table(
    "bill_categories",
    METADATA,
    Column("code", String(2), primary_key=True),
    Column("name", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
)
bill_kinds = Table(
    "bill_kinds",
    METADATA,
    Column("code", String(4), primary_key=True),
    Column("name", Text, nullable=False),
    Column("category_code", String(2), nullable=False),
    Column("template", Text, nullable=False),
    Column("template_year", Integer, nullable=False),
    Column("template_version", String(2), nullable=False),
    Column("extension_fields", JSONB, nullable=False),
    Column("sum_rules", JSONB, nullable=False),
    Column("needs_evidence", Boolean, nullable=False),
    Column("retired", Boolean, nullable=False),
)
template_days = Table(
    "template_days",
    METADATA,
    Column("kind_code", String(4), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("valid_from", Date, nullable=False),
)
charge_items = Table(
    "charge_items",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("pinyin", Text, nullable=False),
    Column("measure_unit", Text, nullable=False),
    Column("rate_kind", Text, nullable=False),
    Column("rate_minimum", Numeric(20, 6), nullable=False),
    Column("rate_maximum", Numeric(20, 6), nullable=False),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("basis", Text, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("later_rates", JSONB, nullable=False),
    Column("unit_types", ARRAY(Text), nullable=False),
    Column("regions", ARRAY(Text), nullable=False),
    Column("basis_number", Text, nullable=False),
    Column("basis_date", Date),
    Column("valid_from", Date),
    Column("valid_until", Date),
)
item_libraries = Table(
    "item_libraries",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("industry", Text, nullable=False),
    Column("items", ARRAY(Text), nullable=False),
    Column("retired", Boolean, nullable=False),
)
code_lists = Table(
    "code_lists",
    METADATA,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("retired", Boolean, nullable=False),
)
catalog_versions = Table(
    "catalog_versions",
    METADATA,
    Column("subject", Text, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("value", JSONB, nullable=False),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("moment", DateTime(timezone=True), nullable=False),
    Column("valid_from", Date, nullable=False),
)
