"""Tables of tips as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import (
    ARRAY,
    CHAR,
    BigInteger,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from mingpiao.storage.metadata import METADATA

tips = Table(
    "tips",
    METADATA,
    Column("tip_id", BigInteger, Identity(always=True), primary_key=True),
    Column("code_hash", LargeBinary, nullable=False),
    Column("region_code", CHAR(6), nullable=False),
    Column("unit_id", BigInteger),
    Column("unit_name", Text, nullable=False),
    Column("bill_id", BigInteger),
    Column("kinds", ARRAY(Text), nullable=False),
    Column("words", Text, nullable=False),
    Column("contact", LargeBinary),
    Column("contact_masked", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("due_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True), nullable=False),
    Column("accepted_at", DateTime(timezone=True)),
    Column("question", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decided_by_name", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("merged_into", BigInteger),
    Column("overdue_told", DateTime(timezone=True)),
)
tip_steps = Table(
    "tip_steps",
    METADATA,
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("tip_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("note", Text, nullable=False),
)
tip_files = Table(
    "tip_files",
    METADATA,
    Column("file_id", BigInteger, Identity(always=True), primary_key=True),
    Column("tip_id", BigInteger, nullable=False),
    Column("step_id", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("size", Integer, nullable=False),
)
tip_inquiries = Table(
    "tip_inquiries",
    METADATA,
    Column("inquiry_id", BigInteger, Identity(always=True), primary_key=True),
    Column("tip_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", CHAR(6), nullable=False),
    Column("question", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("asked_by_name", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", DateTime(timezone=True)),
    Column("answered_by_name", Text, nullable=False),
)
tip_counts = Table(
    "tip_counts",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("times", Integer, nullable=False),
)
