"""Accounts with a last day; invitations by which a person chooses the first password."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
