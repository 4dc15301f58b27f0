"""Processes that always run: fed in order, replaced when they die or hang, gone when the pool is closed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from tests.processes.conftest import OBEDIENT, behaving, gone, is_alive
from tests.processes.obedient import MOST

from mingpiao.processes.confined import ConfinedProcessFailed
from mingpiao.processes.frames import FrameTooLarge
from mingpiao.processes.standing_pool import StandingPool

pytestmark = pytest.mark.whole


def opened(processes: int, *, call_seconds: float = 20) -> StandingPool:
    return StandingPool(
        OBEDIENT, processes, greeting=b"echo hello", call_seconds=call_seconds, wait_seconds=60
    )


@pytest.fixture
async def pool() -> AsyncIterator[StandingPool]:
    async with opened(1) as standing:
        yield standing


async def both_ready(pool: StandingPool) -> tuple[int, ...]:
    for _ in range(1000):
        if len(pids := pool.process_ids) == 2:
            return pids
        await asyncio.sleep(0.02)
    raise AssertionError("they do not start")


async def test_each_request_gets_its_own_answer() -> None:
    async with opened(2) as pool:
        answers = await asyncio.gather(*(pool.submit(f"echo {n}".encode()) for n in range(50)))
    assert answers == [str(n).encode() for n in range(50)]


@pytest.mark.parametrize(
    "request_", [b"die 1", b"die_within_an_answer", b"announce 4000000000", b"no_such_order"]
)
async def test_one_that_dies_is_replaced_and_its_callers_are_told(
    pool: StandingPool, request_: bytes
) -> None:
    (pid,) = pool.process_ids
    held = [pool.submit(request_), pool.submit(b"echo behind it")]
    after = pool.submit(b"echo later")
    for answer in held:
        with pytest.raises(ConfinedProcessFailed):
            await answer
    assert await after == b"later"
    assert pid not in pool.process_ids
    assert not is_alive(pid)


async def test_one_that_hangs_is_killed_and_replaced() -> None:
    async with opened(1, call_seconds=0.5) as pool:
        (pid,) = pool.process_ids
        os.kill(pid, signal.SIGSTOP)
        with pytest.raises(ConfinedProcessFailed):
            await pool.submit(b"echo never")
        assert await pool.submit(b"echo again") == b"again"
        assert pid not in pool.process_ids
        assert not is_alive(pid)


async def test_each_request_has_the_whole_time_and_an_idle_process_all_of_it() -> None:
    async with opened(1, call_seconds=2) as pool:
        (pid,) = pool.process_ids
        # Three in a row take longer than one may.
        assert await asyncio.gather(*(pool.submit(b"sleep 0.8") for _ in range(3))) == [b"slept"] * 3
        await asyncio.sleep(2.2)
        assert await pool.submit(b"echo here") == b"here"
        assert pool.process_ids == (pid,)


async def test_one_that_was_killed_while_idle_is_replaced(pool: StandingPool) -> None:
    (pid,) = pool.process_ids
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    await asyncio.sleep(0.1)
    assert await pool.submit(b"echo on") == b"on"
    assert pid not in pool.process_ids


async def test_one_that_speaks_unasked_is_replaced(pool: StandingPool) -> None:
    (pid,) = pool.process_ids
    assert await pool.submit(b"answer_twice") == b"once"
    await gone(pid)
    assert await pool.submit(b"echo mine") == b"mine"


async def test_what_nobody_waits_for_any_more_is_not_sent(pool: StandingPool) -> None:
    held = [pool.submit(b"sleep 0.3") for _ in range(2)]
    given_up = pool.submit(b"die 1")
    await asyncio.sleep(0.05)
    given_up.cancel()
    assert await asyncio.gather(*held, pool.submit(b"echo unharmed")) == [b"slept", b"slept", b"unharmed"]


async def test_a_request_larger_than_agreed_harms_no_process(pool: StandingPool) -> None:
    before = pool.process_ids
    with pytest.raises(FrameTooLarge):
        pool.submit(bytes(MOST + 1))
    assert await pool.submit(b"echo fine") == b"fine"
    assert pool.process_ids == before


async def test_waiting_ends_while_no_process_gets_ready() -> None:
    program = behaving("stillborn", start_seconds=0.3)
    pool = StandingPool(program, 1, greeting=b"echo", call_seconds=1, wait_seconds=0.3)
    with pytest.raises(ConfinedProcessFailed):
        await pool.start()
    with pytest.raises(ConfinedProcessFailed, match=r"no process had time for it in 0\.3 s"):
        await pool.submit(b"echo")
    await pool.close()


@pytest.mark.parametrize("how", ["stillborn", "never_ready"])
async def test_a_program_that_never_gets_ready_is_told_in_time(how: str) -> None:
    program = behaving(how, start_seconds=0.6)
    pool = StandingPool(program, 1, greeting=b"echo", call_seconds=1, wait_seconds=30)
    with pytest.raises(ConfinedProcessFailed, match="no process of"):
        await pool.start()
    waiting = pool.submit(b"echo")
    await pool.close()
    with pytest.raises(ConfinedProcessFailed, match="closed"):
        await waiting


async def test_close_leaves_no_process_and_refuses_work() -> None:
    pool = opened(2)
    await pool.start()
    pids = await both_ready(pool)
    waiting = [pool.submit(b"sleep 600") for _ in range(6)]
    await asyncio.sleep(0.05)
    await pool.close()
    assert not any(is_alive(pid) for pid in pids)
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConfinedProcessFailed] * 6
    with pytest.raises(ConfinedProcessFailed, match="closed"):
        pool.submit(b"echo")
    with pytest.raises(ConfinedProcessFailed, match="closed"):
        await pool.start()
