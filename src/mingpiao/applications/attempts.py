"""Attempts to issue an application's bill, made without holding a connection or a lock.

An attempt has three parts. `begin` marks the application's row in a short transaction; then the issuing
desk is asked, with no connection held; then `end` takes the mark away in a second short transaction,
in which the outcome is recorded. Three things keep this exact:

- the mark: while it holds, nobody else begins (`under_way`). A process that was killed leaves a mark
  that ends by itself, and the next attempt gets the same bill under the same business number;
- the attempt's number in the train: the train issues the bill only while its attempt is still the
  application's present one, and keeps the row from being changed until it commits (`proviso`);
- the attempt's number at the end: the outcome of an attempt that was superseded is not recorded (`end`).

So whoever withdraws or decides in between either comes before the train, which then issues nothing, or
waits for its commit and finds the bill.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import asyncpg
import msgspec
from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store
from mingpiao.applications.machine import PLATFORM, ApplicationEvent, Doer, carry_out
from mingpiao.applications.model import Application
from mingpiao.applications.notices import ApplicationNotice
from mingpiao.applications.tables import applications
from mingpiao.issuing.model import Bill, Proviso
from mingpiao.issuing.service import find_by_business_no
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database
from mingpiao.storage.locks import NamedLock

#: How long a mark lasts. Too short costs a second call of the desk, too long a wait after a crash; neither
#: costs a bill.
LEASE = timedelta(seconds=15)
_FIRST_PAUSE, _LONGEST_PAUSE = 0.02, 0.5


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt to issue the bill of an application, as it was when the attempt began."""

    application: Application
    number: int


@asynccontextmanager
async def open_application(
    database: Database, application_id: int, *, superseding: bool = False
) -> AsyncIterator[tuple[AsyncConnection, Application]]:
    """An application with its row locked; the block is one transaction, and begins when no attempt is under way.

    With `superseding` it waits only for an attempt whose bill is issued and not yet recorded; the change
    that the block carries out supersedes any other. A bill that a dead attempt left behind is recorded
    first. No connection is held while waiting. Raises `Refusal` (`application.unknown`, 404).
    """
    pause = _FIRST_PAUSE
    while True:
        async with database.system() as connection:
            application = await store.lock(connection, application_id)
            if not await _is_taken(connection, application, superseding=superseding):
                yield connection, application
                return
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)


async def _is_taken(connection: AsyncConnection, application: Application, *, superseding: bool) -> bool:
    """Whether to look again at a locked application; records a bill that a dead attempt left behind."""
    if application.attempt_until is None:
        return False
    if under_way(application) and not superseding:
        return True
    bill = await find_bill(connection, application)
    if bill is None:
        return False
    if not under_way(application):
        await finish(connection, application, bill, PLATFORM)
    return True


def under_way(application: Application) -> bool:
    """Whether somebody may be issuing the bill of a locked application just now."""
    return application.attempt_until is not None and application.attempt_until > now()


async def begin(connection: AsyncConnection, application: Application) -> Attempt:
    """Mark a locked application, of which no attempt is under way; an older attempt is superseded."""
    statement = (
        update(applications)
        .where(applications.c.application_id == application.application_id)
        .values(attempt=applications.c.attempt + 1, attempt_until=now() + LEASE)
        .returning(applications.c.attempt)
    )
    number = (await connection.execute(statement)).scalar_one()
    return Attempt(application=application, number=number)


async def end(connection: AsyncConnection, attempt: Attempt) -> Application | None:
    """Take the mark away and lock the application; None when the attempt was superseded meanwhile."""
    statement = (
        update(applications)
        .where(
            applications.c.application_id == attempt.application.application_id,
            applications.c.attempt == attempt.number,
        )
        .values(attempt=applications.c.attempt + 1, attempt_until=None)
        .returning(applications)
    )
    row = (await connection.execute(statement)).mappings().one_or_none()
    return None if row is None else store.from_row(row)


ATTEMPTS = NamedLock("attempts")

# Shared among trains, so that they never wait for one another here.
_IS_PRESENT = ATTEMPTS.statement("""
SELECT true FROM applications
WHERE application_id = $1 AND attempt = $2 AND attempt_until IS NOT NULL FOR SHARE
""")


def proviso(attempt: Attempt) -> Proviso:
    """What the train asks in its own transaction: whether the attempt is still the application's present one."""

    async def holds(connection: asyncpg.Connection) -> bool:
        return await is_present(connection, attempt)

    return holds


async def is_present(connection: asyncpg.Connection, attempt: Attempt) -> bool:
    """Whether an attempt was not superseded; if so, nobody changes its application until the transaction ends."""
    found = await connection.fetchval(_IS_PRESENT.sql, attempt.application.application_id, attempt.number)
    return found is not None


async def find_bill(connection: AsyncConnection, application: Application) -> Bill | None:
    """The bill under an application's business number."""
    try:
        return await find_by_business_no(connection, application.unit_id, application.business_no)
    except Refusal:
        return None


async def finish(
    connection: AsyncConnection, application: Application, bill: Bill, doer: Doer, *notices: ApplicationNotice
) -> Application:
    """Record that a locked application's bill is issued."""
    return await carry_out(
        connection,
        application,
        ApplicationEvent.ISSUED,
        doer,
        note=f"票据代码{bill.code}，号码{bill.number}",
        notices=notices,
        bill_id=bill.bill_id,
        problems=(),
    )
