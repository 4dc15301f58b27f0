"""Bills of a month tell what their payer is."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0098"
down_revision = "0097"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
