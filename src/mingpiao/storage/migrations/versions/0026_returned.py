"""What a department returned: when, what was sent then, and which application repeats which."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
