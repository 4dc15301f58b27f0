"""Drafts of bills, and what an account filled in last."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
