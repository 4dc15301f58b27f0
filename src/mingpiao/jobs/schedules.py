"""Work that is repeated by the clock. pgqueuer lets one of several workers do each round."""

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
    """Repeated work and its times: a cron line in UTC, with seconds as an optional sixth field.

    `work` must be safe to repeat: when a worker dies, another one starts its round again after 30 s.
    """

    name: str
    cron: str
    work: Callable[[], Awaitable[None]]


async def run_rounds(
    pool: "asyncpg.Pool[asyncpg.Record]", rounds: Sequence[Round], stop: asyncio.Event
) -> None:
    """Do rounds when they are due until `stop` is set, then finish those that are running.

    A round that fails is logged and runs again at its next time. Raises OSError or
    asyncpg.PostgresError when the schedule itself cannot be read.
    """
    manager = SchedulerManager(Queries(AsyncpgPoolDriver(pool)))
    manager.shutdown = stop
    for each in rounds:
        manager.schedule(each.name, each.cron)(_without_schedule(each.work))
    await manager.run()


class RoundState(msgspec.Struct, frozen=True, kw_only=True):
    """When a round last ran (None: never) and when it is due next."""

    name: str
    last_run: datetime | None
    next_run: datetime


async def list_rounds(connection: AsyncConnection) -> list[RoundState]:
    """All rounds that any worker ever registered, in order of name."""
    rows = await connection.execute(_ROUNDS)
    return [RoundState(name=row.entrypoint, last_run=row.last_run, next_run=row.next_run) for row in rows]


_ROUNDS = text("SELECT entrypoint, last_run, next_run FROM pgqueuer_schedules ORDER BY entrypoint")


def _without_schedule(work: Callable[[], Awaitable[None]]) -> Callable[[Schedule], Awaitable[None]]:
    async def do(_schedule: Schedule) -> None:
        await work()

    return do
