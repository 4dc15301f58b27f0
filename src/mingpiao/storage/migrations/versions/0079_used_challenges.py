"""Challenges that a UKey has answered."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
