"""Tables of applications as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, Integer, Numeric, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

applications = Table(
    "applications",
    METADATA,
    Column("application_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger),
    Column("region_code", String(6)),
    Column("kind_code", String(4)),
    Column("business_no", Text),
    Column("payer_name", Text),
    Column("total", Numeric(16, 2)),
    Column("request", JSONB),
    Column("state", Text),
    Column("findings", JSONB),
    Column("claims", JSONB),
    Column("problems", JSONB),
    Column("submitted_by", Text),
    Column("submitted_by_name", Text),
    Column("submitted_at", DateTime(timezone=True)),
    Column("appeal_reason", Text),
    Column("appealed_at", DateTime(timezone=True)),
    Column("held_rules", ARRAY(Text)),
    Column("reviewer_region", String(6)),
    Column("reviewer_id", BigInteger),
    Column("due_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_by_name", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", Text),
    Column("bill_id", BigInteger),
    Column("finished_at", DateTime(timezone=True)),
    Column("revision", Integer),
    Column("attempt", BigInteger),
    Column("attempt_until", DateTime(timezone=True)),
)
application_steps = Table(
    "application_steps",
    METADATA,
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", BigInteger),
    Column("unit_id", BigInteger),
    Column("at", DateTime(timezone=True)),
    Column("actor", Text),
    Column("actor_name", Text),
    Column("step", Text),
    Column("note", Text),
)
review_decisions = Table(
    "review_decisions",
    METADATA,
    Column("decision_id", BigInteger, Identity(always=True), primary_key=True),
    Column("application_id", BigInteger),
    Column("unit_id", BigInteger),
    Column("region_code", String(6)),
    Column("reviewer_region", String(6)),
    Column("decision", Text),
    Column("rules", ARRAY(Text)),
    Column("appealed_at", DateTime(timezone=True)),
    Column("due_at", DateTime(timezone=True)),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by", Text),
)
