"""The table of qualifications as SQLAlchemy sees it; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, LargeBinary, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

qualifications = Table(
    "qualifications",
    METADATA,
    Column("qualification_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger),
    Column("region_code", String(6)),
    Column("qualification_type", Text),
    Column("digest", LargeBinary),
    Column("file_name", Text),
    Column("media_type", Text),
    Column("state", Text),
    Column("attempts", Integer),
    Column("reading", JSONB(none_as_null=True)),
    Column("stated", JSONB(none_as_null=True)),
    Column("differences", JSONB),
    Column("failure_code", Text),
    Column("failure", Text),
    Column("valid_from", Date),
    Column("valid_until", Date),
    Column("uploaded_by", Text),
    Column("uploaded_by_name", Text),
    Column("uploaded_at", DateTime(timezone=True)),
    Column("submitted_at", DateTime(timezone=True)),
    Column("decided_by", Text),
    Column("decided_by_name", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("decision_reason", Text),
    Column("revision", Integer),
)
