"""Certificates of persons (UKey), and revocation lists that are read."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0070"
down_revision = "0069"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
