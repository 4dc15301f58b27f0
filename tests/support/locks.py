"""Races that do not depend on luck, and a lock taken away to see what it is for.

A race holds one table against writing. Whoever comes to write it waits there, with all that it has read and
locked on its way; others come as far as the locks let them. When all wait, the table is let go. With its lock
the race ends well; without it, what the lock keeps from happening happens.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import asyncpg
import pytest
from tests.support.waiting import until

from mingpiao.storage.locks import known_locks

_CLAUSE = re.compile(r"\s+FOR (NO KEY )?(UPDATE|SHARE)\b")
_ADVISORY = re.compile(r"pg_advisory_xact_lock\(")
# Whoever waits for the test's own hold, or for somebody who does: that lasts. Waits for anything else pass (the
# end of a table that another one makes longer), and PostgreSQL's own workers are nobody's rivals.
_WAITING = """
WITH RECURSIVE held AS (
    SELECT pid, pg_blocking_pids(pid) AS blockers FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND wait_event_type = 'Lock'
), waiting AS (
    SELECT pid FROM held WHERE $1 = ANY(blockers)
    UNION SELECT held.pid FROM held JOIN waiting ON waiting.pid = ANY(held.blockers)
)
SELECT count(*) FROM waiting
"""

#: For a test that is run with a lock and without it: its parameter `locked`.
WITH_AND_WITHOUT = pytest.mark.parametrize("locked", [True, False], ids=["locked", "unlocked"])

#: The statement that locks a unit's limits, as one that only looks at them.
LIMITS_AS_A_LOOK = (
    (
        "INSERT INTO stock_limits (unit_id) VALUES (:unit_id) ",
        "SELECT supply_until, supply_until_reason FROM stock_limits ",
    ),
    (
        "ON CONFLICT (unit_id) DO UPDATE SET unit_id = excluded.unit_id "
        "RETURNING supply_until, supply_until_reason",
        "WHERE unit_id = :unit_id",
    ),
)


@contextmanager
def lock_taken_away(name: str, *apart: tuple[str, str], unless: bool = False) -> Iterator[None]:
    """Let nobody in this process take a lock until the block ends; `unless` leaves it in place.

    Where the lock is a write that reads and changes a row at once, `apart` says how its statement reads
    first and writes then: (part of the statement, what stands in its place).
    """
    if unless:
        yield
        return
    lock = known_locks()[name]
    before = [statement.sql for statement in lock.statements]
    lock.is_taken = False
    try:
        for statement in lock.statements:
            changed = _without(statement.sql, apart)
            assert changed != statement.sql, f"{name} is not taken away from: {statement.sql}"
            statement.put(changed)
        yield
    finally:
        lock.is_taken = True
        for statement, sql in zip(lock.statements, before, strict=True):
            statement.put(sql)


async def key_taken_away(url: str, name: str) -> None:
    """Drop the primary key that serves as a lock, from this database for good."""
    assert name in known_locks()
    table = name.replace(" ", "_")
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f"ALTER TABLE {table} DROP CONSTRAINT {table}_pkey")
    finally:
        await connection.close()


def _without(sql: str, apart: tuple[tuple[str, str], ...]) -> str:
    for part, instead in apart:
        sql = sql.replace(part, instead)
    return _ADVISORY.sub("(", _CLAUSE.sub("", sql))


def writing(table: str) -> str:
    """What holds a table against writing; reading it and locking its rows go on."""
    return f"LOCK TABLE {table} IN SHARE MODE"


def reading(table: str) -> str:
    """What holds a table even against reading."""
    return f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE"


async def race(url: str, hold: str, *rivals: Coroutine[Any, Any, Any]) -> list[Any]:
    """What comes of rivals that start one after the other while a statement of the test's own is held.

    `hold` is carried out beforehand and taken back when each rival waits for a lock, of the test's or of
    another rival, or is done. Each starts when the one before it has come so far. Exceptions are outcomes too.
    """
    running: list[asyncio.Task[Any]] = []
    async with _held(url, hold) as (holder, observer):

        async def all_wait() -> bool:
            waiting = await observer.fetchval(_WAITING, holder)
            return waiting + sum(task.done() for task in running) >= len(running)

        for rival in rivals:
            running.append(asyncio.create_task(rival))
            await until(all_wait, "somebody neither waits nor is done")
    return await asyncio.gather(*running, return_exceptions=True)


@asynccontextmanager
async def _held(url: str, hold: str) -> "AsyncIterator[tuple[int, asyncpg.Connection[asyncpg.Record]]]":
    """Carry a statement out and take it back at the end; yields the server process that holds, and a connection
    that may look on meanwhile.
    """
    holder, observer = await asyncpg.connect(url), await asyncpg.connect(url)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(hold)
        try:
            yield holder.get_server_pid(), observer
        finally:
            await transaction.rollback()
    finally:
        await holder.close()
        await observer.close()
