"""Requests that rules asked about, with their end, and when a bill was issued with warnings."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
