"""The tables of drafts as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mingpiao.storage.metadata import METADATA

bill_forms = Table(
    "bill_forms",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("business_no", Text, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("kind_code", String(4), nullable=False),
    Column("version", Integer, nullable=False),
    Column("members", JSONB, nullable=False),
    Column("payer", Text, nullable=False),
    Column("total", Numeric(14, 2), nullable=False),
    Column("items", ARRAY(Text), nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)
desk_habits = Table(
    "desk_habits",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("kind_code", String(4), nullable=False),
    Column("pay_mode", Text, nullable=False),
    Column("checker", Text, nullable=False),
)
payer_book = Table(
    "payer_book",
    METADATA,
    Column("payer_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("type", String(1), nullable=False),
    Column("name", Text, nullable=False),
    Column("code", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("bank", Text, nullable=False),
    Column("mobile", Text, nullable=False),
    Column("initials", Text, nullable=False),
    Column("uses", Integer, nullable=False),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("hidden", Boolean, nullable=False),
)
reissues = Table(
    "reissues",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("blue_id", BigInteger, primary_key=True),
    Column("business_no", Text, nullable=False),
)
saved_forms = Table(
    "saved_forms",
    METADATA,
    Column("form_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("account_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind_code", String(4), nullable=False),
    Column("members", JSONB, nullable=False),
    Column("shared", Boolean, nullable=False),
)
favourites = Table(
    "favourites",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("uses", Integer, nullable=False),
    Column("pinned", Boolean, nullable=False),
)
