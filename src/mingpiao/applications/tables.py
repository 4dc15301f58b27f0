"""Tables of applications as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, Integer, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

applications = Table(
    "applications",
    METADATA,
    Column("application_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("kind_code", String(4), nullable=False),
    Column("business_no", Text, nullable=False),
    Column("payer_name", Text, nullable=False),
    Column("total", Numeric(16, 2), nullable=False),
    Column("request", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("claims", JSONB, nullable=False),
    Column("problems", JSONB, nullable=False),
    Column("submitted_by", Text, nullable=False),
    Column("submitted_by_name", Text, nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("appeal_reason", Text, nullable=False),
    Column("appealed_at", DateTime(timezone=True)),
    Column("held_rules", ARRAY(Text), nullable=False),
    Column("reviewer_region", String(6)),
    Column("reviewer_id", BigInteger),
    Column("due_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", Text, nullable=False),
    Column("bill_id", BigInteger),
    Column("finished_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False),
    Column("attempt", BigInteger, nullable=False),
    Column("attempt_until", DateTime(timezone=True)),
)
application_steps = Table(
    "application_steps",
    METADATA,
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("step", Text, nullable=False),
    Column("note", Text, nullable=False),
)
review_decisions = Table(
    "review_decisions",
    METADATA,
    Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("reviewer_region", String(6), nullable=False),
    Column("decision", Text, nullable=False),
    Column("rules", ARRAY(Text), nullable=False),
    Column("appealed_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", Text, nullable=False),
)
