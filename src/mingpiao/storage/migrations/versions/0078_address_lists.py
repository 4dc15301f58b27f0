"""From which networks departments and administrators may work."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0078"
down_revision = "0077"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
