"""About which month a unit with a standing order was told that it differs."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
