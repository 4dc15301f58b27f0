"""Migrates a database to the present schema; forward only."""

import asyncio
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import engine_url

#: The number of the lock that keeps two migrations of one database apart.
_MIGRATION_LOCK = 0x6D696E67
_OLDEST_SERVER = 150_000


def upgrade(url: str) -> None:
    """Run all migrations that the database has not had; a second caller waits for the first.

    Raises `Refusal` (`database.too_old`) for a server older than PostgreSQL 15.
    """
    asyncio.run(_upgrade(url))


async def _upgrade(url: str) -> None:
    engine = create_async_engine(engine_url(url), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            version = int((await connection.scalar(text("SHOW server_version_num"))) or 0)
            if version < _OLDEST_SERVER:
                raise refuse(
                    "database.too_old",
                    f"数据库版本过低（{version // 10_000}），请使用 PostgreSQL 15 或更高版本。",
                )
            await connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _MIGRATION_LOCK})
            await connection.commit()
            await connection.run_sync(_run_migrations)
            await connection.commit()
    finally:
        await engine.dispose()


def _run_migrations(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
