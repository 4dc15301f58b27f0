"""Training sites: the row that marks their databases, and what keeps them apart from real ones."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
