"""The opening of a year's codes, as a job that can be killed."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0072"
down_revision = "0071"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
