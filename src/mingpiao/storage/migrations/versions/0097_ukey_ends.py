"""UKeys that end soon are told of."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0097"
down_revision = "0096"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
