"""Attempts to issue an application's bill, made without holding a connection or a lock.

An attempt has three parts. `begin` marks the application's row in a short transaction; then the issuing
desk is asked, with no connection held; then `end` takes the mark away in a second short transaction,
in which the outcome is recorded. Three things keep this exact:

- the mark: until it expires or is removed, nobody else begins an attempt (`under_way`). The mark of a
  process that was killed expires, and the next attempt gets the same bill under the same business number;
- the attempt's number in the train: the train issues the bill only while its attempt is still the
  application's latest one, and locks the row against changes until it commits (`proviso`);
- the attempt's number at the end: the outcome of an attempt that was superseded is not recorded (`end`).

Whoever withdraws or decides during an attempt therefore either comes before the train, which then issues
nothing, or waits until the train commits and finds the bill.
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

#: How long a mark lasts. If it is too short, the desk is called twice; if it is too long, people wait after
#: a crash. No bill is lost or issued twice in either case.
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
    """Wait until no attempt is under way, then lock the application's row; the block is one transaction.

    With `superseding`, it waits only for an attempt whose bill is issued and not yet recorded; the change
    made in the block supersedes every other attempt. If an attempt died after its bill was issued, that
    bill is recorded first. No connection is held while waiting. Raises `Refusal` (`application.unknown`, 404).
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
    """Whether the caller must wait and look again; records the bill of an attempt that died after issuing it."""
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
    """Whether an attempt may be issuing the bill of this locked application now."""
    return application.attempt_until is not None and application.attempt_until > now()


async def begin(connection: AsyncConnection, application: Application) -> Attempt:
    """Begin an attempt: mark a locked application that has none under way. Older attempts are superseded."""
    statement = (
        update(applications)
        .where(applications.c.application_id == application.application_id)
        .values(attempt=applications.c.attempt + 1, attempt_until=now() + LEASE)
        .returning(applications.c.attempt)
    )
    number = (await connection.execute(statement)).scalar_one()
    return Attempt(application=application, number=number)


async def end(connection: AsyncConnection, attempt: Attempt) -> Application | None:
    """Lock the application and remove the attempt's mark; None when the attempt was superseded meanwhile."""
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

# A shared lock, so that trains do not wait for one another here.
_IS_PRESENT = ATTEMPTS.statement("""
SELECT true FROM applications
WHERE application_id = $1 AND attempt = $2 AND attempt_until IS NOT NULL FOR SHARE
""")


def proviso(attempt: Attempt) -> Proviso:
    """The check that the train makes in its own transaction: is the attempt still the application's latest one?"""

    async def holds(connection: asyncpg.Connection) -> bool:
        return await is_present(connection, attempt)

    return holds


async def is_present(connection: asyncpg.Connection, attempt: Attempt) -> bool:
    """Whether an attempt is still the latest. If so, its application is locked until the transaction ends."""
    found = await connection.fetchval(_IS_PRESENT.sql, attempt.application.application_id, attempt.number)
    return found is not None


async def find_bill(connection: AsyncConnection, application: Application) -> Bill | None:
    """The bill under an application's business number; None when there is none."""
    try:
        return await find_by_business_no(connection, application.unit_id, application.business_no)
    except Refusal:
        return None


async def has_bill(connection: AsyncConnection, unit_id: int, business_no: str) -> bool:
    """Whether a bill stands under a unit's business number."""
    try:
        await find_by_business_no(connection, unit_id, business_no)
    except Refusal:
        return False
    return True


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
