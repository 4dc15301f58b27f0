"""Who decided a case, and why a bill of a notice was not reversed."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0058"
down_revision = "0057"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
