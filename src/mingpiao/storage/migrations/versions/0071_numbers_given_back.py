"""Numbers that units give back have a reason and an author; segments tell whether a bill drew them."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0071"
down_revision = "0070"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
