"""Rows on a page of a list, prints of bills, and exports of their documents."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
