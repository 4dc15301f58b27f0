"""Tables of identity as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    Table,
    Text,
)

from mingpiao.storage.metadata import METADATA

accounts = Table(
    "accounts",
    METADATA,
    Column("account_id", BigInteger, Identity(always=True), primary_key=True),
    Column("username", Text),
    Column("display_name", Text),
    Column("password_hash", Text),
    Column("password_changed_at", DateTime(timezone=True)),
    Column("must_change_password", Boolean),
    Column("role", Text),
    Column("unit_id", BigInteger),
    Column("region_code", Text),
    Column("active", Boolean),
    Column("failed_attempts", Integer),
    Column("locked_until", DateTime(timezone=True)),
)
sessions = Table(
    "sessions",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger),
    Column("factors", ARRAY(Text)),
    Column("created_at", DateTime(timezone=True)),
    Column("seen_at", DateTime(timezone=True)),
    Column("address", Text),
    Column("csrf_token", Text),
)
