"""Supervision before and during issue: rules, history, evidence, qualifications, applications, messages."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
