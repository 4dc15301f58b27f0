"""Checks before a program starts work that the database can be reached, is new enough and has the present
schema.
"""

from pathlib import Path

import asyncpg
from alembic.config import Config
from alembic.script import ScriptDirectory

from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import plain_url

_CONNECT_SECONDS = 10.0


async def require_reachable(url: str) -> None:
    """Raise `Refusal` (`database.unreachable`), which says what to do, unless the database can be reached."""
    await (await _connect(url)).close()


async def require_ready(url: str) -> None:
    """Do the same, and raise `Refusal` (`database.not_migrated`) unless the schema is the program's own."""
    connection = await _connect(url)
    try:
        await _require_schema(connection)
    finally:
        await connection.close()


async def schema_revision(url: str) -> str | None:
    """The schema revision of the database at an address; None before the first migration.

    Raises `Refusal` (`database.unreachable`).
    """
    connection = await _connect(url)
    try:
        return await revision_of(connection)
    finally:
        await connection.close()


async def _connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    try:
        return await asyncpg.connect(plain_url(url), timeout=_CONNECT_SECONDS)
    except (OSError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise refuse(
            "database.unreachable",
            f"连不上数据库：{error}。请检查地址、用户名和密码，以及数据库是否已启动。",
            status=503,
        ) from error


async def _require_schema(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    revision = await revision_of(connection)
    if revision != present_revision():
        raise refuse(
            "database.not_migrated",
            f"数据库结构（{revision or '空库'}）与程序不一致。请先运行 mingpiao migrate。",
            status=503,
        )


async def revision_of(connection: "asyncpg.Connection[asyncpg.Record]") -> str | None:
    """The schema revision of a database; None before the first migration."""
    migrated = await connection.fetchval("SELECT to_regclass('alembic_version') IS NOT NULL")
    revision: str | None = (
        await connection.fetchval("SELECT max(version_num) FROM alembic_version") if migrated else None
    )
    return revision


def present_revision() -> str | None:
    """The schema revision for which this program was written."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    return ScriptDirectory.from_config(config).get_current_head()
