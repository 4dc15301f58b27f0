"""The table of qualifications as SQLAlchemy sees it; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, LargeBinary, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

qualifications = Table(
    "qualifications",
    METADATA,
    Column("qualification_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("qualification_type", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("reading", JSONB(none_as_null=True)),
    Column("stated", JSONB(none_as_null=True)),
    Column("differences", JSONB, nullable=False),
    Column("failure_code", Text, nullable=False),
    Column("failure", Text, nullable=False),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("uploaded_by", Text, nullable=False),
    Column("uploaded_by_name", Text, nullable=False),
    Column("uploaded_at", DateTime(timezone=True), nullable=False),
    Column("submitted_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", Text, nullable=False),
    Column("revision", Integer, nullable=False),
)
