"""When accounts were used last, and which were closed because nobody used them."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0087"
down_revision = "0086"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
