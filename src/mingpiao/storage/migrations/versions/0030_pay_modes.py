"""The pay mode of a bill as a column, with those of bills that were issued before."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
