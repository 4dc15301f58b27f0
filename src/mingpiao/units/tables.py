"""Tables of issuing units."""

from sqlalchemy import BigInteger, Boolean, Column, Date, DateTime, Identity, LargeBinary, String, Table, Text

from mingpiao.storage.metadata import METADATA

units = Table(
    "units",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("uscc", String(18), nullable=False),
    Column("name", Text, nullable=False),
    Column("region_code", String(6), nullable=False),
    Column("mode", Text, nullable=False),
    Column("unit_type", Text, nullable=False),
    Column("receiving_account", Text, nullable=False),
    Column("receiving_bank", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("phone", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
unit_charge_items = Table(
    "unit_charge_items",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("item_code", Text, primary_key=True),
)
watch_days = Table(
    "watch_days",
    METADATA,
    Column("watch_id", BigInteger, primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("first_day", Date, nullable=False),
    Column("last_day", Date, nullable=False),
)
unit_changes = Table(
    "unit_changes",
    METADATA,
    Column("change_id", BigInteger, Identity(always=True), primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("kind", Text, nullable=False),
    Column("before", Text, nullable=False),
    Column("after", Text, nullable=False),
    Column("effective_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("made_by_name", Text, nullable=False),
    Column("made_at", DateTime(timezone=True), nullable=False),
    Column("made_in", String(6)),
    Column("decided_by", Text),
    Column("decided_by_name", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("settled_at", DateTime(timezone=True)),
    Column("note", Text, nullable=False),
)
issuing_points = Table(
    "issuing_points",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("people", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
point_people = Table(
    "point_people",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("point_code", Text, primary_key=True),
    Column("account_id", BigInteger, primary_key=True),
    Column("added_at", DateTime(timezone=True), nullable=False),
)
point_choices = Table(
    "point_choices",
    METADATA,
    Column("account_id", BigInteger, primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("point_code", Text, nullable=False),
    Column("chosen_at", DateTime(timezone=True), nullable=False),
)
interface_apps = Table(
    "interface_apps",
    METADATA,
    Column("app_id", Text, primary_key=True),
    Column("unit_id", BigInteger, nullable=False),
    Column("name", Text, nullable=False),
    Column("encrypted_secret", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
