"""Tables of issuing units."""

from sqlalchemy import BigInteger, Boolean, Column, DateTime, LargeBinary, String, Table, Text

from mingpiao.storage.metadata import METADATA

units = Table(
    "units",
    METADATA,
    Column("unit_id", BigInteger, primary_key=True),
    Column("uscc", String(18)),
    Column("name", Text),
    Column("region_code", String(6)),
    Column("mode", Text),
    Column("unit_type", Text),
    Column("receiving_account", Text),
    Column("receiving_bank", Text),
    Column("address", Text),
    Column("phone", Text),
    Column("created_at", DateTime(timezone=True)),
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
    Column("unit_id", BigInteger),
    Column("name", Text),
    Column("encrypted_secret", LargeBinary),
    Column("active", Boolean),
    Column("created_at", DateTime(timezone=True)),
)
