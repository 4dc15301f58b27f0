"""What the worker does when the queue asks for it: the jobs of all rooms."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from mingpiao.composition import listen, open_house
from mingpiao.house.model import Handler
from mingpiao.house.rooms import jobs
from mingpiao.sealing.settings import SealingSettings
from mingpiao.settings import Settings


@asynccontextmanager
async def open_handlers(settings: Settings) -> AsyncIterator[Sequence[Handler]]:
    """All that jobs need, opened; raises `Refusal` without a master key, OSError without a database."""
    # A worker signs rarely: no processes of its own for it.
    async with open_house(settings.with_room(SealingSettings(signer_processes=0))) as house:
        handlers = [await job.open(house) for job in jobs()]
        await listen(house)
        yield handlers
