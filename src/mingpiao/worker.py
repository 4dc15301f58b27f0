"""The worker process: it reports every five seconds that it lives, runs each room's scheduled duties, and
does the jobs that wait in the queue.

Each step is one transaction and may safely be repeated, so the worker may be killed at any moment and several
workers may run side by side.
"""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from functools import partial

import asyncpg

from mingpiao.house.model import Duty, Handler
from mingpiao.house.rooms import duties
from mingpiao.jobs.heartbeats import beat, leave
from mingpiao.jobs.queue import run_jobs
from mingpiao.jobs.schedules import Round, run_rounds
from mingpiao.processes.watchdog import Watchdog
from mingpiao.settings import Settings
from mingpiao.storage.database import DATABASE_AWAY, Database
from mingpiao.tasks import open_handlers

BEAT_SECONDS = 5.0
#: Without a beat, or a try to connect, for so long, the process ends itself.
WATCHDOG_SECONDS = 90.0
_BEAT_LIMIT_SECONDS = 15.0
_RECONNECT_SECONDS = 1.0
_CONNECTIONS = 6
_logger = logging.getLogger(__name__)

#: Opens what the queue's jobs need, and returns their handlers.
OpenHandlers = Callable[[], AbstractAsyncContextManager[Sequence[Handler]]]


async def run(settings: Settings) -> None:
    """Work until SIGTERM or SIGINT comes, then finish the task at hand and return.

    While the database cannot be reached, the worker waits and connects again. If it neither reports a life sign
    nor tries to connect for ninety seconds, the process ends with `watchdog.EXIT_CODE`, so that its supervisor
    starts another.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for ending in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(ending, stop.set)
    with Watchdog(WATCHDOG_SECONDS) as watchdog:
        await work(
            settings.database_url,
            stop,
            handlers=partial(open_handlers, settings),
            alive=watchdog.tell_alive,
        )


@asynccontextmanager
async def no_handlers() -> AsyncIterator[Sequence[Handler]]:
    """Run the scheduled duties only."""
    yield ()


async def work(
    url: str,
    stop: asyncio.Event,
    *,
    rounds: Sequence[Duty] | None = None,
    handlers: OpenHandlers = no_handlers,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Do the worker's work until `stop` is set; for a process that also does something else.

    `rounds` are the scheduled duties; by default, those of all rooms. `alive` is called at each life sign and
    each try to connect.
    """
    chosen = duties() if rounds is None else rounds
    name = f"{socket.gethostname()}:{os.getpid()}"
    while not stop.is_set():
        try:
            alive()
            await _work_connected(url, name, chosen, handlers, stop, alive)
        except* (*DATABASE_AWAY, asyncpg.PostgresError) as errors:
            _logger.warning("the database is away: %s", errors.exceptions[0])
            await _sleep(stop, _RECONNECT_SECONDS)


@asynccontextmanager
async def alongside(settings: Settings) -> AsyncIterator[None]:
    """Do the worker's work while the block runs, in a process that serves pages."""
    stop = asyncio.Event()
    working = asyncio.create_task(
        work(settings.database_url, stop, handlers=partial(open_handlers, settings))
    )
    try:
        yield
    finally:
        stop.set()
        await working


async def _work_connected(
    url: str,
    name: str,
    rounds: Sequence[Duty],
    handlers: OpenHandlers,
    stop: asyncio.Event,
    alive: Callable[[], None],
) -> None:
    database = await Database.open(url, pool_size=_CONNECTIONS)
    try:
        # Each worker reports its own life sign; each duty and each job is done by one worker only.
        async with handlers() as opened, asyncio.TaskGroup() as group:
            beating = group.create_task(_beat(database, name, alive))
            jobs = group.create_task(run_jobs(database.pool, opened, stop))
            await run_rounds(database.pool, [_round(duty, database) for duty in rounds], stop)
            await jobs
            beating.cancel()
        await leave(database.pool, name)
    finally:
        await database.close()


def _round(duty: Duty, database: Database) -> Round:
    async def do() -> None:
        await duty.work(database)

    return Round(name=duty.name, cron=duty.cron, work=do)


async def _beat(database: Database, name: str, alive: Callable[[], None]) -> None:
    while True:
        # A beat that hangs ends the work on this connection; then all is opened anew.
        async with asyncio.timeout(_BEAT_LIMIT_SECONDS):
            await beat(database.pool, name)
        alive()
        await asyncio.sleep(BEAT_SECONDS)


async def _sleep(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
