"""The queue on a real database: in the caller's transaction, prompt, limited, retried, taken over."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from pgqueuer.core import listeners
from pgqueuer.core.qm import QueueManager
from tests.support.waiting import PATIENCE_SECONDS, until
from tests.support.world import World, a_world

from mingpiao.house.model import Handler
from mingpiao.jobs.queue import Payload, enqueue, failed_jobs, retry_failed, run_jobs
from mingpiao.storage.database import Database

world = a_world("migrated")


@pytest.fixture
def database_url(world: World) -> str:
    """Where that world lies."""
    return world.url


@asynccontextmanager
async def working(database: Database, *handlers: Handler) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    task = asyncio.create_task(run_jobs(database.pool, handlers, stop))
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def put(database: Database, name: str, payload: Payload, **options: Any) -> bool:
    async with database.system() as connection:
        return await enqueue(connection, name, payload, **options)


def noting(into: list[Payload]) -> Callable[[Payload], Awaitable[None]]:
    async def work(payload: Payload) -> None:
        into.append(payload)

    return work


async def queued(database: Database) -> int:
    return int(await database.pool.fetchval("SELECT count(*) FROM pgqueuer"))


async def test_a_job_lives_and_dies_with_its_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # So that a notice alone can bring it.
    monkeypatch.setattr("mingpiao.jobs.queue._LOOK_AGAIN", timedelta(minutes=5))
    done: list[Payload] = []
    async with working(database, Handler(name="note", work=noting(done))):
        with suppress(ZeroDivisionError):
            async with database.system() as connection:
                await enqueue(connection, "note", {"n": 1})
                raise ZeroDivisionError
        async with database.system() as connection:
            await enqueue(connection, "note", {"n": 2, "名": "票"})
            await asyncio.sleep(0.3)
            assert done == [], "nothing is done before the commit"
        await until(lambda: bool(done))
        await asyncio.sleep(0.1)
    assert done == [{"n": 2, "名": "票"}]
    assert await queued(database) == 0


async def test_a_key_waits_once(database: Database) -> None:
    assert await put(database, "note", {"n": 1}, key="a")
    assert not await put(database, "note", {"n": 2}, key="a")
    assert await put(database, "note", {"n": 3}, key="b")
    done: list[Payload] = []
    async with working(database, Handler(name="note", work=noting(done))):
        await until(lambda: len(done) == 2)
    assert sorted(each["n"] for each in done) == [1, 3]
    assert await put(database, "note", {"n": 4}, key="a"), "a key is free again when its job is done"


async def test_higher_priority_goes_first_and_a_delay_is_kept(database: Database) -> None:
    await put(database, "note", {"n": "later"}, delay=timedelta(seconds=0.6))
    await put(database, "note", {"n": "low"})
    await put(database, "note", {"n": "high"}, priority=5)
    started = time.monotonic()
    done: list[Payload] = []
    async with working(database, Handler(name="note", work=noting(done), at_once=1)):
        await until(lambda: len(done) == 3)
    assert [each["n"] for each in done] == ["high", "low", "later"]
    assert time.monotonic() - started > 0.4


@pytest.mark.parametrize("at_once", [1, 3])
async def test_no_more_than_the_limit_run_at_once_and_one_name_does_not_hold_up_another(
    database: Database, at_once: int
) -> None:
    running = most = 0
    release = asyncio.Event()

    async def slow(_payload: Payload) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await release.wait()
        running -= 1

    for n in range(6):
        await put(database, "slow", {"n": n})
    quick: list[Payload] = []
    handlers = (Handler(name="slow", work=slow, at_once=at_once), Handler(name="quick", work=noting(quick)))
    async with working(database, *handlers):
        await until(lambda: running == at_once)
        await put(database, "quick", {})
        await until(lambda: bool(quick))
        await asyncio.sleep(0.3)
        assert most == at_once
        release.set()
        await until(lambda: running == 0)
    assert most == at_once


async def test_a_failing_job_is_tried_again_with_growing_pauses_and_then_kept(database: Database) -> None:
    tries: list[float] = []

    async def fail(_payload: Payload) -> None:
        tries.append(time.monotonic())
        raise ValueError("no way")

    await put(database, "fail", {"n": 7})
    handler = Handler(name="fail", work=fail, attempts=3, pause_seconds=0.2)
    async with working(database, handler):
        await until(lambda: len(tries) == 3)
        await asyncio.sleep(0.5)
    assert len(tries) == 3
    assert tries[1] - tries[0] >= 0.2
    assert tries[2] - tries[1] >= 0.4
    async with database.system() as connection:
        (failed,) = await failed_jobs(connection)
        assert (failed.name, failed.payload, failed.reason) == ("fail", {"n": 7}, "no way")
        await retry_failed(connection, [failed.job_id])
    done: list[Payload] = []
    async with working(database, Handler(name="fail", work=noting(done))):
        await until(lambda: bool(done))
    assert await queued(database) == 0


async def test_a_job_without_a_handler_waits(database: Database) -> None:
    await put(database, "unknown", {})
    async with working(database, Handler(name="note", work=noting([]))):
        await asyncio.sleep(0.4)
    assert await queued(database) == 1


async def test_a_worker_that_stops_leaves_what_takes_too_long_to_another(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.jobs.queue._GRACE_SECONDS", 0.2)
    begun = asyncio.Event()

    async def endless(_payload: Payload) -> None:
        begun.set()
        await asyncio.sleep(3600)

    await put(database, "work", {"n": 1})
    async with working(database, Handler(name="work", work=endless)):
        await asyncio.wait_for(begun.wait(), PATIENCE_SECONDS)
    done: list[Payload] = []
    # It need not be missed first.
    monkeypatch.setattr("mingpiao.jobs.queue.ABANDONED_AFTER", timedelta(minutes=5))
    async with working(database, Handler(name="work", work=noting(done))):
        await until(lambda: bool(done))
    assert done == [{"n": 1}]


async def test_a_notice_that_is_missed_at_the_start_does_not_end_the_run(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a busy machine, the queue's first trial of its notices comes before it listens."""
    listen = listeners.initialize_notice_event_listener

    async def late(*arguments: Any) -> None:
        await asyncio.sleep(0.5)
        await listen(*arguments)

    monkeypatch.setattr(listeners, "initialize_notice_event_listener", late)
    monkeypatch.setattr(QueueManager._run_periodic_health_check, "__defaults__", (timedelta(seconds=1),))
    done: list[Payload] = []
    async with working(database, Handler(name="note", work=noting(done))):
        await asyncio.sleep(2.5)
        await put(database, "note", {"n": 1})
        await until(lambda: bool(done))


