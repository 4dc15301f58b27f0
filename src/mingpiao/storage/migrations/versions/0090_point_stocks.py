"""Numbers of issuing points, and transfers between them and their unit."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0090"
down_revision = "0089"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
