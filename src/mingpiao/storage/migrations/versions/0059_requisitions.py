"""申领: requests for numbers with what became of them, standing orders, and the province's limits."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
