"""Notices between processes: PostgreSQL's LISTEN/NOTIFY on a connection of its own.

Caches subscribe to a channel and drop their content when a notice comes. Notices may be missed while the
connection is lost, so after a reconnection every subscriber drops everything.
"""

import asyncio
import logging
from collections.abc import Callable

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.database import plain_url

#: Called with the notice's payload; with None if anything may have changed.
Listener = Callable[[str | None], None]

_logger = logging.getLogger(__name__)
_RECONNECT_SECONDS = 0.5


async def notify(connection: AsyncConnection, channel: str, payload: str = "") -> None:
    """Send a notice when the connection's transaction commits."""
    await connection.execute(
        text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
    )


class Notices:
    """Listens until `close()`; subscribe before `start()`."""

    def __init__(self, url: str) -> None:
        self._url = plain_url(url)
        self._listeners: dict[str, list[Listener]] = {}
        self._task: asyncio.Task[None] | None = None

    def subscribe(self, channel: str, listener: Listener) -> None:
        self._listeners.setdefault(channel, []).append(listener)

    async def start(self) -> None:
        """Start listening; returns when listening has begun, so that no later notice is missed."""
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._listen(ready))
        await ready.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            try:
                await self._listen_once(ready)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                _logger.warning("notices interrupted: %s", error)
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self, ready: asyncio.Event) -> None:
        connection = await asyncpg.connect(self._url)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            for channel in self._listeners:
                await connection.add_listener(channel, self._dispatch)
            self._forget_everything()
            ready.set()
            await lost.wait()
        finally:
            connection.terminate()

    def _dispatch(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        for listener in self._listeners[channel]:
            listener(str(payload))

    def _forget_everything(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener(None)
