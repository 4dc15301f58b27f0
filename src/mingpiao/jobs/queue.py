"""Work that is asked for once: put into the queue in the transaction that needs it, done by a worker.

pgqueuer keeps the queue in our PostgreSQL. A worker hears of a job when its transaction commits. The
job of a worker that was killed falls to another about eight seconds later, so that work must be safe
to run again, also beside a first run that is merely slow.
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

#: A job whose worker was not heard of for so long is taken by another.
ABANDONED_AFTER = timedelta(seconds=6)
_LOOK_AGAIN = timedelta(seconds=2)
#: How often the notices are tried, and how long a trial may take.
_TRY_NOTICES = timedelta(seconds=10)
#: How long a job at hand may go on when the worker is asked to stop; then it is left to another.
_GRACE_SECONDS = 5.0

_logger = logging.getLogger(__name__)

Payload = dict[str, Any]


class FailedJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job that was given up; `reason` is the last exception's text."""

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
    """Put a job into the queue when the connection's transaction commits, to be done after `delay`.

    False when a job of the same `key` is waiting or being done already: then nothing is added.
    Jobs of a higher priority go first.
    """
    result = await connection.exec_driver_sql(
        _ENQUEUE,
        ([priority], [name], [msgspec.json.encode(payload)], [delay or timedelta()], [key], ["null"]),
    )
    return result.first() is not None


async def failed_jobs(connection: AsyncConnection, *, limit: int = 100) -> list[FailedJob]:
    """Jobs that were given up, newest first."""
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
    """Put jobs that were given up back into the queue, with all their attempts before them."""
    await connection.exec_driver_sql(QueryQueueBuilder().build_requeue_jobs_query(), (list(job_ids),))


async def run_jobs(
    pool: "asyncpg.Pool[asyncpg.Record]", handlers: Sequence[Handler], stop: asyncio.Event
) -> None:
    """Do jobs until `stop` is set; what is at hand then has five seconds to end, else another does it.

    Jobs of a name that no handler bears stay in the queue. Raises OSError or asyncpg.PostgresError
    when the queue cannot be read.
    """
    driver = AsyncpgPoolDriver(pool)
    try:
        async with asyncio.TaskGroup() as group:
            for handler in handlers:
                group.create_task(_run_handler(driver, handler, stop))
    except* FailingListenerError as error:
        raise ConnectionError("the queue's notices no longer arrive") from error


async def _run_handler(driver: AsyncpgPoolDriver, handler: Handler, stop: asyncio.Event) -> None:
    # A manager a name: pgqueuer counts what one worker does at once by manager, and by name only over
    # all workers together.
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
            # Raises what was wrong with the notices.
            await trying
    finally:
        forwarding.cancel()
        trying.cancel()


async def _try_notices(manager: QueueManager) -> None:
    """End the manager when its notices no longer arrive; then raises FailingListenerError.

    pgqueuer has such a trial of its own, but begins it before it listens: on a busy machine the first
    notice is missed, and the manager would end ten seconds after it began.
    """
    try:
        while True:
            await asyncio.sleep(_TRY_NOTICES.total_seconds())
            await manager.listener_healthy(timeout=_TRY_NOTICES)
    finally:
        manager.shutdown.set()


def _entrypoint(handler: Handler, stop: asyncio.Event) -> Callable[[Job], Awaitable[None]]:
    # pgqueuer takes two at least; a handler that asks for one gets one.
    slots = asyncio.Semaphore(handler.at_once)

    async def do(job: Job) -> None:
        try:
            async with slots:
                await _within_grace(handler.work(msgspec.json.decode(job.payload or b"{}")), stop)
        except asyncio.CancelledError:
            # pgqueuer would strike a cancelled job off the list.
            raise RetryRequested(reason="the worker stops") from None
        except Exception as error:
            if job.attempts + 1 >= handler.attempts:
                raise
            pause = min(handler.pause_seconds * 2**job.attempts, 300.0)
            _logger.warning("job %s %s failed, again in %.0f s: %r", handler.name, job.id, pause, error)
            raise RetryRequested(timedelta(seconds=pause), repr(error)) from error

    return do


async def _within_grace(work: Awaitable[None], stop: asyncio.Event) -> None:
    """Await work; once `stop` is set it has `_GRACE_SECONDS` more, then CancelledError is raised."""
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
