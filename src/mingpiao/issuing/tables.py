"""Tables of issued bills."""

from sqlalchemy import BigInteger, Column, Date, DateTime, LargeBinary, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

bills = Table(
    "bills",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("bill_id", BigInteger, primary_key=True),
    Column("kind_code", String(4)),
    Column("region_code", String(6)),
    Column("color", Text),
    Column("state", Text),
    Column("business_no", Text),
    Column("check_code", Text),
    Column("issued_at", DateTime(timezone=True)),
    Column("payer_type", String(1)),
    Column("payer_code", Text),
    Column("payer_name", Text),
    Column("total", Numeric(16, 2)),
    Column("handler", Text),
    Column("extension", JSONB),
    Column("items", JSONB),
    Column("related_bill_id", BigInteger),
    Column("reason", Text),
    Column("unit_key_id", BigInteger),
    Column("supervisor_key_id", BigInteger),
    Column("xml_sm3", LargeBinary),
    Column("txid", BigInteger),
    Column("xml", LargeBinary),
    Column("ruleset_version", BigInteger),
)
business_numbers = Table(
    "business_numbers",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("business_no", Text, primary_key=True),
    Column("bill_id", BigInteger),
    Column("request_digest", LargeBinary),
)
daily_totals = Table(
    "daily_totals",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("kind_code", String(4), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("region_code", String(6)),
    Column("issued_count", BigInteger),
    Column("issued_amount", Numeric(20, 2)),
    Column("reversed_count", BigInteger),
    Column("reversed_amount", Numeric(20, 2)),
)
region_totals = Table(
    "region_totals",
    METADATA,
    Column("region_code", String(6), primary_key=True),
    Column("kind_code", String(4), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("issued_count", BigInteger),
    Column("issued_amount", Numeric(20, 2)),
    Column("reversed_count", BigInteger),
    Column("reversed_amount", Numeric(20, 2)),
)
