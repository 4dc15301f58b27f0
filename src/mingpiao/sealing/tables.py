"""Table of the keys that seal."""

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, Table, Text

from mingpiao.storage.metadata import METADATA

signing_keys = Table(
    "signing_keys",
    METADATA,
    Column("key_id", BigInteger, primary_key=True),
    Column("owner_kind", Text),
    Column("owner", Text),
    Column("certificate", LargeBinary),
    Column("encrypted_key", LargeBinary),
    Column("seal", LargeBinary),
    Column("seal_id", Text),
    Column("seal_name", Text),
    Column("seal_hash", Text),
    Column("serial", Text),
    Column("issuer", Text),
    Column("created_at", DateTime(timezone=True)),
    Column("retired_at", DateTime(timezone=True)),
)
