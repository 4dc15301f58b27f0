"""Bills that a second person must agree to, and who agreed to a request."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
