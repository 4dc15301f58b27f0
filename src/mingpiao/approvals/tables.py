"""The table of proposals."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

proposals = Table(
    "proposals",
    METADATA,
    Column("proposal_id", BigInteger, Identity(always=True), primary_key=True),
    Column("kind", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    Column("affects", ARRAY(Text), nullable=False),
    Column("changes", JSONB, nullable=False),
    Column("consequence", Text, nullable=False),
    Column("among", Text, nullable=False),
    Column("region_code", String(6)),
    Column("reason", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("proposed_at", DateTime(timezone=True), nullable=False),
    Column("state", Text, nullable=False),
    Column("decided_by", Text),
    Column("decided_by_name", Text),
    Column("decided_at", DateTime(timezone=True)),
    Column("opinion", Text, nullable=False),
)
