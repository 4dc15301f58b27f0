"""GET /healthz tells people and load balancers whether the platform works."""

import asyncio
import time
from datetime import datetime

import asyncpg
import msgspec
from litestar import Response, get
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.jobs.heartbeats import last_beat
from mingpiao.kernel.clock import to_shanghai
from mingpiao.storage.database import Database
from mingpiao.storage.probe import revision_of

#: The answer comes within this many seconds.
_PATIENCE_SECONDS = 1.5
_WORKER_SILENCE_SECONDS = 30.0


class DatabaseHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the database. `latency_ms` is the time of one round trip, `migration` the schema's
    revision; both are None when the database cannot be reached.
    """

    ok: bool
    latency_ms: float | None = None
    migration: str | None = None


class WorkerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the worker. `last_beat` is when a worker last reported that it runs (Asia/Shanghai),
    `age_s` how many seconds ago that was.
    """

    ok: bool
    last_beat: datetime | None = None
    age_s: float | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """The state of the platform. `status` is "ok", "degraded" (no worker: bills are issued, background work
    waits) or "down".
    """

    status: str
    database: DatabaseHealth
    worker: WorkerHealth


async def examine(database: Database) -> Health:
    """Find the state of database and worker within two seconds; never raises."""
    started = time.perf_counter()
    try:
        async with asyncio.timeout(_PATIENCE_SECONDS), database.pool.acquire() as connection:
            beat = await last_beat(connection)
            latency_ms = round((time.perf_counter() - started) * 1000, 2)
            revision = await revision_of(connection)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return Health(status="down", database=DatabaseHealth(ok=False), worker=WorkerHealth(ok=False))
    alive = beat.age is not None and beat.age <= _WORKER_SILENCE_SECONDS
    return Health(
        status="ok" if alive else "degraded",
        database=DatabaseHealth(ok=True, latency_ms=latency_ms, migration=revision),
        worker=WorkerHealth(
            ok=alive,
            last_beat=None if beat.at is None else to_shanghai(beat.at),
            age_s=None if beat.age is None else round(max(0.0, beat.age), 1),
        ),
    )


@get("/healthz", include_in_schema=False)
async def healthz(services: NamedDependency[Services]) -> Response[Health]:
    """Answer 200 while the database answers, else 503."""
    health = await examine(services.database)
    return Response(
        health, status_code=200 if health.database.ok else 503, headers={"Cache-Control": "no-store"}
    )
