"""What administrators do not do, with what came since."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0088"
down_revision = "0087"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
