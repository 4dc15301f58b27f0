"""The queue of background jobs. A transaction adds a job, and a worker does it after the commit.

pgqueuer keeps the queue in our PostgreSQL and notifies the workers of new jobs. When a worker is killed,
another worker starts its job again about eight seconds later. A job must therefore be safe to repeat,
also at the same time as a first run that is only slow.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import msgspec
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.qb import QueryQueueBuilder
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.errors import FailingListenerError, RetryRequested
from pgqueuer.domain.models import Job
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.house.model import Handler

#: After so long without a sign of life from its worker, another worker takes a job.
ABANDONED_AFTER = timedelta(seconds=6)
_LOOK_AGAIN = timedelta(seconds=2)
#: How often a worker tests that PostgreSQL's notices reach it, and how long one test may take.
_TRY_NOTICES = timedelta(seconds=10)
#: How long a running job may continue after its worker is asked to stop; then another worker repeats it.
_GRACE_SECONDS = 5.0

_logger = logging.getLogger(__name__)

Payload = dict[str, Any]


class FailedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that failed in all its attempts; `reason` is the text of the last exception."""

    job_id: int
    name: str
    payload: Payload
    failed_at: datetime
    reason: str


_ENQUEUE = QueryQueueBuilder().build_enqueue_query("skip")


async def enqueue(
    connection: AsyncConnection,
    name: str,
    payload: Mapping[str, Any],
    *,
    key: str | None = None,
    delay: timedelta | None = None,
    priority: int = 0,
) -> bool:
    """Add a job to the queue in the connection's transaction; a worker does it no sooner than after `delay`.

    Returns False and adds nothing when a job of the same `key` is waiting or running already. Jobs of a
    higher `priority` go first.
    """
    result = await connection.exec_driver_sql(
        _ENQUEUE,
        ([priority], [name], [msgspec.json.encode(payload)], [delay or timedelta()], [key], ["null"]),
    )
    return result.first() is not None


async def failed_jobs(connection: AsyncConnection, *, limit: int = 100) -> list[FailedJob]:
    """Jobs that failed in all their attempts, newest first."""
    rows = await connection.execute(_FAILED, {"limit": limit})
    return [
        FailedJob(
            job_id=row.id,
            name=row.entrypoint,
            payload=msgspec.json.decode(row.payload),
            failed_at=row.updated,
            reason=row.reason or "",
        )
        for row in rows
    ]


_FAILED = text(
    """
SELECT job.id, job.entrypoint, job.payload, job.updated,
       (SELECT (traceback #>> '{}')::jsonb ->> 'exception_message' FROM pgqueuer_log
        WHERE job_id = job.id AND traceback IS NOT NULL ORDER BY created DESC LIMIT 1) AS reason
FROM pgqueuer AS job WHERE status = 'failed' ORDER BY job.id DESC LIMIT :limit
"""
)


async def retry_failed(connection: AsyncConnection, job_ids: Sequence[int]) -> None:
    """Put failed jobs back into the queue; each gets its full number of attempts again."""
    await connection.exec_driver_sql(QueryQueueBuilder().build_requeue_jobs_query(), (list(job_ids),))


async def run_jobs(
    pool: "asyncpg.Pool[asyncpg.Record]", handlers: Sequence[Handler], stop: asyncio.Event
) -> None:
    """Do jobs until `stop` is set. Jobs that run then get five seconds to end, or another worker repeats them.

    Jobs whose name has no handler stay in the queue. Raises OSError or asyncpg.PostgresError when the
    queue cannot be read.
    """
    driver = AsyncpgPoolDriver(pool)
    try:
        async with asyncio.TaskGroup() as group:
            for handler in handlers:
                group.create_task(_run_handler(driver, handler, stop))
    except* FailingListenerError as error:
        raise ConnectionError("the queue's notices no longer arrive") from error


async def _run_handler(driver: AsyncpgPoolDriver, handler: Handler, stop: asyncio.Event) -> None:
    # Each job name has its own manager, because pgqueuer limits the parallel jobs of one worker by manager;
    # its limit by job name counts all workers together.
    manager = QueueManager(Queries(driver))
    manager.entrypoint(handler.name, on_failure="hold")(_entrypoint(handler, stop))

    async def forward_stop() -> None:
        await stop.wait()
        manager.shutdown.set()

    forwarding = asyncio.create_task(forward_stop())
    trying = asyncio.create_task(_try_notices(manager))
    try:
        await manager.run(
            dequeue_timeout=_LOOK_AGAIN,
            batch_size=1,
            max_concurrent_tasks=max(2, handler.at_once),
            heartbeat_timeout=ABANDONED_AFTER,
        )
        if trying.done():
            # The task ends early only by an exception, which says why notices no longer arrive.
            await trying
    finally:
        forwarding.cancel()
        trying.cancel()


async def _try_notices(manager: QueueManager) -> None:
    """Test the notices again and again. When one does not arrive, stop the manager: FailingListenerError.

    pgqueuer has a test of its own, but starts it before it listens. On a busy machine that test misses its
    first notice, and the manager would stop ten seconds after it started.
    """
    try:
        while True:
            await asyncio.sleep(_TRY_NOTICES.total_seconds())
            await manager.listener_healthy(timeout=_TRY_NOTICES)
    finally:
        manager.shutdown.set()


def _entrypoint(handler: Handler, stop: asyncio.Event) -> Callable[[Job], Awaitable[None]]:
    # pgqueuer runs at least two jobs at once; this limits a handler that allows only one.
    slots = asyncio.Semaphore(handler.at_once)

    async def do(job: Job) -> None:
        try:
            async with slots:
                await _within_grace(handler.work(msgspec.json.decode(job.payload or b"{}")), stop)
        except asyncio.CancelledError:
            # pgqueuer would delete a cancelled job from the queue.
            raise RetryRequested(reason="the worker stops") from None
        except Exception as error:
            if job.attempts + 1 >= handler.attempts:
                raise
            pause = min(handler.pause_seconds * 2**job.attempts, 300.0)
            _logger.warning("job %s %s failed, again in %.0f s: %r", handler.name, job.id, pause, error)
            raise RetryRequested(timedelta(seconds=pause), repr(error)) from error

    return do


async def _within_grace(work: Awaitable[None], stop: asyncio.Event) -> None:
    """Await `work`. When `stop` is set, it may run `_GRACE_SECONDS` longer; then CancelledError is raised."""
    working = asyncio.ensure_future(work)
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait((working, stopping), return_when=asyncio.FIRST_COMPLETED)
        if not working.done():
            await asyncio.wait((working,), timeout=_GRACE_SECONDS)
    finally:
        stopping.cancel()
        if not working.done():
            working.cancel()
            await asyncio.wait((working,))
    await working
