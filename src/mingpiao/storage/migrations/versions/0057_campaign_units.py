"""How far each unit is with each campaign is kept, and not counted whenever somebody looks."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0057"
down_revision = "0056"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
