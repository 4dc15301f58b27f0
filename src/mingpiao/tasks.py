"""What the worker does when the queue asks for it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import msgspec

from mingpiao.applications.service import advancing, wake
from mingpiao.composition import Services, open_services
from mingpiao.evidence.service import ChatModel, EvidenceReader, ModelAccess, Understand, no_remarks
from mingpiao.jobs.queue import Handler
from mingpiao.portals.list_exports import export_handlers
from mingpiao.qualifications.service import READ_JOB
from mingpiao.settings import Settings


@asynccontextmanager
async def open_handlers(settings: Settings) -> AsyncIterator[Sequence[Handler]]:
    """All that jobs need, opened; raises `Refusal` without a master key, OSError without a database."""
    # A worker signs rarely: no processes of its own for it.
    async with open_services(msgspec.structs.replace(settings, signer_processes=0)) as services:
        await services.readers.warm()
        yield handlers(services)


def handlers(services: Services) -> Sequence[Handler]:
    """Who does the jobs of each name."""
    files = EvidenceReader(
        services.database,
        services.evidence,
        services.readers,
        on_settled=[wake],
        understand=_understanding(services.settings),
    )
    return (
        *files.handlers(at_once=services.settings.reader_processes),
        advancing(services.applications),
        *services.lake.handlers(),
        *export_handlers(services),
        Handler(name=READ_JOB, work=services.qualifications.read, at_once=1),
    )


def _understanding(settings: Settings) -> Understand:
    """The large model that the settings name; nobody without one."""
    if not settings.model_url:
        return no_remarks
    access = ModelAccess(
        url=settings.model_url,
        key=settings.model_key,
        name=settings.model_name,
        seconds=settings.model_seconds,
    )
    return ChatModel(access).remark
