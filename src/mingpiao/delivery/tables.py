"""Tables of delivery as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, LargeBinary, Table, Text

from mingpiao.storage.metadata import METADATA

sms_messages = Table(
    "sms_messages",
    METADATA,
    Column("sms_id", BigInteger, Identity(always=True), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("template", Text, nullable=False),
    Column("label", Text, nullable=False),
    Column("mobile", Text, nullable=False),
    Column("content", LargeBinary),
    Column("state", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("useful_until", DateTime(timezone=True), nullable=False),
    Column("queued_at", DateTime(timezone=True), nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
sms_phone = Table(
    "sms_phone",
    METADATA,
    Column("reference", Text, primary_key=True),
    Column("mobile", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("arrived_at", DateTime(timezone=True), nullable=False),
)
