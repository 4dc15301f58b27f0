"""Departments may see how far the numbers of a code were allotted, to trace a number."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0061"
down_revision = "0060"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
