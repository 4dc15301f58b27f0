"""Figures of write-off: cases by month."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
