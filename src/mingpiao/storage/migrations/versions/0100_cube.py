"""What departments ask of the lake."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0100"
down_revision = "0099"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
