"""Notices between processes: PostgreSQL's LISTEN/NOTIFY on a connection of its own.

Caches subscribe to a channel and drop their content when a notice comes. Every few seconds this process sends
a notice to itself, which must come back on the same connection: a connection that is half open looks as if
nothing had changed. If the notice does not come back, every subscriber drops everything, at once and again at
each try to connect. So no cache is out of date for longer than about ten seconds.
"""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.database import DATABASE_AWAY, SENT_NOTICES, plain_url

#: Called with the notice's payload; with None if anything may have changed.
Listener = Callable[[str | None], None]

_logger = logging.getLogger(__name__)
_RECONNECT_SECONDS = 0.5
#: How often a notice goes to oneself, and how long it and each step of connecting may take.
BEAT_SECONDS = 5.0
ANSWER_SECONDS = 5.0
_START_SECONDS = 30.0


async def notify(connection: AsyncConnection, channel: str, payload: str = "") -> None:
    """Send a notice when the connection's transaction commits; this process hears of it at once."""
    connection.info.setdefault(SENT_NOTICES, []).append((channel, payload))
    await connection.execute(
        text("SELECT pg_notify(:channel, :payload)"), {"channel": channel, "payload": payload}
    )


class Notices:
    """Listens until `close()`; subscribe before `start()`."""

    def __init__(self, url: str) -> None:
        self._url = plain_url(url)
        self._listeners: dict[str, list[Listener]] = {}
        self._task: asyncio.Task[None] | None = None
        # Of this object alone, so that it hears no beat of others.
        self._beat_channel = f"beat_{secrets.token_hex(8)}"
        self._beats = 0
        self._heard = asyncio.Event()

    def subscribe(self, channel: str, listener: Listener) -> None:
        self._listeners.setdefault(channel, []).append(listener)

    def hear(self, channel: str, payload: str) -> None:
        """Tell the subscribers of a channel; one that nobody subscribes to is passed over."""
        for listener in self._listeners.get(channel, ()):
            listener(payload)

    async def start(self) -> None:
        """Start listening; returns when listening has begun, so that no later notice is missed.

        Raises TimeoutError after half a minute; the caller then calls `close`.
        """
        ready = asyncio.Event()
        self._task = asyncio.create_task(self._listen(ready))
        async with asyncio.timeout(_START_SECONDS):
            await ready.wait()

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen(self, ready: asyncio.Event) -> None:
        while True:
            try:
                await self._listen_once(ready)
            except (*DATABASE_AWAY, asyncpg.PostgresError) as error:
                _logger.warning("notices interrupted: %r", error)
            self._forget_everything()
            await asyncio.sleep(_RECONNECT_SECONDS)

    async def _listen_once(self, ready: asyncio.Event) -> None:
        """Listen until the connection is lost or a beat does not come back; then raises, or returns."""
        connection = await asyncpg.connect(self._url, timeout=ANSWER_SECONDS, command_timeout=ANSWER_SECONDS)
        lost = asyncio.Event()
        try:
            connection.add_termination_listener(lambda _: lost.set())
            for channel in self._listeners:
                await connection.add_listener(channel, self._dispatch)
            await connection.add_listener(self._beat_channel, self._hear_beat)
            self._forget_everything()
            ready.set()
            while not lost.is_set():
                await self._beat(connection)
                await _unless_set(lost, BEAT_SECONDS)
        finally:
            connection.terminate()

    async def _beat(self, connection: asyncpg.Connection) -> None:
        """Send a notice to oneself and wait for it. Raises TimeoutError."""
        self._beats += 1
        self._heard.clear()
        async with asyncio.timeout(ANSWER_SECONDS):
            await connection.execute("SELECT pg_notify($1, $2)", self._beat_channel, str(self._beats))
            await self._heard.wait()

    def _hear_beat(self, _connection: object, _pid: int, _channel: str, payload: object) -> None:
        if payload == str(self._beats):
            self._heard.set()

    def _dispatch(self, _connection: object, _pid: int, channel: str, payload: object) -> None:
        self.hear(channel, str(payload))

    def _forget_everything(self) -> None:
        for listeners in self._listeners.values():
            for listener in listeners:
                listener(None)


async def _unless_set(event: asyncio.Event, seconds: float) -> None:
    """Wait so long, or until the event is set."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
