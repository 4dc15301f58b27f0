"""Tables of issuing units."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, LargeBinary, String, Table, Text

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
    Column("created_at", DateTime(timezone=True), nullable=False),
)
unit_charge_items = Table(
    "unit_charge_items",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("item_code", Text, primary_key=True),
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
