"""The database: a SQLAlchemy engine for most work, a pool of plain asyncpg connections for the hot path.

The login role of a connection never reads a table. Sessions run as the role `mingpiao_system`; a scoped
transaction changes to a unit's or a department's role until it ends.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import asyncpg
import msgspec
from asyncpg.pool import PoolAcquireContext
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from mingpiao.storage.scope import SYSTEM, Scope, scope_settings

_SESSION_SETTINGS = {
    "role": "mingpiao_system",
    "timezone": "UTC",
    "application_name": "mingpiao",
    # The server gives up a client that is gone without a word, and with it the locks of its transaction.
    "tcp_keepalives_idle": "30",
    "tcp_keepalives_interval": "10",
    "tcp_keepalives_count": "3",
    "tcp_user_timeout": "60000",
}
#: A client that is frozen within a transaction of the hot path would keep a stock's lock for ever.
_HOT_SETTINGS = _SESSION_SETTINGS | {"idle_in_transaction_session_timeout": "60000"}
_WORK_SETTINGS = _SESSION_SETTINGS | {"idle_in_transaction_session_timeout": "600000"}

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
#: How long a statement of the hot path may take, and one of pages and duties.
_COMMAND_SECONDS = 30
_WORK_COMMAND_SECONDS = 600
#: How long a connection may take to open, how long one is waited for that others have, how long closing may take.
_CONNECT_SECONDS = 5
_ACQUIRE_SECONDS = 10
_CLOSE_SECONDS = 10


def engine_url(url: str) -> str:
    """A `postgresql://` address in SQLAlchemy's form for asyncpg."""
    return "postgresql+asyncpg" + url[url.index("://") :]


def plain_url(url: str) -> str:
    """A `postgresql://` address in the form for asyncpg and libpq."""
    return "postgresql" + url[url.index("://") :]


_logger = logging.getLogger(__name__)


class _BoundedPool(asyncpg.Pool):  # type: ignore[misc]  # asyncpg has no types
    """asyncpg's pool, whose callers wait ten seconds for a connection unless they say otherwise.

    The same limit then bounds its return, which else waits without end for a server that hangs to
    cancel a statement.
    """

    def acquire(self, *, timeout: float | None = None) -> "PoolAcquireContext[asyncpg.Record]":
        return super().acquire(timeout=_ACQUIRE_SECONDS if timeout is None else timeout)


#: Where a connection keeps the notices that its transaction sends, as pairs of channel and payload.
SENT_NOTICES = "sent_notices"


class Database:
    """Open it with `Database.open(url)`, close it with `close()`."""

    def __init__(self, engine: AsyncEngine, pool: "asyncpg.Pool[asyncpg.Record]", url: str) -> None:
        self.engine = engine
        self.pool = pool
        self.url = url
        self._on_notice: list[Callable[[str, str], None]] = []

    def on_notice(self, hear: Callable[[str, str], None]) -> None:
        """Have a function told of every notice (channel, payload) that a transaction of `scoped` sends, at its commit.

        So this process knows what it changed itself before PostgreSQL's notice has come round.
        """
        self._on_notice.append(hear)

    @classmethod
    async def open(cls, url: str, *, pool_size: int = 8) -> "Database":
        """Connect to a migrated database. Raises OSError or asyncpg.PostgresError if that fails."""
        pool = await _BoundedPool(
            plain_url(url),
            min_size=1,
            max_size=pool_size,
            max_queries=50_000,
            max_inactive_connection_lifetime=300.0,
            loop=None,
            connection_class=asyncpg.Connection,
            record_class=asyncpg.Record,
            timeout=_CONNECT_SECONDS,
            command_timeout=_COMMAND_SECONDS,
            reset=_tidy,
            server_settings=_HOT_SETTINGS,
            init=_teach_json,
        )
        engine = create_async_engine(
            engine_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_timeout=_ACQUIRE_SECONDS,
            pool_pre_ping=True,
            hide_parameters=True,
            connect_args={
                "server_settings": _WORK_SETTINGS,
                "timeout": _CONNECT_SECONDS,
                "command_timeout": _WORK_COMMAND_SECONDS,
            },
            json_serializer=lambda value: msgspec.json.encode(value).decode(),
            json_deserializer=msgspec.json.decode,
        )
        return cls(engine, pool, url)

    async def close(self) -> None:
        """Close all connections in order; those that do not close in time are cut."""
        for close in (self.engine.dispose, self.pool.close):
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await close()
            except (TimeoutError, OSError) as error:
                _logger.warning("database connections were cut, not closed: %r", error)
        self.pool.terminate()

    @asynccontextmanager
    async def scoped(self, scope: Scope) -> AsyncIterator[AsyncConnection]:
        """A transaction that sees what the scope sees; commits at the end, rolls back on an error."""
        async with self.engine.begin() as connection:
            # The connection is the pool's: what an earlier transaction left there was rolled back.
            sent: list[tuple[str, str]] = []
            connection.info[SENT_NOTICES] = sent
            if scope != SYSTEM:
                await _put_in_force(connection, scope)
            yield connection
        for channel, payload in sent:
            for hear in self._on_notice:
                hear(channel, payload)

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
