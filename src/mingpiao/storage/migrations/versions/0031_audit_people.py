"""The names of acting people in the audit trail, and what changes found and left."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
