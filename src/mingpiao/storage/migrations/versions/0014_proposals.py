"""Proposals: changes that a second person decides."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
