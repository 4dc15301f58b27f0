"""Forms that are saved under a name, and what an account uses most."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
