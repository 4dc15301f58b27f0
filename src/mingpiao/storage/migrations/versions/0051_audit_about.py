"""What was done about the people and the key of a department."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
