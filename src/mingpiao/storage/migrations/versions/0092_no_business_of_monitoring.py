"""What administrators do not do, with what came since."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0092"
down_revision = "0091"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
