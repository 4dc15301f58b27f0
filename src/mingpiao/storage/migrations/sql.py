"""Migrations are written as SQL, because partitions, roles and policies have no other words."""

from pathlib import Path

from alembic import op

#: A migration that waits long for a lock stops everybody behind it: it gives up instead.
LIMITS = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '30min';"


def run_sql_beside(migration_file: str) -> None:
    """Run the `.sql` file that lies beside a migration, in the migration's own transaction."""
    script = LIMITS + Path(migration_file).with_suffix(".sql").read_text(encoding="utf-8")
    bind = op.get_bind()
    # Begins the transaction; the driver itself then takes the script, which has many statements.
    bind.exec_driver_sql("SELECT 1")
    driver = bind.connection.dbapi_connection
    if driver is None:
        raise RuntimeError("the migration's connection is closed")
    driver.run_async(lambda connection: connection.execute(script))
