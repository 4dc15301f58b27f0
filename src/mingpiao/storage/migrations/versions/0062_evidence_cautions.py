"""How sure the comparison of bills with their files must be."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0062"
down_revision = "0061"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
