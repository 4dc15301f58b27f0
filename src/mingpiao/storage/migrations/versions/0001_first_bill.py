"""The first tables: catalog, units, identity, numbering, issuing, journal, verification."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