async def test_a_cut_connection_ends_the_run_so_that_the_worker_connects_again(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mingpiao.jobs.queue._TRY_NOTICES", timedelta(seconds=1))
    database = await Database.open(database_url, pool_size=4)
    watcher = await asyncpg.connect(database_url)
    running = asyncio.create_task(
        run_jobs(database.pool, [Handler(name="x", work=noting([]))], asyncio.Event())
    )

    async def listens() -> bool:
        return bool(
            await watcher.fetchval(
                "SELECT EXISTS (SELECT FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN %')"
            )
        )

    try:
        await until(listens)
        await watcher.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        ended = asyncio.gather(running, return_exceptions=True)
        outcome = (await asyncio.wait_for(ended, PATIENCE_SECONDS))[0]
        assert isinstance(outcome, BaseExceptionGroup | OSError)
    finally:
        running.cancel()
        await database.close()
        await watcher.close()


_PROGRAM = """
import asyncio, sys
from contextlib import asynccontextmanager
from pathlib import Path
from mingpiao import worker
from mingpiao.house.model import Handler

url, mark = sys.argv[1], Path(sys.argv[2])

async def hang(payload):
    mark.write_text("begun")
    await asyncio.sleep(3600)

@asynccontextmanager
async def handlers():
    yield [Handler(name="read", work=hang)]

asyncio.run(worker.work(url, asyncio.Event(), rounds=(), handlers=handlers))
"""


@pytest.mark.whole
async def test_the_job_of_a_killed_worker_is_done_by_another(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    mark = tmp_path / "mark"
    victim = await asyncio.create_subprocess_exec(
        sys.executable, "-c", _PROGRAM, database_url, str(mark), env=dict(os.environ)
    )
    done: list[Payload] = []
    try:
        await put(database, "read", {"n": 1})
        await until(mark.exists)
        async with working(database, Handler(name="read", work=noting(done))):
            await asyncio.sleep(1)
            assert done == [], "while its worker lives nobody else takes it"
            victim.kill()
            await until(lambda: bool(done))
    finally:
        with suppress(ProcessLookupError):
            victim.kill()
        await victim.wait()
    assert done == [{"n": 1}]
