"""Payers of a unit's own bills, and bills that were issued again after a reversal."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
