"""Columns that accounts choose for lists, and exports that are written in the background."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
