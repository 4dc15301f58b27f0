"""Waiting for what must happen: by asking for it, with a limit that only a program that hangs reaches.

A limit of a few seconds is a bet on the machine, and a busy one loses it: a process alone may take ten to start.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

#: How long a test waits for one thing. Only a test that fails waits so long.
PATIENCE_SECONDS = 90.0
_PAUSE_SECONDS = 0.02


def wait_until(condition: Callable[[], bool], otherwise: str = "it did not happen in time") -> None:
    """Return when the condition holds; fails with `otherwise` when it does not come to hold."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, otherwise
        time.sleep(_PAUSE_SECONDS)


async def until(
    condition: Callable[[], bool | Awaitable[bool]], otherwise: str = "it did not happen in time"
) -> None:
    """The same while the event loop goes on; the condition may be a coroutine function."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not await _holds(condition):
        assert time.monotonic() < deadline, otherwise
        await asyncio.sleep(_PAUSE_SECONDS)


async def _holds(condition: Callable[[], bool | Awaitable[bool]]) -> bool:
    found = condition()
    return await found if isawaitable(found) else found
