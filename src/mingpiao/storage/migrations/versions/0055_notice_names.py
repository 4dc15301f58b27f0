"""A notice of rectification keeps its names and its seal; exceptions are found in the order in which they wait."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
