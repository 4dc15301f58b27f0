"""Casework: what happens to exception cases, rectifications, extensions of due days, and re-opened write-offs."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
