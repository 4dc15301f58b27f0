"""Background work on applications: continue those whose evidence was read or that a department approved."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.intake import Applications
from mingpiao.applications.model import ApplicationState
from mingpiao.applications.tables import applications
from mingpiao.house.model import Handler
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database

JOB = "advance_application"
_PORTION = 500


async def wake(connection: AsyncConnection, unit_id: int, digest: str) -> None:
    """Queue a job for each application of a unit that waits for a file of evidence (`digest`: its SM3 in hex).

    The worker does these jobs once the connection's transaction commits.
    """
    query = select(applications.c.application_id).where(
        applications.c.unit_id == unit_id,
        applications.c.state == ApplicationState.CHECKING.value,
        applications.c.request["evidence"].contains([digest]),
    )
    for application_id in (await connection.execute(query)).scalars().all():
        await _enqueue(connection, application_id)


async def enqueue_waiting(database: Database) -> None:
    """Queue a job for each application that could continue without a person.

    These are applications that wait for evidence, that a department approved, or whose bill was issued by a
    separate request. Among them are those whose process was killed half-way. Safe to repeat: an application
    whose job is in the queue already gets no second one.
    """
    after = 0
    while True:
        async with database.system() as connection:
            rows = await connection.execute(_WAITING, {"after": after, "limit": _PORTION})
            found = list(rows.scalars())
            for application_id in found:
                await _enqueue(connection, application_id)
        if len(found) < _PORTION:
            return
        after = found[-1]


_WAITING = text(
    """
SELECT application_id FROM applications
WHERE application_id > :after AND (
    state IN ('checking', 'approved', 'agreed')
    OR state IN ('needs_confirmation', 'in_review', 'returned', 'awaits_checker') AND EXISTS (
        SELECT FROM issued_business_numbers AS issued
        WHERE issued.unit_id = applications.unit_id AND issued.business_no = applications.business_no))
ORDER BY application_id LIMIT :limit
"""
)


async def _enqueue(connection: AsyncConnection, application_id: int) -> None:
    await enqueue(connection, JOB, {"application_id": application_id}, key=f"{JOB}:{application_id}")


def advancing(service: Applications) -> Handler:
    """The worker's handler of these jobs, which calls `Applications.advance` for each application."""

    async def work(payload: Mapping[str, Any]) -> None:
        try:
            await service.advance(payload["application_id"])
        except Refusal as refusal:
            # Applications are never deleted, so a job for an unknown one can be ignored.
            if refusal.problems[0].code != "application.unknown":
                raise

    return Handler(name=JOB, work=work)
