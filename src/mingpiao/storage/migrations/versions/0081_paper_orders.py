"""The moment of a print order of paper is the program's."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
