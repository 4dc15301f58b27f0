"""实时监控: what happened by hour and minute."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0084"
down_revision = "0083"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
