"""Tables of supply."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, Identity, Integer, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

supply_policies = Table(
    "supply_policies",
    METADATA,
    Column("region_code", String(6), primary_key=True),
    Column("months_at_most", Integer, nullable=False),
    Column("months_proposed", Integer, nullable=False),
    Column("review_above", Integer, nullable=False),
    Column("all_written_off", Boolean, nullable=False),
    Column("by_levels", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
requisitions = Table(
    "requisitions",
    METADATA,
    Column("requisition_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("kind_code", String(4), nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("request_no", Text, nullable=False),
    Column("point_code", Text, nullable=False),
    Column("estimate", Integer),
    Column("approved_estimate", Integer),
    Column("origin", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("proposed", Integer),
    Column("free", BigInteger, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("granted", Integer, nullable=False),
    Column("code", Text, nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    Column("asked_by", Text, nullable=False),
    Column("asked_by_name", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("reason", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
supply_orders = Table(
    "supply_orders",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("kind_code", String(4), primary_key=True),
    Column("below", Integer, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("told", Text, nullable=False),
    Column("changed_by_name", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
