"""Changes of units name the department that made them."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
