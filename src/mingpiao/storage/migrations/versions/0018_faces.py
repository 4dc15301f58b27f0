"""Faces of bill kinds: versions designed in the browser, and the days from which they hold."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
