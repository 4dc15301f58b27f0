"""GET /healthz: whether the platform stands, for people and for load balancers.

Each part is probed beside the others and by a real deed: a write that is committed, a chunk that a signer
answers. Whoever asks hears within two seconds; a part that does not answer by then is named.
"""

import asyncio
import os
import shutil
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
from litestar import Response, get
from litestar.datastructures import State

from mingpiao.issuing.service import count_findings
from mingpiao.jobs.heartbeats import last_beat
from mingpiao.kernel.clock import now, to_shanghai
from mingpiao.reading.service import ReaderPool
from mingpiao.sealing.service import Signer
from mingpiao.storage.database import Database
from mingpiao.storage.probe import revision_of

#: A probe gives itself up after the first; whoever asks is answered after the second, whatever hangs.
_PROBE_SECONDS = 1.4
_PATIENCE_SECONDS = 1.7
_WORKER_SILENCE_SECONDS = 30.0
#: How much room the data directory must have left, and by how much clocks may differ.
_FREE_MEGABYTES = 500
_CLOCK_SECONDS = 2.0
_MEGABYTE = 2**20

_WRITE = """
SELECT pg_logical_emit_message(true, 'mingpiao', 'health')
WHERE current_setting('transaction_read_only') = 'off'
"""

#: Without these no bill can be issued.
_VITAL = ("database", "write", "signer")


class DatabaseHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`latency_ms` is one round trip; `migration` the schema's revision. Both None when it is away."""

    ok: bool
    latency_ms: float | None = None
    migration: str | None = None


class WorkerHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`last_beat` is when a worker last said that it lives (Asia/Shanghai), `age_s` how long ago."""

    ok: bool
    last_beat: datetime | None = None
    age_s: float | None = None


class PartHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether something can be done: commit a write, sign, read a file."""

    ok: bool
    latency_ms: float | None = None


