"""Text messages wait in an outbox, and accounts have a mobile number."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0068"
down_revision = "0067"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
