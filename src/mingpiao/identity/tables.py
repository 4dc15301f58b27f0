"""Tables of identity as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Table,
    Text,
)

from mingpiao.storage.metadata import METADATA

accounts = Table(
    "accounts",
    METADATA,
    Column("account_id", BigInteger, Identity(always=True), primary_key=True),
    Column("username", Text, nullable=False),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("password_changed_at", DateTime(timezone=True), nullable=False),
    Column("must_change_password", Boolean, nullable=False),
    Column("role", Text, nullable=False),
    Column("unit_id", BigInteger),
    Column("region_code", String(6)),
    Column("active", Boolean, nullable=False),
    Column("valid_until", Date),
    Column("failed_attempts", Integer, nullable=False),
    Column("locked_until", DateTime(timezone=True)),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("mobile", Text, nullable=False),
    Column("lost_at", DateTime(timezone=True)),
    Column("used_at", DateTime(timezone=True), nullable=False),
    Column("unused_warnings", SmallInteger, nullable=False),
    Column("unused_warned_at", DateTime(timezone=True)),
    Column("closed_unused_at", DateTime(timezone=True)),
)
password_policies = Table(
    "password_policies",
    METADATA,
    Column("revision", Integer, primary_key=True),
    Column("profile", Text, nullable=False),
    Column("minimum_length", Integer, nullable=False),
    Column("classes", Integer, nullable=False),
    Column("history", Integer, nullable=False),
    Column("maximum_age_days", Integer),
    Column("proposed_by", BigInteger, nullable=False),
    Column("confirmed_by", BigInteger),
    Column("confirmed_name", Text, nullable=False),
    Column("decided_at", DateTime(timezone=True), nullable=False),
)
old_passwords = Table(
    "old_passwords",
    METADATA,
    Column("old_password_id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("replaced_at", DateTime(timezone=True), nullable=False),
)
granting = Table(
    "granting",
    METADATA,
    Column("is_row", Boolean, primary_key=True),
    Column("founded_at", DateTime(timezone=True)),
)
role_grants = Table(
    "role_grants",
    METADATA,
    Column("grant_id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("role", Text, nullable=False),
    Column("region_code", String(6)),
    Column("way", Text, nullable=False),
    Column("proposed_by", BigInteger),
    Column("confirmed_by", BigInteger),
    Column("confirmed_name", Text, nullable=False),
    Column("granted_at", DateTime(timezone=True), nullable=False),
)
invitations = Table(
    "invitations",
    METADATA,
    Column("invitation_id", BigInteger, Identity(always=True), primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("code_hash", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("expires_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
    Column("withdrawn_at", DateTime(timezone=True)),
)
sessions = Table(
    "sessions",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("factors", ARRAY(Text), nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("address", Text, nullable=False),
    Column("csrf_token", Text, nullable=False),
    Column("session_id", BigInteger, Identity(always=True), unique=True),
    Column("proved_at", DateTime(timezone=True), nullable=False),
    Column("agent", Text, nullable=False),
    Column("device_hash", LargeBinary),
    Column("point_code", Text, nullable=False, server_default=""),
)
known_devices = Table(
    "known_devices",
    METADATA,
    Column("device_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, primary_key=True),
    Column("device_id", BigInteger, Identity(always=True), unique=True),
    Column("seen_at", DateTime(timezone=True), nullable=False),
    Column("first_seen_at", DateTime(timezone=True), nullable=False),
    Column("agent", Text, nullable=False),
    Column("address", Text, nullable=False),
)
totp_secrets = Table(
    "totp_secrets",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("enrolled_at", DateTime(timezone=True), nullable=False),
    Column("last_step", BigInteger, nullable=False),
)
totp_offers = Table(
    "totp_offers",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
recovery_codes = Table(
    "recovery_codes",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("code_hash", LargeBinary, primary_key=True),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("used_at", DateTime(timezone=True)),
)
pending_sign_ins = Table(
    "pending_sign_ins",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("device_hash", LargeBinary, nullable=False),
    Column("known", Boolean, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
form_owners = Table(
    "form_owners",
    METADATA,
    Column("csrf_hash", LargeBinary, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
)
kept_forms = Table(
    "kept_forms",
    METADATA,
    Column("token_hash", LargeBinary, primary_key=True),
    Column("form_id", Text, primary_key=True),
    Column("account_id", BigInteger, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("kept_at", DateTime(timezone=True), nullable=False),
)
address_lists = Table(
    "address_lists",
    METADATA,
    Column("place", Text, primary_key=True),
    Column("networks", ARRAY(Text), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("changed_by", Text, nullable=False),
    Column("changed_at", DateTime(timezone=True), nullable=False),
)
