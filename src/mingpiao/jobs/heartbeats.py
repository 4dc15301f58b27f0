"""Workers say that they live, so that everybody can see whether background work is done."""

from datetime import datetime

import asyncpg
import msgspec

_BEAT = """
INSERT INTO worker_heartbeats (worker, beat_at) VALUES ($1, now())
ON CONFLICT (worker) DO UPDATE SET beat_at = excluded.beat_at
"""
_LAST = """
SELECT max(beat_at) AS at, extract(epoch FROM now() - max(beat_at))::float8 AS age FROM worker_heartbeats
"""


class LastBeat(msgspec.Struct, frozen=True, kw_only=True):
    """When any worker last said that it lives, and how many seconds ago; None where none ever did."""

    at: datetime | None
    age: float | None


async def beat(pool: "asyncpg.Pool[asyncpg.Record]", worker: str) -> None:
    """Say that a worker lives now."""
    await pool.execute(_BEAT, worker)


async def leave(pool: "asyncpg.Pool[asyncpg.Record]", worker: str) -> None:
    """Say that a worker ended in order."""
    await pool.execute("DELETE FROM worker_heartbeats WHERE worker = $1", worker)


async def last_beat(connection: asyncpg.Connection) -> LastBeat:
    """The youngest beat of all workers."""
    row = await connection.fetchrow(_LAST)
    return LastBeat(at=None, age=None) if row is None else LastBeat(at=row["at"], age=row["age"])
