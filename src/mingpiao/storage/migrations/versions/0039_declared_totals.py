"""A unit's own totals of a month, and its standing order to write off by itself."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
