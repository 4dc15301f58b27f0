"""The database: a SQLAlchemy engine for most work, a pool of plain asyncpg connections for the hot path.

The login role of a connection never reads a table. Sessions run as the role `mingpiao_system`; a scoped
transaction changes to a unit's or a department's role until it ends.
"""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mingpiao.storage.scope import SYSTEM, Scope, scope_settings

_SESSION_SETTINGS = {"role": "mingpiao_system", "timezone": "UTC", "application_name": "mingpiao"}

#: The errors of asyncpg when the server cannot be reached, is stopping, or does not answer in time.
DATABASE_AWAY = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.CannotConnectNowError,
    # asyncpg raises this if a connection breaks during a statement.
    asyncpg.InternalClientError,
)
_COMMAND_SECONDS = 30


def engine_url(url: str) -> str:
    """A `postgresql://` address in SQLAlchemy's form for asyncpg."""
    return "postgresql+asyncpg" + url[url.index("://") :]


def plain_url(url: str) -> str:
    """A `postgresql://` address in the form for asyncpg and libpq."""
    return "postgresql" + url[url.index("://") :]


class Database:
    """Open it with `Database.open(url)`, close it with `close()`."""

    def __init__(self, engine: AsyncEngine, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self.engine = engine
        self.pool = pool
        self.url = url

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8) -> "Database":
        """Connect to a migrated database. Raises OSError or asyncpg.PostgresError if that fails."""
        pool = await asyncpg.create_pool(
            plain_url(url),
            min_size=1,
            max_size=pool_size,
            command_timeout=_COMMAND_SECONDS,
            reset=_tidy,
            server_settings=_SESSION_SETTINGS,
            init=_teach_json,
        )
        engine = create_async_engine(
            engine_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={"server_settings": _SESSION_SETTINGS},
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
        )
        return cls(engine, pool, url)

    async def close(self) -> None:
        await self.engine.dispose()
        await self.pool.close()

    @asynccontextmanager
    async def scoped(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees what the scope sees; commits at the end, rolls back on an error."""
        async with self.engine.begin() as connection:
            if scope != SYSTEM:
                await _put_in_force(connection, scope)
            yield connection

    def system(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """A transaction that sees everything."""
        return self.scoped(SYSTEM)


async def driver_of(connection: AsyncConnection) -> asyncpg.Connection:
    """The asyncpg connection below, for verbs of the hot path; it works within the same transaction."""
    driver = (await connection.get_raw_connection()).driver_connection
    if not isinstance(driver, asyncpg.Connection):
        raise TypeError("the connection is closed, or not one of asyncpg")
    return driver


async def _put_in_force(connection: AsyncConnection, scope: Scope) -> None:
    settings = scope_settings(scope)
    # The role comes last: once it is set, other settings are no longer safe from the scoped role.
    ordered = [(name, value) for name, value in settings.items() if name != "role"]
    ordered.append(("role", settings["role"]))
    calls = ", ".join(f"set_config(:n{i}, :v{i}, true)" for i in range(len(ordered)))
    values = {f"n{i}": name for i, (name, _) in enumerate(ordered)}
    values |= {f"v{i}": value for i, (_, value) in enumerate(ordered)}
    await connection.execute(text(f"SELECT {calls}"), values)


async def _tidy(connection: asyncpg.Connection) -> None:
    """# Settings, locks and roles end with their transaction, so only an open transaction can be left over."""
    if connection.is_in_transaction():
        await connection.execute("ROLLBACK")


async def _teach_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec(
        "jsonb",
        schema="pg_catalog",
        encoder=lambda value: b"\x01" + msgspec.json.encode(value),
        decoder=lambda data: msgspec.json.decode(data[1:]),
        format="binary",
    )
