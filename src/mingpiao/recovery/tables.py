"""Tables of recovery as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, Date, DateTime, Identity, Integer, LargeBinary, Table, Text

from mingpiao.storage.metadata import METADATA

recoveries = Table(
    "recoveries",
    METADATA,
    Column("recovery_id", BigInteger, Identity(always=True), primary_key=True),
    Column("token_hash", LargeBinary, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("asked", LargeBinary),
    Column("account_id", BigInteger),
    Column("code_hash", LargeBinary),
    Column("tries", Integer, nullable=False),
    Column("address", Text, nullable=False),
    Column("asked_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
recovery_counts = Table(
    "recovery_counts",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("key_hash", LargeBinary, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("times", Integer, nullable=False),
)
