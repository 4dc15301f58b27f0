"""From upload to a settled file, with the queue and the reading processes at work."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection
from tests.evidence import hostile
from tests.support.province import ACTING, Province
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.evidence.model import EvidenceFile, EvidenceReading, EvidenceState, Extraction, Pointed, Remark
from mingpiao.evidence.reading_jobs import MAX_ATTEMPTS
from mingpiao.evidence.service import (
    SETTLED_CHANNEL,
    EvidenceReader,
    EvidenceStore,
    Understood,
    get_evidence_files,
)
from mingpiao.jobs.queue import run_jobs
from mingpiao.reading.model import Found
from mingpiao.reading.service import FileNeedsOcr, ReaderFailed, ReaderLimits, ReaderPool
from mingpiao.storage.database import Database

FILE = hostile.plain_pdf("An agreement between two parties about 12345.00 yuan")


@pytest.fixture
async def pool() -> AsyncIterator[ReaderPool]:
    async with ReaderPool(2) as opened:
        yield opened


@asynccontextmanager
async def reading(database: Database, reader: EvidenceReader) -> AsyncIterator[None]:
    """A worker that does reading jobs."""
    stop = asyncio.Event()
    task = asyncio.create_task(run_jobs(database.pool, reader.handlers(at_once=2), stop))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def document_of(database: Database, unit_id: int, digest: str) -> EvidenceFile:
    async with database.system() as connection:
        return (await get_evidence_files(connection, unit_id, [digest]))[digest]


async def settled_file(database: Database, file: EvidenceFile) -> EvidenceFile:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = await document_of(database, file.unit_id, file.digest)
        if found.state.settled:
            return found
        assert time.monotonic() < deadline, found
        await asyncio.sleep(0.02)


def payload(file: EvidenceFile) -> dict[str, object]:
    return {"unit_id": file.unit_id, "digest": file.digest}


async def test_a_file_is_read_and_everybody_who_waits_is_told_once(
    database: Database, store: EvidenceStore, settled: Province, pool: ReaderPool
) -> None:
    told: list[tuple[int, str, str]] = []

    async def hook(connection: AsyncConnection, unit_id: int, digest: str) -> None:
        found = (await get_evidence_files(connection, unit_id, [digest]))[digest]
        told.append((unit_id, digest, found.state.value))

    notices: list[object] = []
    listener = await asyncpg.connect(database.url)
    await listener.add_listener(SETTLED_CHANNEL, lambda *arguments: notices.append(arguments[3]))
    reader = EvidenceReader(database, store, pool, on_settled=[hook])
    unit = settled.charity.unit_id
    await pool.warm()
    async with reading(database, reader):
        await asyncio.sleep(0.3)
        file = await store.add(unit, "合同.pdf", FILE, acting=ACTING)
        read = await settled_file(database, file)
        # The same job again, as when a worker was thought dead: nothing happens.
        await reader.read(payload(file))
        await asyncio.sleep(0.1)
    await listener.close()
    assert read.state is EvidenceState.READ
    assert (read.pages, read.pages_done, read.failure) == (1, 1, "")
    assert read.extraction is not None
    assert "12345.00" in read.extraction.pages[0].text
    assert told == [(unit, file.digest, "read")]
    assert notices == [f"{unit}:{file.digest}"]
    audits = await database.pool.fetch("SELECT actor, details FROM audit_log WHERE action = 'evidence:read'")
    assert [(row["actor"], row["details"]) for row in audits] == [
        ("system:evidence_reader", {"state": "read"})
    ]


async def test_two_readings_of_one_file_settle_it_once(
    database: Database, store: EvidenceStore, settled: Province, pool: ReaderPool
) -> None:
    told: list[str] = []

    async def hook(_connection: AsyncConnection, _unit_id: int, digest: str) -> None:
        told.append(digest)

    reader = EvidenceReader(database, store, pool, on_settled=[hook])
    file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    await asyncio.gather(*(reader.read(payload(file)) for _ in range(4)))
    assert told == [file.digest]


async def test_a_hook_that_fails_leaves_the_file_to_be_read_again(
    database: Database, store: EvidenceStore, settled: Province, pool: ReaderPool
) -> None:
    async def broken(_connection: AsyncConnection, _unit_id: int, _digest: str) -> None:
        raise ValueError("not now")

    file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    with pytest.raises(ValueError, match="not now"):
        await EvidenceReader(database, store, pool, on_settled=[broken]).read(payload(file))
    state = (await document_of(database, file.unit_id, file.digest)).state
    assert state is EvidenceState.READING
    await EvidenceReader(database, store, pool).read(payload(file))
    assert (await settled_file(database, file)).state is EvidenceState.READ


async def test_a_scan_is_handed_to_the_other_lane_and_says_how_far_it_is(
    database: Database, store: EvidenceStore, settled: Province, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pool is a stand-in here, as looking at pictures is slow: what is tested is the way."""
    pool = ReaderPool(2)
    look = asyncio.Event()
    extraction = Extraction(kind="other", pages=())

    async def look_at(
        _data: bytes,
        _type: str,
        pages: int,
        _step: object,
        on_progress: Callable[[int, int], None],
        *,
        patience: int,
    ) -> EvidenceReading:
        assert patience == 1
        on_progress(1, pages)
        await look.wait()
        on_progress(pages, pages)
        return EvidenceReading(extraction=extraction)

    monkeypatch.setattr(pool, "look_at_file", look_at)
    async with pool, reading(database, EvidenceReader(database, store, pool)):
        file = await store.add(
            settled.charity.unit_id, "扫描件.pdf", hostile.blank_scan_pdf(3), acting=ACTING
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (found := await document_of(database, file.unit_id, file.digest)).pages_done != 1:
            assert time.monotonic() < deadline, found
            await asyncio.sleep(0.02)
        assert (found.state, found.pages) == (EvidenceState.READING, 3)
        look.set()
        read = await settled_file(database, file)
    assert (read.state, read.extraction) == (EvidenceState.READ, extraction)


async def test_a_file_on_which_the_reader_crashes_is_given_up_after_three_times(
    database: Database,
    store: EvidenceStore,
    settled: Province,
    pool: ReaderPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries = 0

    async def crash(*_: object, patience: int) -> EvidenceReading:
        nonlocal tries
        tries += 1
        assert patience == tries
        raise ReaderFailed("evidence.reader_crashed", "exit code -11")

    monkeypatch.setattr(pool, "read_file", crash)
    reader = EvidenceReader(database, store, pool)
    file = await store.add(settled.charity.unit_id, "毒.pdf", FILE, acting=ACTING)
    for _ in range(MAX_ATTEMPTS - 1):
        with pytest.raises(ReaderFailed):
            await reader.read(payload(file))
    await reader.read(payload(file))
    given_up = await document_of(database, file.unit_id, file.digest)
    assert (given_up.state, given_up.failure_code) == (EvidenceState.UNREADABLE, "evidence.reader_crashed")
    assert "3次异常退出" in given_up.failure
    assert tries == MAX_ATTEMPTS
    await reader.read(payload(file))
    assert tries == MAX_ATTEMPTS, "it is not tried again"


async def test_a_file_that_takes_its_worker_down_is_given_up_too(
    database: Database, store: EvidenceStore, settled: Province, pool: ReaderPool
) -> None:
    file = await store.add(settled.charity.unit_id, "毒.pdf", FILE, acting=ACTING)
    await database.pool.execute("UPDATE evidence_files SET state = 'reading', attempts = 6")
    await EvidenceReader(database, store, pool).read(payload(file))
    given_up = await document_of(database, file.unit_id, file.digest)
    assert (given_up.state, given_up.failure_code) == (EvidenceState.UNREADABLE, "evidence.reader_crashed")


async def test_a_file_that_takes_too_long_is_tried_once_more_and_then_unreadable(
    database: Database, store: EvidenceStore, settled: Province
) -> None:
    async with ReaderPool(1, ReaderLimits(text_seconds=0)) as pool:
        file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
        reader = EvidenceReader(database, store, pool)
        with pytest.raises(ReaderFailed):
            await reader.read(payload(file))
        waiting = await document_of(database, file.unit_id, file.digest)
        assert waiting.state is EvidenceState.READING
        await reader.read(payload(file))
    found = await document_of(database, file.unit_id, file.digest)
    assert (found.state, found.failure_code) == (EvidenceState.UNREADABLE, "evidence.reader_timeout")


@pytest.mark.parametrize("job", ["read", "look"])
async def test_a_file_that_was_not_read_in_time_has_more_time_in_a_calmer_moment(
    database: Database,
    store: EvidenceStore,
    settled: Province,
    pool: ReaderPool,
    monkeypatch: pytest.MonkeyPatch,
    job: str,
) -> None:
    extraction = Extraction(kind="other", pages=())
    given: list[int] = []

    async def busy(*_: object, patience: int) -> EvidenceReading:
        given.append(patience)
        if patience == 1:
            raise ReaderFailed("evidence.reader_timeout", "the machine is busy")
        return EvidenceReading(extraction=extraction)

    reader = EvidenceReader(database, store, pool)
    file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    if job == "look":
        monkeypatch.setattr(pool, "read_file", _needs_ocr)
        await reader.read(payload(file))
    monkeypatch.setattr(pool, {"read": "read_file", "look": "look_at_file"}[job], busy)
    work = {"read": reader.read, "look": reader.look}[job]
    with pytest.raises(ReaderFailed):
        await work(payload(file))
    await work(payload(file))
    found = await document_of(database, file.unit_id, file.digest)
    assert (found.state, given) == (EvidenceState.READ, [1, 2])


async def _needs_ocr(*_: object, patience: int) -> EvidenceReading:
    raise FileNeedsOcr(1, patience)


async def test_a_file_whose_file_is_lost_is_unreadable_and_can_be_brought_again(
    database: Database,
    store: EvidenceStore,
    settled: Province,
    pool: ReaderPool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    await database.pool.execute("UPDATE evidence_contents SET encrypted_key = encrypted_key || 'x'::bytea")
    reader = EvidenceReader(database, store, pool)
    with pytest.raises(Exception, match=r"crypto\.key_damaged"):
        await store.open_file(file.digest)
    await reader.read(payload(file))
    found = await document_of(database, file.unit_id, file.digest)
    assert (found.state, found.failure_code) == (EvidenceState.UNREADABLE, "crypto.key_damaged")


async def test_what_the_model_adds_is_kept_with_the_extraction(
    database: Database, store: EvidenceStore, settled: Province, pool: ReaderPool
) -> None:
    remark = Remark(quote="two parties", explanation="另一方似为关联单位")

    pointed = Pointed(fact="status", found=Found(value="two parties", text="two parties"))

    async def understand(reading: EvidenceReading) -> Understood:
        assert "two parties" in reading.lines[0].text
        return Understood(remarks=(remark,), pointed=(pointed,))

    file = await store.add(settled.charity.unit_id, "a.pdf", FILE, acting=ACTING)
    await EvidenceReader(database, store, pool, understand=understand).read(payload(file))
    found = await document_of(database, file.unit_id, file.digest)
    assert found.extraction is not None
    assert (found.extraction.remarks, found.extraction.pointed) == ((remark,), (pointed,))
