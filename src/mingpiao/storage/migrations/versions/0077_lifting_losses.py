"""A 系统管理员 may lift the loss of a UKey."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0077"
down_revision = "0076"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
