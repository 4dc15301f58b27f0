"""Paper bills have a stock: batches, who holds which sheets in which state, and every step of a sheet."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0075"
down_revision = "0074"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
