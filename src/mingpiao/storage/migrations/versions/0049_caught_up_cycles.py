"""Months of former bills take part in campaigns."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
