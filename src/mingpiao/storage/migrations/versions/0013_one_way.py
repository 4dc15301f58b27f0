"""What was recorded stays as it was recorded: one-way states, columns that do not change, who wrote an audit row."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
