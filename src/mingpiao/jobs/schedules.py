"""Work that comes round by the clock. Of several workers one does each round: pgqueuer sees to it."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import asyncpg
import msgspec
from pgqueuer.adapters.drivers.asyncpg import AsyncpgPoolDriver
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.core.sm import SchedulerManager
from pgqueuer.domain.models import Schedule


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


def _without_schedule(work: Callable[[], Awaitable[None]]) -> Callable[[Schedule], Awaitable[None]]:
    async def do(_schedule: Schedule) -> None:
        await work()

    return do
