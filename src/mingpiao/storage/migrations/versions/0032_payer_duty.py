"""Payer books grow by a duty of the worker, with one mark for all units."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
