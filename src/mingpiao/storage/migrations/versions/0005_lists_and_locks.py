"""Lists of evidence files and back-tests, and reasons that stop a unit in all kinds."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