class DiskHealth(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the data directory can be written; `free_mb` is the room that it has left."""

    ok: bool
    free_mb: int | None = None


class ClockHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`offset_s` is by how much this host's clock is ahead of the database's."""

    ok: bool
    offset_s: float | None = None


class IntegrityHealth(msgspec.Struct, frozen=True, kw_only=True):
    """`findings` is how many contradictions among records stand (`mingpiao integrity check`)."""

    ok: bool
    findings: int | None = None


class Health(msgspec.Struct, frozen=True, kw_only=True):
    """`status` is "ok", "degraded" (bills are issued, something else waits or is about to fail) or "down".

    `hung` names the parts that did not answer in time.
    """

    status: str
    database: DatabaseHealth = DatabaseHealth(ok=False)
    worker: WorkerHealth = WorkerHealth(ok=False)
    clock: ClockHealth = ClockHealth(ok=False)
    write: PartHealth = PartHealth(ok=False)
    signer: PartHealth = PartHealth(ok=False)
    reader: PartHealth = PartHealth(ok=False)
    disk: DiskHealth = DiskHealth(ok=False)
    integrity: IntegrityHealth = IntegrityHealth(ok=False)
    hung: tuple[str, ...] = ()


class HealthWatch:
    """Probes the parts of one process. However many ask, each part is probed once at a time."""

    def __init__(self, database: Database, signer: Signer, readers: ReaderPool, data_dir: Path) -> None:
        self._database = database
        self._data_dir = data_dir
        self._probes: dict[str, Callable[[], Awaitable[dict[str, Any]]]] = {
            "database": self._ask_database,
            "write": lambda: _timed("write", self._write()),
            "signer": lambda: _timed("signer", signer.check()),
            "reader": lambda: _timed("reader", readers.check()),
            "disk": self._ask_disk,
        }
        self._running: dict[str, asyncio.Task[dict[str, Any]]] = {}

    async def examine(self) -> Health:
        """The state of all parts, within two seconds; never raises."""
        tasks = {name: self._task(name) for name in self._probes}
        await asyncio.wait(tasks.values(), timeout=_PATIENCE_SECONDS)
        hung = tuple(name for name, task in tasks.items() if not task.done())
        found: dict[str, Any] = {}
        for task in tasks.values():
            if task.done() and not task.cancelled() and task.exception() is None:
                found |= task.result()
        late = tuple(name for name, task in tasks.items() if _is_late(task))
        health = Health(status="", hung=hung + late, **found)
        return msgspec.structs.replace(health, status=_status(health))

    def _task(self, name: str) -> asyncio.Task[dict[str, Any]]:
        running = self._running.get(name)
        if running is not None and running.done() and not running.cancelled():
            # One that ended after its askers had gone: asyncio complains of an error that nobody looked at.
            running.exception()
        if running is None or running.done():
            running = asyncio.ensure_future(self._probes[name]())
            self._running[name] = running
        return running

    async def _ask_database(self) -> dict[str, Any]:
        async with asyncio.timeout(_PROBE_SECONDS), self._database.pool.acquire() as connection:
            started = time.perf_counter()
            beat = await last_beat(connection)
            latency_ms = _milliseconds_since(started)
            before = now()
            theirs: datetime = await connection.fetchval("SELECT clock_timestamp()")
            offset = (before + (now() - before) / 2 - theirs).total_seconds()
            revision = await revision_of(connection)
            findings = await count_findings(connection)
        alive = beat.age is not None and beat.age <= _WORKER_SILENCE_SECONDS
        return {
            "database": DatabaseHealth(ok=True, latency_ms=latency_ms, migration=revision),
            "worker": WorkerHealth(
                ok=alive,
                last_beat=None if beat.at is None else to_shanghai(beat.at),
                age_s=None if beat.age is None else round(max(0.0, beat.age), 1),
            ),
            "clock": ClockHealth(ok=abs(offset) <= _CLOCK_SECONDS, offset_s=round(offset, 3)),
            "integrity": IntegrityHealth(ok=not findings, findings=findings),
        }

    async def _write(self) -> None:
        """A message into the log of the database alone: it is committed and flushed, and leaves no row."""
        async with self._database.pool.acquire() as connection:
            if await connection.fetchval(_WRITE) is None:
                raise OSError("the database takes no writes")

    async def _ask_disk(self) -> dict[str, Any]:
        # Not cancelled when it hangs: the thread would go on, and each asker would leave another.
        return {"disk": await asyncio.to_thread(_try_disk, self._data_dir)}


async def _timed(name: str, deed: Awaitable[None]) -> dict[str, Any]:
    started = time.perf_counter()
    async with asyncio.timeout(_PROBE_SECONDS):
        await deed
    return {name: PartHealth(ok=True, latency_ms=_milliseconds_since(started))}


def _is_late(task: "asyncio.Task[dict[str, Any]]") -> bool:
    return task.done() and not task.cancelled() and isinstance(task.exception(), TimeoutError)


def _try_disk(directory: Path) -> DiskHealth:
    """Write some kilobytes, have them on the disk, and take them away. Raises OSError when that fails."""
    directory.mkdir(parents=True, exist_ok=True)
    trial = directory / f".health-{os.getpid()}"
    try:
        with trial.open("wb") as file:
            file.write(bytes(65536))
            file.flush()
            os.fsync(file.fileno())
    finally:
        trial.unlink(missing_ok=True)
    free = shutil.disk_usage(directory).free // _MEGABYTE
    return DiskHealth(ok=free >= _FREE_MEGABYTES, free_mb=free)


def _status(health: Health) -> str:
    if not all(getattr(health, name).ok for name in _VITAL):
        return "down"
    others = (health.worker, health.clock, health.reader, health.disk, health.integrity)
    return "ok" if all(part.ok for part in others) else "degraded"


def _milliseconds_since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 2)


@get("/healthz", include_in_schema=False)
async def healthz(state: State) -> Response[Health]:
    """200 while bills can be issued, else 503."""
    watch: HealthWatch = state.services.health
    health = await watch.examine()
    return Response(
        health, status_code=503 if health.status == "down" else 200, headers={"Cache-Control": "no-store"}
    )
