"""Former bills that were imported wrongly are deleted while their month is open; a trial warns of odd ones."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
