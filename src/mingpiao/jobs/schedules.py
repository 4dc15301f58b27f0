"""Work that comes round by the clock. Of several workers one does each round: pgqueuer sees to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

import asyncpg
import msgspec
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection


class Round(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work and when it is due: a cron line in UTC, with seconds as the sixth field if any.

    `work` must be safe to run again: a worker that dies leaves its round to another 30 s later.
    """

    name: str
    cron: str
    work: Callable[[], Awaitable[None]]


async def run_rounds(
    pool: "asyncpg.Pool[asyncpg.Record]", rounds: Sequence[Round], stop: asyncio.Event
) -> None:
    """Do what is due until `stop` is set, then finish the rounds at hand.

    A round that fails is logged and comes again at its next time. Raises OSError or
    asyncpg.PostgresError when the schedule itself cannot be read.
    """
    manager = SchedulerManager(Queries(AsyncpgPoolDriver(pool)))
    manager.shutdown = stop
    for each in rounds:
        manager.schedule(each.name, each.cron)(_without_schedule(each.work))
    await manager.run()


class RoundState(msgspec.Struct, frozen=True, kw_only=True):
    """When a round was last done (None: not yet) and when it is due."""

    name: str
    last_run: datetime | None
    next_run: datetime


async def list_rounds(connection: AsyncConnection) -> list[RoundState]:
    """All rounds that any worker ever had, by name."""
    rows = await connection.execute(_ROUNDS)
    return [RoundState(name=row.entrypoint, last_run=row.last_run, next_run=row.next_run) for row in rows]


_ROUNDS = text("SELECT entrypoint, last_run, next_run FROM pgqueuer_schedules ORDER BY entrypoint")


def _without_schedule(work: Callable[[], Awaitable[None]]) -> Callable[[Schedule], Awaitable[None]]:
    async def do(_schedule: Schedule) -> None:
        await work()

    return do
