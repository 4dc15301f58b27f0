"""Table of the keys that seal."""

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Table, Text

from mingpiao.storage.metadata import METADATA

signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("key_id", BigInteger, primary_key=True),
    Column("owner_kind", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("certificate", LargeBinary, nullable=False),
    Column("encrypted_key", LargeBinary, nullable=False),
    Column("seal", LargeBinary, nullable=False),
    Column("seal_id", Text, nullable=False),
    Column("seal_name", Text, nullable=False),
    Column("seal_hash", Text, nullable=False),
    Column("serial", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("retired_at", DateTime(timezone=True)),
)
