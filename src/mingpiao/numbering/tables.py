"""Tables of numbering that lists read; other statements are written as SQL."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, String, Table, Text

from mingpiao.storage.metadata import METADATA

number_moves = Table(
    "number_moves",
    METADATA,
    Column("move_id", BigInteger, Identity(always=True), primary_key=True),
    Column("way", Text, nullable=False),
    Column("from_region", String(6), nullable=False),
    Column("to_region", String(6), nullable=False),
    Column("kind_code", String(4), nullable=False),
    Column("code", String(8), nullable=False),
    Column("quantity", BigInteger, nullable=False),
    Column("note", Text, nullable=False),
    Column("request_no", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
