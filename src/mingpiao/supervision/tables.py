"""The tables of alerts as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, String, Table, Text

from mingpiao.storage.metadata import METADATA

alerts = Table(
    "alerts",
    METADATA,
    Column("alert_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("rule_code", Text, nullable=False),
    Column("rule_version", Integer, nullable=False),
    Column("rule_name", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("hours", Integer, nullable=False),
    Column("first_hour", DateTime(timezone=True), nullable=False),
    Column("last_hour", DateTime(timezone=True), nullable=False),
    Column("raised_at", DateTime(timezone=True), nullable=False),
    Column("taken_by_name", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("words", Text, nullable=False),
)
alert_hours = Table(
    "alert_hours",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("rule_code", Text, primary_key=True),
    Column("hour", DateTime(timezone=True), primary_key=True),
    Column("alert_id", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
)
alert_steps = Table(
    "alert_steps",
    METADATA,
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("alert_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("words", Text, nullable=False),
)
alert_mutes = Table(
    "alert_mutes",
    METADATA,
    Column("mute_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("rule_code", Text, nullable=False),
    Column("until", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("muted_at", DateTime(timezone=True), nullable=False),
    Column("muted_by_name", Text, nullable=False),
)
