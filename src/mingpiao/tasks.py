"""The jobs that the worker does when the queue has one: the jobs of all rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mingpiao.composition import listen, open_house
from mingpiao.house.model import Handler
from mingpiao.house.rooms import jobs
from mingpiao.sealing.settings import SealingSettings
from mingpiao.settings import Settings


@asynccontextmanager
async def open_handlers(settings: Settings) -> AsyncIterator[Sequence[Handler]]:
    """Open everything that jobs need. Raises `Refusal` without a master key, OSError without a database."""
    # A worker signs rarely, so it signs in its own process instead of starting signer processes.
    async with open_house(settings.with_room(SealingSettings(signer_processes=0))) as house:
        handlers = [await job.open(house) for job in jobs()]
        await listen(house)
        yield handlers
