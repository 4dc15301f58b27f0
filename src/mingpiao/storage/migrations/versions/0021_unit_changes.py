"""Changes of units with their days; numbers that a closed unit gave back."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
