"""Certificates of write-off: names and keys of their day."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
