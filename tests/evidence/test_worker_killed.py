"""A real worker process reads files; killed in the middle, another finishes, and nothing is left behind."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from tests.evidence import hostile
from tests.evidence.test_reading_jobs import document_of, settled_file
from tests.support.province import ACTING, MASTER, Province
from tests.support.waiting import PATIENCE_SECONDS, until
from tests.support.world import World

from mingpiao.evidence.model import EvidenceState
from mingpiao.evidence.service import EvidenceStore, NoScanner
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

pytestmark = pytest.mark.whole


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the worker looks for files too."""
    return tmp_path / "files"


@asynccontextmanager
async def worker(url: str, data_dir: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "import asyncio\nfrom mingpiao import settings, worker\nasyncio.run(worker.run(settings.load()))",
        env=os.environ
        | {
            "MINGPIAO_DATABASE_URL": url,
            "MINGPIAO_DATA_DIR": str(data_dir),
            "MINGPIAO_MASTER_KEY": MASTER.hex(),
        },
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def readers_of(pid: int) -> list[int]:
    """Reading processes that a process started."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError, IndexError):
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
            if parent == pid and b"mingpiao.reading.process" in (entry / "cmdline").read_bytes():
                found.append(int(entry.name))
    return found


def is_running(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


async def test_what_a_killed_worker_was_reading_is_read_by_another(
    world: World, database: Database, settled: Province, folder: Path, tmp_path: Path
) -> None:
    store = EvidenceStore(database, FileStore.open(folder.as_uri()), MASTER, NoScanner())
    unit = settled.charity.unit_id
    async with worker(world.url, tmp_path) as victim:
        # Long enough to be killed over: some seconds.
        long = await store.add(
            unit,
            "long.pdf",
            hostile.plain_pdf("One of very many clauses of a long agreement", pages=200),
            acting=ACTING,
        )

        async def begun() -> bool:
            return (await document_of(database, unit, long.digest)).pages_done >= 5

        await until(begun, "nobody reads it")
        readers = await asyncio.to_thread(readers_of, victim.pid)
        victim.kill()
        await victim.wait()
    assert (await document_of(database, unit, long.digest)).state is EvidenceState.READING
    async with worker(world.url, tmp_path) as second:
        read = await settled_file(database, long)
        assert (read.state, read.pages_done) == (EvidenceState.READ, 200)
        second.terminate()
        assert await asyncio.wait_for(second.wait(), PATIENCE_SECONDS) == 0
    assert readers
    assert [pid for pid in readers if is_running(pid)] == []
    attempts = await database.pool.fetchval("SELECT attempts FROM evidence_files")
    assert attempts == 2
