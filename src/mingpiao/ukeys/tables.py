"""Tables of UKeys as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, LargeBinary, String, Table, Text

from mingpiao.storage.metadata import METADATA

ukeys = Table(
    "ukeys",
    METADATA,
    Column("ukey_id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("unit_id", BigInteger),
    Column("region_code", String(6)),
    Column("point_code", Text, nullable=False),
    Column("holder_name", Text, nullable=False),
    Column("place_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("request", LargeBinary, nullable=False),
    Column("point", LargeBinary, nullable=False),
    Column("certificate", LargeBinary),
    Column("serial", Text),
    Column("issuer", Text),
    Column("valid_from", DateTime(timezone=True)),
    Column("valid_to", DateTime(timezone=True)),
    Column("applied_by", BigInteger, nullable=False),
    Column("applied_at", DateTime(timezone=True), nullable=False),
    Column("decided_by", BigInteger),
    Column("ended_at", DateTime(timezone=True)),
    Column("revision", Integer, nullable=False),
)
ukey_steps = Table(
    "ukey_steps",
    METADATA,
    Column("ukey_id", BigInteger, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("step", Text, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("by_name", Text, nullable=False),
    Column("note", Text, nullable=False),
)
ukey_authorities = Table(
    "ukey_authorities",
    METADATA,
    Column("authority_id", BigInteger, Identity(always=True), primary_key=True),
    Column("name", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("encrypted_key", LargeBinary),
    Column("changes", BigInteger, nullable=False),
    Column("list_content", LargeBinary),
    Column("list_number", BigInteger, nullable=False),
    Column("list_changes", BigInteger, nullable=False),
    Column("list_until", DateTime(timezone=True)),
    Column("added_by_name", Text, nullable=False),
    Column("added_at", DateTime(timezone=True), nullable=False),
)
