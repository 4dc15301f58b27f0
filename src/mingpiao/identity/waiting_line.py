"""A line before a counter with a few clerks: known people are served first, and others only so many wait."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mingpiao.kernel.errors import Refusal, refuse

_Place = asyncio.Future[None]


class WaitingLine:
    """At most `at_once` are served at a time; of those who are not known at most `most_waiting` wait."""

    def __init__(self, at_once: int, *, most_waiting: int) -> None:
        self._free = at_once
        self._most_waiting = most_waiting
        self._known: deque[_Place] = deque()
        self._others: deque[_Place] = deque()

    @asynccontextmanager
    async def turn(self, *, known: bool) -> AsyncIterator[None]:
        """Wait for one's turn, and have it within. Raises `Refusal` (`session.busy`, 503) at a full line."""
        if self._free:
            self._free -= 1
        else:
            await self._wait(known=known)
        try:
            yield
        finally:
            self._next()

    async def _wait(self, *, known: bool) -> None:
        line = self._known if known else self._others
        if not known and len(line) >= self._most_waiting:
            raise _busy()
        place: _Place = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place in line:
                line.remove(place)
            elif not place.cancelled():
                self._next()  # the turn had come in the same moment
            raise

    def _next(self) -> None:
        for line in (self._known, self._others):
            while line:
                place = line.popleft()
                if not place.done():
                    place.set_result(None)
                    return
        self._free += 1


def _busy() -> Refusal:
    return refuse("session.busy", "正在登录的人过多，请稍候再试。", status=503, retry_after=5)
