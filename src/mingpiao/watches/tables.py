"""Tables of watches as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    Numeric,
    Table,
    Text,
)

from mingpiao.storage.metadata import METADATA

watches = Table(
    "watches",
    METADATA,
    Column("watch_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", CHAR(6), nullable=False),
    Column("source", Text, nullable=False),
    Column("source_id", BigInteger),
    Column("reason", Text, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
    Column("extended", Boolean, nullable=False),
    Column("bound", Numeric(14, 2), nullable=False),
    Column("watcher_id", BigInteger, nullable=False),
    Column("watcher_name", Text, nullable=False),
    Column("placed_at", DateTime(timezone=True), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("ended_at", DateTime(timezone=True)),
    Column("ended_by_name", Text, nullable=False),
    Column("end_reason", Text, nullable=False),
)
watch_steps = Table(
    "watch_steps",
    METADATA,
    Column("watch_id", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("words", Text, nullable=False),
)
watch_events = Table(
    "watch_events",
    METADATA,
    Column("event_id", BigInteger, Identity(always=True), primary_key=True),
    Column("watch_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("bill_id", BigInteger),
    Column("amount", Numeric(14, 2)),
    Column("times", Integer, nullable=False),
)
