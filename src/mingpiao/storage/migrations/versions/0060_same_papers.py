"""The same paper in another file counts as one."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0060"
down_revision = "0059"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
