"""Traits of papers are those of one unit."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0065"
down_revision = "0064"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
