"""The batcher: what waits together goes together, and every caller gets its own answer."""

import asyncio
from collections.abc import Sequence

import pytest
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.storage.batching import Batcher


class Doubler:
    """Doubles numbers once `gate` opens, and remembers the batches it was given."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.batches: list[list[int]] = []

    async def run(self, items: Sequence[int]) -> list[int]:
        self.batches.append(list(items))
        await self.gate.wait()
        if 13 in items:
            raise ValueError("13")
        return [item * 2 for item in items]


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_gathers_during_a_run_shares_the_next_one() -> None:
    doubler = Doubler()
    batcher = Batcher(doubler.run, max_size=3, workers=1)
    first = asyncio.create_task(batcher.submit(1))
    await _settle()
    others = [asyncio.create_task(batcher.submit(number)) for number in range(2, 7)]
    await _settle()
    assert doubler.batches == [[1]]
    doubler.gate.set()
    assert await asyncio.gather(first, *others) == [2, 4, 6, 8, 10, 12]
    assert doubler.batches == [[1], [2, 3, 4], [5, 6]]


async def test_no_more_runs_at_once_than_workers() -> None:
    doubler = Doubler()
    batcher = Batcher(doubler.run, max_size=1, workers=2)
    tasks = [asyncio.create_task(batcher.submit(number)) for number in range(5)]
    await _settle()
    assert len(doubler.batches) == 2
    doubler.gate.set()
    assert await asyncio.gather(*tasks) == [0, 2, 4, 6, 8]


async def test_an_error_reaches_each_caller_and_the_next_batch_runs() -> None:
    doubler = Doubler()
    batcher = Batcher(doubler.run, max_size=2, workers=1)
    tasks = [asyncio.create_task(batcher.submit(number)) for number in (13, 4, 5)]
    doubler.gate.set()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(answer) for answer in answers[:2]] == [ValueError, ValueError]
    assert answers[2] == 10


async def test_a_cancelled_caller_is_left_out_and_harms_nobody() -> None:
    doubler = Doubler()
    batcher = Batcher(doubler.run, max_size=10, workers=1)
    first = asyncio.create_task(batcher.submit(1))
    await _settle()
    gone = asyncio.create_task(batcher.submit(2))
    stays = asyncio.create_task(batcher.submit(3))
    await _settle()
    gone.cancel()
    first.cancel()
    doubler.gate.set()
    assert await stays == 6
    await batcher.drain()
    assert doubler.batches == [[1], [3]]


async def test_answers_that_do_not_match_the_items_are_an_error() -> None:
    async def too_few(items: Sequence[int]) -> list[int]:
        return []

    with pytest.raises(ValueError, match="zip"):
        await Batcher(too_few).submit(1)


async def test_who_was_just_answered_may_come_again_at_once() -> None:
    async def double(items: Sequence[int]) -> list[int]:
        return [item * 2 for item in items]

    batcher = Batcher(double, workers=1)
    async with asyncio.timeout(PATIENCE_SECONDS):
        assert [await batcher.submit(item) for item in range(5)] == [0, 2, 4, 6, 8]
