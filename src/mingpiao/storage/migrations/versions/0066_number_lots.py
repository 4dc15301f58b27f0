"""Numbers flow down: departments have stocks of their own, and every number has one holder."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
