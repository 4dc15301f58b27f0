"""Whether numbers have a holder is one look."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0093"
down_revision = "0092"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
