"""Known people are served first, and of others only so many wait."""

import asyncio

import pytest

from mingpiao.identity.waiting_line import WaitingLine
from mingpiao.kernel.errors import Refusal


async def test_known_people_come_first_and_a_full_line_refuses_others() -> None:
    line, served, go = WaitingLine(1, most_waiting=2), list[str](), asyncio.Event()

    async def come(name: str, *, known: bool = False) -> None:
        async with line.turn(known=known):
            served.append(name)
            await go.wait()

    tasks = [asyncio.create_task(come(name)) for name in ("first", "second", "gone")]
    await asyncio.sleep(0)
    with pytest.raises(Refusal) as busy:
        await come("too many")
    assert (busy.value.status, busy.value.problems[0].code) == (503, "session.busy")
    tasks.append(asyncio.create_task(come("known", known=True)))
    await asyncio.sleep(0)
    tasks[2].cancel()
    go.set()
    await asyncio.wait(tasks)
    assert served == ["first", "known", "second"]
    await asyncio.wait_for(come("later"), 1)
