"""What becomes of paper that is not used: spoilt, lost, counted, destroyed; and units that end ordinary paper."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0076"
down_revision = "0075"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
