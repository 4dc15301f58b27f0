"""Traits of papers are those of one unit."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
