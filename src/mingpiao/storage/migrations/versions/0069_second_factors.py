"""Second factors, where people sign in, and messages to one person."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0069"
down_revision = "0068"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
