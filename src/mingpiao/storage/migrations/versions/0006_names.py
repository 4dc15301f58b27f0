"""One name for one thing: evidence files and their content, the type of a qualification."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
