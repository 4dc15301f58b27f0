"""Stocks of departments that will soon run out, as warnings and the overview show them."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0067"
down_revision = "0066"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
