"""三员分立: roles are granted, three kinds of administrators exclude one another, and the database holds it."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0074"
down_revision = "0073"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
