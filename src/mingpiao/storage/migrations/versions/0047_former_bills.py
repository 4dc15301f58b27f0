"""Bills of an old system, which units import so that they can be written off."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
