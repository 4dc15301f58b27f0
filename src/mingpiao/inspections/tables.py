"""Tables of inspections as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

inspection_questions = Table(
    "inspection_questions",
    METADATA,
    Column("question_id", BigInteger, Identity(always=True), primary_key=True),
    Column("region_code", String(6), nullable=False),
    Column("name", Text, nullable=False),
    Column("query", JSONB, nullable=False),
    Column("saved_by", BigInteger, nullable=False),
    Column("saved_by_name", Text, nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
)
