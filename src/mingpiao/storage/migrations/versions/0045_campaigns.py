"""Campaigns that catch up on months from before write-off came into force."""

from mingpiao.storage.migrations.sql import run_sql_beside

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None


def upgrade() -> None:
    run_sql_beside(__file__)
