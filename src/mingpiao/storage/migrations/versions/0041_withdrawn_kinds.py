"""A kind may be taken away from a unit."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
