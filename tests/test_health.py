"""The health of a process whose parts are away, hang, are frozen or full: told within two seconds, by name."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from tests.support.proxy import proxied
from tests.support.sealing import world
from tests.support.waiting import until

from mingpiao import health as module
from mingpiao.health import DatabaseHealth, DiskHealth, Health, HealthWatch, PartHealth, WorkerHealth
from mingpiao.reading.service import ReaderPool
from mingpiao.sealing.service import InlineSigner, ProcessSigner, Signer
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedServer


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(database_url, pool_size=4)
    yield opened
    await opened.close()


def watch_over(
    database: Database, data_dir: Path, *, signer: Signer | None = None, readers: ReaderPool | None = None
) -> HealthWatch:
    return HealthWatch(
        database, signer or InlineSigner(world().master), readers or ReaderPool(1), data_dir=data_dir
    )


def is_empty(directory: Path) -> bool:
    return not any(directory.iterdir())


async def examined(watch: HealthWatch) -> Health:
    """What it says, which must come in time: a second more for a busy machine."""
    started = time.monotonic()
    health = await watch.examine()
    assert time.monotonic() - started < module._PATIENCE_SECONDS + 1
    return health


async def test_all_is_told_where_all_is_well(database: Database, tmp_path: Path) -> None:
    await database.pool.execute("INSERT INTO worker_heartbeats VALUES ('test', now())")
    health = await examined(watch_over(database, tmp_path))
    assert (health.status, health.hung) == ("ok", ())
    assert health.database.ok
    assert health.write.ok
    assert health.signer.ok
    assert health.reader.ok
    assert health.disk.free_mb
    assert health.clock.offset_s is not None
    assert abs(health.clock.offset_s) < 1
    assert is_empty(tmp_path), "the trial of the disk leaves nothing"


async def test_a_database_that_went_away_is_down_and_up_again_when_it_is_back(
    database: Database, cluster: EmbeddedServer, tmp_path: Path
) -> None:
    watch = watch_over(database, tmp_path)
    name = await database.pool.fetchval("SELECT current_database()")
    cluster.run_sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    cluster.run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    health = await examined(watch)
    assert (health.status, health.database, health.worker) == (
        "down",
        DatabaseHealth(ok=False),
        WorkerHealth(ok=False),
    )
    cluster.run_sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert (await examined(watch)).database.ok


async def test_a_database_that_hangs_is_down_and_not_waited_for(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    watch = watch_over(database, tmp_path)
    blocker = await asyncpg.connect(database_url)
    try:
        await blocker.execute("BEGIN; LOCK TABLE worker_heartbeats IN ACCESS EXCLUSIVE MODE")
        health = await examined(watch)
        assert (health.status, health.hung, health.write.ok) == ("down", ("database",), True)
    finally:
        await blocker.close()
    assert (await examined(watch)).status == "degraded"


async def test_a_way_to_the_database_that_is_half_open_is_down(database_url: str, tmp_path: Path) -> None:
    async with proxied(database_url) as proxy:
        database = await Database.open(proxy.url, pool_size=2)
        try:
            watch = watch_over(database, tmp_path)
            assert (await examined(watch)).write.ok
            proxy.stop()
            for _ in range(2):
                health = await examined(watch)
                assert (health.status, set(health.hung)) == ("down", {"database", "write"})
            proxy.go_on()

            async def well() -> bool:
                return (await watch.examine()).write.ok

            await until(well)
        finally:
            await database.close()


async def test_a_database_that_takes_no_writes_is_down(
    database_url: str, cluster: EmbeddedServer, tmp_path: Path
) -> None:
    name = database_url.partition("?")[0].rpartition("/")[2]
    cluster.run_sql(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    database = await Database.open(database_url, pool_size=2)
    try:
        health = await examined(watch_over(database, tmp_path))
        assert (health.status, health.database.ok, health.write.ok, health.hung) == ("down", True, False, ())
    finally:
        await database.close()


@pytest.mark.whole
async def test_a_frozen_signer_is_named_and_replaced(database: Database, tmp_path: Path) -> None:
    async with ProcessSigner(world().master, 1, patience=30, call_seconds=3) as signer:
        watch = watch_over(database, tmp_path, signer=signer)
        assert (await examined(watch)).signer.ok
        (frozen,) = signer.process_ids
        os.kill(frozen, signal.SIGSTOP)
        health = await examined(watch)
        assert (health.status, health.hung, health.signer) == ("down", ("signer",), PartHealth(ok=False))

        async def well() -> bool:
            return (await watch.examine()).signer.ok

        await until(well)
        assert frozen not in signer.process_ids


@pytest.mark.whole
async def test_a_frozen_reader_is_named_and_ended(database: Database, tmp_path: Path) -> None:
    async with ReaderPool(1) as readers:
        await readers.warm()
        watch = watch_over(database, tmp_path, readers=readers)
        await until(lambda: bool(readers.process_ids))
        (frozen,) = readers.process_ids
        os.kill(frozen, signal.SIGSTOP)
        health = await examined(watch)
        assert (health.status, health.hung) == ("degraded", ("reader",))
        await until(lambda: frozen not in readers.process_ids)
        assert (await examined(watch)).reader.ok


@pytest.fixture
def full_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "full"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    if os.geteuid() != 0 or not shutil.which("mount") or subprocess.run(command).returncode != 0:
        pytest.skip("no file system can be mounted here")
    (place / "filling").write_bytes(bytes(2**20))
    yield place
    subprocess.run(["umount", str(place)], check=True)


async def test_a_full_disk_is_told(database: Database, full_disk: Path) -> None:
    health = await examined(watch_over(database, full_disk))
    assert (health.status, health.disk) == ("degraded", DiskHealth(ok=False))


async def test_a_disk_that_fills_up_is_told_before_it_is_full(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_FREE_MEGABYTES", 10**9)
    health = await examined(watch_over(database, tmp_path))
    assert not health.disk.ok
    assert health.disk.free_mb


async def test_a_disk_that_hangs_is_named_and_tried_once(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = 0

    def hang(_directory: Path) -> DiskHealth:
        nonlocal tries
        tries += 1
        time.sleep(5)
        return DiskHealth(ok=True)

    monkeypatch.setattr(module, "_try_disk", hang)
    watch = watch_over(database, tmp_path)
    for _ in range(2):
        assert (await examined(watch)).hung == ("disk",)
    assert tries == 1


async def test_a_clock_that_differs_is_told(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = module.now
    monkeypatch.setattr(module, "now", lambda: right() + timedelta(seconds=40))
    health = await examined(watch_over(database, tmp_path))
    assert not health.clock.ok
    assert health.clock.offset_s is not None
    assert 39 < health.clock.offset_s < 41
