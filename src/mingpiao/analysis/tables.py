"""The tables of the analysis as SQLAlchemy sees them; the migrations are the schema."""

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
    SmallInteger,
    Table,
    Text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mingpiao.storage.metadata import METADATA

analysis_findings = Table(
    "analysis_findings",
    METADATA,
    Column("finding_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", CHAR(6), nullable=False),
    Column("month", Date, nullable=False),
    Column("pattern", Text, nullable=False),
    Column("kind_code", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("score", Integer, nullable=False),
    Column("unlikely", SmallInteger, nullable=False),
    Column("peers", Integer, nullable=False),
    Column("sentence", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("drawing", JSONB, nullable=False),
    Column("bill_ids", ARRAY(BigInteger), nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("standing", Boolean, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
    Column("breaches", Integer, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("words", Text, nullable=False),
)
analysis_steps = Table(
    "analysis_steps",
    METADATA,
    Column("step_id", BigInteger, Identity(always=True), primary_key=True),
    Column("finding_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("words", Text, nullable=False),
)
analysis_runs = Table(
    "analysis_runs",
    METADATA,
    Column("month", Date, primary_key=True),
    Column("ended_at", DateTime(timezone=True), nullable=False),
    Column("units", Integer, nullable=False),
    Column("findings", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
)
analysis_ties = Table(
    "analysis_ties",
    METADATA,
    Column("tie_id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("month", Date, nullable=False),
    Column("units", Integer, nullable=False),
    Column("score", Integer, nullable=False),
    Column("found_at", DateTime(timezone=True), nullable=False),
)
analysis_tie_edges = Table(
    "analysis_tie_edges",
    METADATA,
    Column("tie_id", BigInteger, primary_key=True),
    Column("edge_no", Integer, primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("bills", Integer, nullable=False),
    Column("amount", Numeric(18, 2), nullable=False),
)
