"""A unit's segments are found without reading those of all others."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0063"
down_revision = "0062"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
