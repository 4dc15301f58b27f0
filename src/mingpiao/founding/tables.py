"""Tables of the founding as SQLAlchemy sees them; the migrations are the schema."""

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Identity, Integer, String, Table, Text

from mingpiao.storage.metadata import METADATA

foundings = Table(
    "foundings",
    METADATA,
    Column("founding_id", Integer, primary_key=True),
    Column("province", String(6), nullable=False),
    Column("starter", ARRAY(Text)),
    Column("begun_at", DateTime(timezone=True), nullable=False),
    Column("completed_at", DateTime(timezone=True)),
)
key_ceremonies = Table(
    "key_ceremonies",
    METADATA,
    Column("ceremony_id", BigInteger, Identity(always=True), primary_key=True),
    Column("key_fingerprint", Text, nullable=False),
    Column("batch", Text, nullable=False),
    Column("threshold", Integer, nullable=False),
    Column("conductor", Text, nullable=False),
    Column("witness", Text, nullable=False),
    Column("held_at", DateTime(timezone=True), nullable=False),
)
key_shares = Table(
    "key_shares",
    METADATA,
    Column("ceremony_id", BigInteger, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False),
)
trainings = Table(
    "trainings",
    METADATA,
    Column("training_id", Integer, primary_key=True),
    Column("begun_at", DateTime(timezone=True), nullable=False),
)
