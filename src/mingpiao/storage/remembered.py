"""What a process remembers of the database: forgotten at a notice, and after half a minute without any.

All directories that decide whether somebody may act keep their values here, so that a notice that was lost
(a listener that died, a bug, a database that was restored) lets nobody act for longer than that.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")

#: A value is read anew after so long even if no notice ever came.
KEPT_SECONDS = 30.0
#: Values remembered at a time: strangers may ask for names that do not exist.
_MOST = 10_000


class Remembered(Generic[Key, Value]):
    """Values by key, each read by `read` when it is first asked for; for use within one event loop.

    Those who ask for the same key at the same moment share one reading. What `read` raises goes to all of
    them, and nothing is remembered.
    """

    def __init__(self, read: Callable[[Key], Awaitable[Value]]) -> None:
        self._read = read
        # Each with the moment, by the monotonic clock, from which on it is read anew.
        self._values: dict[Key, tuple[Value, float]] = {}
        self._reading: dict[Key, asyncio.Task[Value]] = {}

    async def get(self, key: Key) -> Value:
        """The value of a key. Raises what `read` raises."""
        known = self._values.get(key)
        if known is not None and time.monotonic() < known[1]:
            return known[0]
        reading = self._reading.get(key)
        if reading is None:
            reading = self._reading[key] = asyncio.create_task(self._fetch(key))
        # One who is called off leaves the others their reading.
        return await asyncio.shield(reading)

    def forget(self, key: Key | None = None) -> None:
        """Forget a key, or everything. A reading under way may have missed the change: it is not remembered."""
        if key is None:
            self._values.clear()
            self._reading.clear()
        else:
            self._values.pop(key, None)
            self._reading.pop(key, None)

    async def _fetch(self, key: Key) -> Value:
        begun, task = time.monotonic(), asyncio.current_task()
        try:
            value = await self._read(key)
            if self._reading.get(key) is task:
                if len(self._values) >= _MOST:
                    self._values.clear()
                self._values[key] = value, begun + KEPT_SECONDS
            return value
        finally:
            if self._reading.get(key) is task:
                del self._reading[key]
