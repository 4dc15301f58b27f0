"""Whether online units issue by UKey alone, as departments choose."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
