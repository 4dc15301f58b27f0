"""What the worker does when the queue asks for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from mingpiao.composition import Services, open_services
from mingpiao.jobs.queue import Handler
from mingpiao.settings import Settings


@asynccontextmanager
async def open_handlers(settings: Settings) -> AsyncIterator[Sequence[Handler]]:
    """All that jobs need, opened; raises `Refusal` without a master key, OSError without a database."""
    # A worker signs rarely: no processes of its own for it.
    async with open_services(msgspec.structs.replace(settings, signer_processes=0)) as services:
        yield handlers(services)


def handlers(services: Services) -> Sequence[Handler]:
    """Who does the jobs of each name."""
    return ()
