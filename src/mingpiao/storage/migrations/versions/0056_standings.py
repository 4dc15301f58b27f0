"""核销状态 for lists of bills and for the public check."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0056"
down_revision = "0055"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
