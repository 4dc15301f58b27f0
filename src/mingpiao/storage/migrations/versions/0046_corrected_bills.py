"""Which bill stands instead of a reversed one, and what a notice of rectification still lets its unit issue."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
