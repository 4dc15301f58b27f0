"""What the worker does: wake who waits for a file, heal what was broken off, remind of what is due."""

import asyncio
from datetime import datetime, timedelta

import msgspec
from tests.applications.window import CITY, COUNTY, FILE, Window
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.applications.model import ApplicationState, Decision
from mingpiao.applications.service import advancing, enqueue_waiting, remind, wake
from mingpiao.issuing.model import Issued
from mingpiao.jobs.queue import Payload, run_jobs
from mingpiao.kernel.clock import SHANGHAI

STATE = ApplicationState


async def do_jobs(window: Window, count: int) -> None:
    """Run the worker's handler until it has done so many jobs."""
    stop = asyncio.Event()
    handler = advancing(window.applications)
    done = 0

    async def counted(payload: Payload) -> None:
        nonlocal done
        await handler.work(payload)
        done += 1
        if done == count:
            stop.set()

    async with asyncio.timeout(PATIENCE_SECONDS):
        counting = msgspec.structs.replace(handler, work=counted)
        await run_jobs(window.world.database.pool, [counting], stop)


async def test_a_file_that_was_read_wakes_who_waits_for_it_alone(window: Window) -> None:
    waiting, other = await window.wait("SQ-1"), await window.wait("SQ-2")
    async with window.world.database.system() as connection:
        await wake(connection, window.unit.unit_id, "cd" * 32)
        await wake(connection, window.world.province.office.unit_id, FILE)
    assert await window.count("SELECT count(*) FROM pgqueuer") == 0
    window.desk.unread.clear()
    async with window.world.database.system() as connection:
        await wake(connection, window.unit.unit_id, FILE)
        await wake(connection, window.unit.unit_id, FILE)
    assert await window.count("SELECT count(*) FROM pgqueuer") == 2
    await do_jobs(window, 2)
    assert (await window.now(waiting)).state is STATE.ISSUED
    assert (await window.now(other)).state is STATE.ISSUED


async def test_what_was_broken_off_is_healed(window: Window) -> None:
    brought = await window.appeal("SQ-1")
    await window.reviews._decide(
        brought.application_id, Decision.APPROVED, "合同约定分期支付", acting=window.officer(brought)
    )
    window.desk.asks = ()
    await window.submit(window.request("SQ-2"))
    waiting = await window.wait("SQ-3")
    window.desk.unread.clear()
    await enqueue_waiting(window.world.database)
    await enqueue_waiting(window.world.database)
    assert await window.count("SELECT count(*) FROM pgqueuer") == 2
    await do_jobs(window, 2)
    assert (await window.now(brought)).state is STATE.ISSUED
    assert (await window.now(waiting)).state is STATE.ISSUED


async def test_a_bill_that_was_issued_beside_its_application_ends_it(window: Window) -> None:
    brought, other = await window.appeal("SQ-1"), await window.appeal("SQ-2")
    window.desk.asks = ()
    assert isinstance(await window.submit(window.request("SQ-1", remark="不再需要核实")), Issued)
    assert (await window.now(brought)).state is STATE.IN_REVIEW
    await enqueue_waiting(window.world.database)
    await do_jobs(window, 1)
    done = await window.now(brought)
    assert (done.state, await window.count("SELECT bill_id FROM bills")) == (STATE.ISSUED, done.bill_id)
    assert (await window.now(other)).state is STATE.IN_REVIEW


async def test_reminders_come_once_and_in_time(window: Window) -> None:
    brought = await window.appeal()
    # Due with the end of Thursday, 26 November 2026.
    due = datetime(2026, 11, 27, tzinfo=SHANGHAI)
    await window.world.database.pool.execute("UPDATE applications SET due_at = $1", due)
    database = window.world.database
    first = await window.messages(COUNTY)

    async def told_after(moment: datetime) -> tuple[list[str], list[str]]:
        await remind(database, moment)
        await remind(database, moment)
        return (await window.messages(COUNTY))[len(first) :], await window.messages(CITY)

    assert await told_after(due - timedelta(days=2, seconds=1)) == ([], [])
    soon = ["人工复核即将到期"]
    assert await told_after(due - timedelta(days=2)) == (soon, [])
    assert await told_after(due - timedelta(seconds=1)) == (soon, [])
    assert await told_after(due) == ([*soon, "人工复核已逾期"], ["人工复核已逾期"])
    body = await database.pool.fetchval("SELECT body FROM messages WHERE region_code = $1", CITY)
    assert "2026-11-26前办结" in body
    await window.reviews.approve(brought.application_id, "合同约定分期支付", acting=window.officer(brought))
    assert await told_after(due + timedelta(days=30)) == ([*soon, "人工复核已逾期"], ["人工复核已逾期"])
