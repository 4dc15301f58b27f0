"""Questions of departments to units (情况问询)."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0091"
down_revision = "0090"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
