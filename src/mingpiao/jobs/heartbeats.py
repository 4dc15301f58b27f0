"""Signs of life of the workers, which show whether background work is being done."""

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
    """The time of the last sign of life of any worker, and its age in seconds; None when there never was one."""

    at: datetime | None
    age: float | None


async def beat(pool: "asyncpg.Pool[asyncpg.Record]", worker: str) -> None:
    """Record that a worker is alive now."""
    await pool.execute(_BEAT, worker)


async def leave(pool: "asyncpg.Pool[asyncpg.Record]", worker: str) -> None:
    """Remove a worker that stops as intended, so that nobody takes it for dead."""
    await pool.execute("DELETE FROM worker_heartbeats WHERE worker = $1", worker)


async def last_beat(connection: asyncpg.Connection) -> LastBeat:
    """The most recent sign of life of all workers."""
    row = await connection.fetchrow(_LAST)
    return LastBeat(at=None, age=None) if row is None else LastBeat(at=row["at"], age=row["age"])
