"""Rules on trial: beside those that act in a rule set, and what they hit."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
