"""Runs migrations that are written as SQL, because Alembic's operations know no partitions, roles and
policies.
"""

from pathlib import Path

from alembic import op

#: A migration that waits long for a lock blocks everybody behind it, so it gives up instead.
LIMITS = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '30min';"


def run_sql_beside(migration_file: str) -> None:
    """Run the `.sql` file beside a migration, in the migration's own transaction."""
    script = LIMITS + Path(migration_file).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    # This begins the transaction. The driver itself then runs the script, which has many statements.
    bind.exec_driver_sql("SELECT 1")
    driver = bind.connection.dbapi_connection
    if driver is None:
        raise RuntimeError("the migration's connection is closed")
    driver.run_async(lambda connection: connection.execute(script))
