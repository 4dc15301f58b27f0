"""Processes that are lent: started when needed, lent again when they answered, ended when they did not."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest
from tests.processes.conftest import OBEDIENT, behaving, gone, is_alive

from mingpiao.processes.confined import ConfinedProcessFailed, ConfinedProcessLate
from mingpiao.processes.lending_pool import LendingPool

pytestmark = pytest.mark.whole


@pytest.fixture
async def pool() -> AsyncIterator[LendingPool]:
    async with LendingPool(OBEDIENT, 2, wait_seconds=30) as lending:
        yield lending


async def ask(pool: LendingPool, request: str, *, seconds: float = 20, kind: str = "") -> tuple[bytes, int]:
    """The answer, and who gave it."""
    async with pool.lend(seconds, kind) as loan:
        await loan.process.send(request.encode())
        answer = await loan.process.receive()
        loan.kind = kind
        return answer, loan.process.pid


async def test_none_runs_before_it_is_needed_and_one_is_used_again(pool: LendingPool) -> None:
    assert pool.process_ids == ()
    answers = [await ask(pool, f"echo {n}") for n in range(3)]
    (pid,) = pool.process_ids
    assert answers == [(str(n).encode(), pid) for n in range(3)]


async def test_a_warm_pool_has_one_ready(pool: LendingPool) -> None:
    await pool.warm()
    await pool.warm()
    (pid,) = pool.process_ids
    assert await ask(pool, "echo") == (b"", pid)


async def test_never_more_than_agreed_run(pool: LendingPool) -> None:
    answers = await asyncio.gather(*(ask(pool, f"echo {n}") for n in range(10)))
    assert [answer for answer, _ in answers] == [str(n).encode() for n in range(10)]
    assert {pid for _, pid in answers} == set(pool.process_ids)
    assert len(pool.process_ids) == 2


async def test_each_kind_of_work_meets_its_own_processes(pool: LendingPool) -> None:
    (_, large), (_, small) = await asyncio.gather(
        ask(pool, "sleep 0.2", kind="large"), ask(pool, "sleep 0.2")
    )
    assert large != small
    for _ in range(2):
        assert (await ask(pool, "echo"))[1] == small
        assert (await ask(pool, "echo", kind="large"))[1] == large
    # Rather one of another kind than a new one.
    assert (await ask(pool, "echo", kind="huge"))[1] in {large, small}


@pytest.mark.parametrize("request_", ["die 1", "die_within_an_answer", "announce 4000000000"])
async def test_one_that_dies_is_told_and_replaced(pool: LendingPool, request_: str) -> None:
    _, pid = await ask(pool, "echo")
    with pytest.raises(ConfinedProcessFailed):
        await ask(pool, request_)
    assert pool.process_ids == ()
    assert not is_alive(pid)
    assert (await ask(pool, "echo again"))[0] == b"again"


async def test_one_that_hangs_is_killed_and_replaced(pool: LendingPool) -> None:
    _, pid = await ask(pool, "echo")
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(ConfinedProcessLate):
        await ask(pool, "echo never", seconds=0.3)
    assert not is_alive(pid)
    assert (await ask(pool, "echo again"))[0] == b"again"


async def test_one_whose_borrower_fails_is_not_lent_again(pool: LendingPool) -> None:
    async def borrow() -> None:
        async with pool.lend(20) as loan:
            borrowed.append(loan.process.pid)
            await loan.process.send(b"echo half read")
            raise ValueError("nonsense")

    borrowed: list[int] = []
    with pytest.raises(ValueError, match="nonsense"):
        await borrow()
    assert [is_alive(pid) for pid in borrowed] == [False]
    assert pool.process_ids == ()


async def test_one_that_died_while_idle_is_not_lent(pool: LendingPool) -> None:
    _, pid = await ask(pool, "echo")
    os.kill(pid, signal.SIGKILL)
    await gone(pid)
    await asyncio.sleep(0.1)
    answer, other = await ask(pool, "echo on")
    assert (answer, other == pid) == (b"on", False)


async def test_the_borrower_says_when_it_ends(pool: LendingPool) -> None:
    async with pool.lend(20) as loan:
        loan.idle_seconds = 0.2
    assert pool.process_ids == (loan.process.pid,)
    await gone(loan.process.pid)
    assert pool.process_ids == ()
    async with pool.lend(20) as loan:
        loan.keep = False
    assert pool.process_ids == ()
    await gone(loan.process.pid)


async def test_waiting_for_a_process_ends() -> None:
    async with LendingPool(OBEDIENT, 1, wait_seconds=0.3) as pool, pool.lend(60):
        with pytest.raises(ConfinedProcessLate, match=r"all were busy for 0\.3 s"):
            await ask(pool, "echo")


async def test_one_that_does_not_start_is_told() -> None:
    async with LendingPool(behaving("stillborn"), 1, wait_seconds=1) as pool:
        for _ in range(2):
            with pytest.raises(ConfinedProcessFailed, match="exit code 3"):
                await ask(pool, "echo")
        with pytest.raises(ConfinedProcessFailed, match="exit code 3"):
            await pool.warm()


async def test_close_ends_what_is_lent_and_what_is_starting(pool: LendingPool) -> None:
    await pool.warm()
    (pid,) = pool.process_ids
    asking = [asyncio.create_task(ask(pool, "sleep 600")) for _ in range(2)]
    await asyncio.sleep(0.05)
    await pool.close()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [ConfinedProcessFailed] * 2
    assert not is_alive(pid)
    assert pool.process_ids == ()
