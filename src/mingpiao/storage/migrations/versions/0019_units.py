"""Units as departments keep them: their state, and what their numbers and limits stand at."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
