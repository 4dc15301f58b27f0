"""Messages know whose doing they tell of, and when what they ask for is done."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
