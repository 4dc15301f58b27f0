"""A process that can do nothing any more ends itself, so that its supervisor starts another."""

import asyncio
import faulthandler
import os
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

_STDERR = 2

#: What a process that its watchdog ended exits with (EX_SOFTWARE): none of its own faults uses it.
EXIT_CODE = 70


class Watchdog:
    """Within its block, ends the process when `tell_alive` was not called for `seconds`.

    It is a thread, so that an event loop that stands still, or waits for what never comes, is noticed too.
    What all threads are doing is written to standard error first.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._alive_at = time.monotonic()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="watchdog", daemon=True)

    def __enter__(self) -> Self:
        self.tell_alive()
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def tell_alive(self) -> None:
        """Say that work goes on."""
        self._alive_at = time.monotonic()

    def _watch(self) -> None:
        # Looked at often and with small steps: a machine that slept must not count as a process that hung.
        left, step = self._seconds, min(1.0, self._seconds / 10)
        seen = self._alive_at
        while not self._over.wait(step):
            left = self._seconds if seen != self._alive_at else left - step
            seen = self._alive_at
            if left <= 0:
                # Not by a logger, whose handlers may wait for the very thread that hangs.
                said = f"nothing was done for {self._seconds:.0f} s: the process ends itself\n"
                os.write(_STDERR, said.encode())
                faulthandler.dump_traceback()
                os._exit(EXIT_CODE)


@asynccontextmanager
async def watched_loop(seconds: float) -> AsyncIterator[None]:
    """Within its block, ends the process when this event loop came to nothing else for `seconds`.

    Each step of a loop is short; what holds it for long (a library that loops without end, a lock that is
    never given back) leaves a process that is alive, holds its port and answers nobody.
    """
    with Watchdog(seconds) as watchdog:

        async def tick() -> None:
            while True:
                watchdog.tell_alive()
                await asyncio.sleep(seconds / 20)

        ticking = asyncio.create_task(tick())
        try:
            yield
        finally:
            ticking.cancel()
