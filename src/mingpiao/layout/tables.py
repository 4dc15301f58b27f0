"""The table of face versions as SQLAlchemy sees it; the migrations are the schema."""

from sqlalchemy import ARRAY, Column, Date, DateTime, Integer, String, Table, Text
from sqlalchemy.dialects.postgresql import JSONB

from mingpiao.storage.metadata import METADATA

face_versions = Table(
    "face_versions",
    METADATA,
    Column("kind_code", String(4), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("author_name", Text, nullable=False),
    Column("makers", ARRAY(Text), nullable=False),
    Column("saved_at", DateTime(timezone=True), nullable=False),
    Column("published_by", Text),
    Column("published_by_name", Text),
    Column("published_at", DateTime(timezone=True)),
)
