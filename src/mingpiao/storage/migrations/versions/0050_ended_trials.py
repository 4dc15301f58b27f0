"""A version of a rule that is on trial may be taken back."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
