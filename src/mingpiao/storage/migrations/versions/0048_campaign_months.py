"""What is left of a campaign is found by its number."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
