"""People who cannot sign in get a new password by a code, and report the loss of a UKey."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
