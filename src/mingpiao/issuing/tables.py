"""Tables of issued bills."""

from sqlalchemy import BigInteger, Column, Date, DateTime, LargeBinary, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

bills = Table(
    "bills",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("bill_id", BigInteger, primary_key=True),
    Column("kind_code", String(4), nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("color", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("business_no", Text, nullable=False),
    Column("check_code", Text, nullable=False),
    Column("issued_at", DateTime(timezone=True), nullable=False),
    Column("payer_type", String(1), nullable=False),
    Column("payer_code", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("total", Numeric(16, 2), nullable=False),
    Column("handler", Text, nullable=False),
    Column("extension", JSONB, nullable=False),
    Column("items", JSONB, nullable=False),
    Column("related_bill_id", BigInteger),
    Column("reason", Text, nullable=False),
    Column("unit_key_id", BigInteger, nullable=False),
    Column("supervisor_key_id", BigInteger, nullable=False),
    Column("xml_sm3", LargeBinary, nullable=False),
    Column("txid", BigInteger, nullable=False),
    Column("xml", LargeBinary, nullable=False),
    Column("ruleset_version", BigInteger),
    Column("point_code", Text, nullable=False),
    Column("pay_mode", Text, nullable=False),
)
bill_supervision = Table(
    "bill_supervision",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("bill_id", BigInteger, primary_key=True),
    Column("findings", JSONB, nullable=False),
    Column("confirmations", JSONB, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("claims", JSONB, nullable=False),
    Column("application_id", BigInteger),
    Column("warned_at", DateTime(timezone=True)),
)
business_numbers = Table(
    "business_numbers",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("business_no", Text, primary_key=True),
    Column("bill_id", BigInteger, nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
)
reversals = Table(
    "reversals",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("blue_id", BigInteger, primary_key=True),
    Column("red_id", BigInteger, nullable=False),
)
daily_totals = Table(
    "daily_totals",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("kind_code", String(4), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("region_code", String(6), nullable=False),
    Column("issued_count", BigInteger, nullable=False),
    Column("issued_amount", Numeric(20, 2), nullable=False),
    Column("reversed_count", BigInteger, nullable=False),
    Column("reversed_amount", Numeric(20, 2), nullable=False),
)
region_totals = Table(
    "region_totals",
    METADATA,
    Column("region_code", String(6), primary_key=True),
    Column("kind_code", String(4), primary_key=True),
    Column("day", Date, primary_key=True),
    Column("issued_count", BigInteger, nullable=False),
    Column("issued_amount", Numeric(20, 2), nullable=False),
    Column("reversed_count", BigInteger, nullable=False),
    Column("reversed_amount", Numeric(20, 2), nullable=False),
)
