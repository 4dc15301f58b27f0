"""Wrong sign-ins summed up, known browsers, durable nonces."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
