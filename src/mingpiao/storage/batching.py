"""Combines requests that wait at the same moment into one statement.

Under load a round trip for one key costs the same as for two hundred. Without load nobody waits for others,
because a batch consists only of the calls that arrived while the batch before was running.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")
R = TypeVar("R")


class Batcher(Generic[T, R]):
    """Collects single calls into calls of `run`, which returns one answer for each item, in the same order.

    At most `workers` calls of `run` are active at once, each with at most `max_size` items. An exception of
    `run` goes to every caller of that batch. A caller that is cancelled before its batch starts is left out
    of it. For use within one event loop.
    """

    def __init__(
        self, run: Callable[[Sequence[T]], Awaitable[Sequence[R]]], *, max_size: int = 200, workers: int = 2
    ) -> None:
        self._run = run
        self._max_size = max_size
        self._workers = workers
        self._waiting: deque[tuple[T, asyncio.Future[R]]] = deque()
        self._active: set[asyncio.Task[None]] = set()

    async def submit(self, item: T) -> R:
        """Add an item to the next batch and wait for its answer."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if len(self._active) < self._workers:
            self._active.add(asyncio.create_task(self._work()))
        return await answer

    async def drain(self) -> None:
        """Wait until nothing is waiting or running."""
        while self._active:
            await asyncio.wait(set(self._active))

    async def _work(self) -> None:
        try:
            while batch := self._next_batch():
                await self._answer(batch)
        finally:
            # Here and not in a done callback: a caller that has just got its answer may call again before the
            # callback
            # runs, and would wait for a worker that has already ended.
            self._active.discard(_present_task())

    def _next_batch(self) -> list[tuple[T, asyncio.Future[R]]]:
        batch: list[tuple[T, asyncio.Future[R]]] = []
        while self._waiting and len(batch) < self._max_size:
            item, answer = self._waiting.popleft()
            if not answer.done():
                batch.append((item, answer))
        return batch

    async def _answer(self, batch: list[tuple[T, asyncio.Future[R]]]) -> None:
        try:
            results = await self._run([item for item, _ in batch])
            pairs = list(zip(batch, results, strict=True))
        except asyncio.CancelledError:
            for _, answer in batch:
                answer.cancel()
            raise
        except Exception as error:
            for _, answer in batch:
                if not answer.done():
                    answer.set_exception(error)
            return
        for (_, answer), result in pairs:
            if not answer.done():
                answer.set_result(result)


def _present_task() -> "asyncio.Task[None]":
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("not inside a task")
    return task
