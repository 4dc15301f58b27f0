"""The worker's jobs that read a new file, store what it says, and inform those who wait for it.

Two workers may read the same file at once, and reading may be interrupted at any moment; the result is
stored once. A file is "settled" when its reading has ended, with or without success.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.model import EvidenceReading, EvidenceState, Extraction
from mingpiao.evidence.papers import link_paper
from mingpiao.evidence.store import LOOK_JOB, READ_JOB, EvidenceStore, enqueue_reading
from mingpiao.evidence.understanding import Understood
from mingpiao.house.model import Handler, Topic
from mingpiao.identity.model import AuditEntry, platform
from mingpiao.identity.service import record
from mingpiao.jobs.queue import Payload
from mingpiao.kernel.errors import Refusal
from mingpiao.reading.service import (
    FileNeedsOcr,
    FileUnreadable,
    OnProgress,
    ReaderFailed,
    ReaderPool,
    ReadingStep,
)
from mingpiao.storage.database import Database
from mingpiao.storage.notices import notify

#: The PostgreSQL channel that is notified when a file is settled, with "unit_id:digest".
SETTLED_CHANNEL = "evidence_settled"
#: How often a file is tried whose reading process crashes.
MAX_ATTEMPTS = 3
#: How often a file is tried that is not read in time; each time it has as much more.
MOST_LATE = 2
#: So long a file waits before it is tried again: whatever kept the machine busy may be over.
_PAUSE_SECONDS = 15.0
#: How often reading may begin without an end, for example because the whole worker crashes.
MOST_BEGINNINGS = 6
_PROGRESS_SECONDS = 0.3
#: The function that reading processes call for evidence; given by name, so that this process need not load it.
READING_STEP = ReadingStep("mingpiao.evidence.extraction:read_evidence", EvidenceReading)
_READER = platform("evidence_reader")

#: A function called in the transaction that settles a unit's file.
OnSettled = Callable[[AsyncConnection, int, str], Awaitable[None]]
SETTLED: Topic[OnSettled] = Topic(name="evidence.settled")
#: A function that returns what a large language model adds to a file; it never raises.
Understand = Callable[[EvidenceReading], Awaitable[Understood]]

_logger = logging.getLogger(__name__)

_BEGIN = text(
    "UPDATE evidence_files SET state = 'reading', attempts = attempts + 1 "
    "WHERE unit_id = :unit_id AND digest = :digest AND state IN ('waiting', 'reading') "
    "RETURNING media_type, attempts, pages"
)
_PROGRESS = text(
    "UPDATE evidence_files SET pages_done = :done, pages = :pages "
    "WHERE unit_id = :unit_id AND digest = :digest AND state = 'reading'"
)
_SETTLE = text(
    "UPDATE evidence_files SET state = :state, extraction = CAST(:extraction AS jsonb), "
    "failure_code = :failure_code, failure = :failure, read_at = now(), "
    "pages = CASE WHEN :pages > 0 THEN :pages ELSE pages END, pages_done = :pages "
    "WHERE unit_id = :unit_id AND digest = :digest AND state IN ('waiting', 'reading')"
)


class _Try(NamedTuple):
    """A file that is read for the time `number` (from 1) by its job; `pages` are known when its text was read."""

    file: "_File"
    data: bytes
    media_type: str
    pages: int
    number: int


class _File(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's file that is being read."""

    unit_id: int
    digest: str

    @property
    def key(self) -> dict[str, Any]:
        return {"unit_id": self.unit_id, "digest": bytes.fromhex(self.digest)}


async def nothing_understood(_reading: EvidenceReading) -> Understood:
    """Nothing: for platforms without a large language model."""
    return Understood()


class EvidenceReader:
    """Reads files in a pool of processes. `on_settled` are called in the transaction that settles a file."""

    def __init__(
        self,
        database: Database,
        store: EvidenceStore,
        pool: ReaderPool,
        *,
        on_settled: Sequence[OnSettled] = (),
        understand: Understand = nothing_understood,
    ) -> None:
        self._database = database
        self._store = store
        self._pool = pool
        self._on_settled = on_settled
        self._understand = understand

    def handlers(self, *, at_once: int) -> tuple[Handler, ...]:
        """Handlers of the reading jobs. One process always stays free for files with text."""
        return (
            Handler(name=READ_JOB, work=self.read, at_once=at_once, pause_seconds=_PAUSE_SECONDS),
            Handler(name=LOOK_JOB, work=self.look, at_once=max(1, at_once - 1), pause_seconds=_PAUSE_SECONDS),
        )

    async def read(self, payload: Payload) -> None:
        """The job for new files: read a file's text layer, or queue `look` when pages have no text."""
        file = msgspec.convert(payload, _File)
        await self._attempt(file, self._read_text, earlier=0)

    async def look(self, payload: Payload) -> None:
        """The job for files with pages that have no text layer: read them by OCR."""
        file = msgspec.convert(payload, _File)
        await self._attempt(file, self._look_at_pages, earlier=1)

    async def _attempt(
        self,
        file: _File,
        read: Callable[["_Try", OnProgress], Awaitable[EvidenceReading | None]],
        *,
        earlier: int,
    ) -> None:
        """Begin to read a file that began to be read `earlier` times at least, by another job."""
        async with self._database.system() as connection:
            row = (await connection.execute(_BEGIN, file.key)).one_or_none()
        if row is None:
            return
        tries = max(1, row.attempts - earlier)
        if row.attempts > MOST_BEGINNINGS:
            await self._settle_unreadable(file, "evidence.reader_crashed", _crashed(row.attempts - 1))
            return
        try:
            data = await self._store.open_file(file.digest)
            async with _ProgressWriter(self._database, file) as tell:
                reading = await read(_Try(file, data, row.media_type, row.pages, tries), tell)
        except FileUnreadable as reason:
            await self._settle_unreadable(file, reason.code, reason.message)
        except Refusal as refusal:
            problem = refusal.problems[0]
            await self._settle_unreadable(file, problem.code, problem.message)
        except ReaderFailed as failure:
            await self._after_failure(file, failure, tries)
        else:
            if reading is not None:
                added = await self._understand(reading)
                extraction = msgspec.structs.replace(
                    reading.extraction, remarks=added.remarks, pointed=added.pointed
                )
                await self._settle(file, EvidenceState.READ, extraction)

    async def _read_text(self, one: "_Try", tell: OnProgress) -> EvidenceReading | None:
        file = one.file
        try:
            return await self._pool.read_file(
                one.data, one.media_type, READING_STEP, tell, patience=one.number
            )
        except FileNeedsOcr as must:
            async with self._database.system() as connection:
                await connection.execute(_PROGRESS, file.key | {"done": 0, "pages": must.pages})
                await enqueue_reading(connection, file.unit_id, file.digest, look=True)
            return None

    async def _look_at_pages(self, one: "_Try", tell: OnProgress) -> EvidenceReading:
        return await self._pool.look_at_file(
            one.data, one.media_type, one.pages, READING_STEP, tell, patience=one.number
        )

    async def _after_failure(self, file: _File, failure: ReaderFailed, attempts: int) -> None:
        _logger.warning("reading %s failed (attempt %s): %s", file.digest, attempts, failure)
        late = failure.code == "evidence.reader_timeout"
        if attempts < (MOST_LATE if late else MAX_ATTEMPTS):
            raise failure
        await self._settle_unreadable(file, failure.code, _LATE if late else _crashed(attempts))

    async def _settle_unreadable(self, file: _File, code: str, message: str) -> None:
        await self._settle(file, EvidenceState.UNREADABLE, None, code, message)

    async def _settle(
        self,
        file: _File,
        state: EvidenceState,
        extraction: Extraction | None,
        failure_code: str = "",
        failure: str = "",
    ) -> None:
        values = {
            "state": state.value,
            "extraction": None if extraction is None else msgspec.json.encode(extraction).decode(),
            "pages": 0 if extraction is None else len(extraction.pages),
            "failure_code": failure_code,
            "failure": failure,
        }
        async with self._database.system() as connection:
            if (await connection.execute(_SETTLE, file.key | values)).rowcount == 0:
                return
            if extraction is not None:
                await link_paper(connection, file.unit_id, file.digest, extraction)
            details = {"state": state.value} | ({"failure": failure_code} if failure_code else {})
            entry = AuditEntry(
                acting=_READER,
                action="evidence:read",
                subject=f"evidence:{file.digest}",
                unit_id=file.unit_id,
                details=details,
            )
            await record(connection, entry)
            await notify(connection, SETTLED_CHANNEL, f"{file.unit_id}:{file.digest}")
            for hook in self._on_settled:
                await hook(connection, file.unit_id, file.digest)


_LATE = "文件在限定的时间内没有识别完，请拆分或另存为普通 PDF 后重新上传。"


def _crashed(attempts: int) -> str:
    return f"识别程序在处理该文件时{attempts}次异常退出，请另存为普通 PDF 后重新上传。"


class _ProgressWriter:
    """Stores the progress of a reading, at most three times a second, and never after its end."""

    def __init__(self, database: Database, file: _File) -> None:
        self._database = database
        self._file = file
        self._latest: tuple[int, int] | None = None
        self._ended = asyncio.Event()
        self._writing = asyncio.create_task(self._write())

    def __call__(self, done: int, pages: int) -> None:
        self._latest = (done, pages)

    async def __aenter__(self) -> "_ProgressWriter":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended.set()
        await self._writing

    async def _write(self) -> None:
        told = None
        while not self._ended.is_set():
            # The progress of a file that is read quickly is not stored at all.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _PROGRESS_SECONDS)
            if self._ended.is_set() or self._latest == told or self._latest is None:
                continue
            told = self._latest
            values = {"done": told[0], "pages": told[1]}
            async with self._database.system() as connection:
                await connection.execute(_PROGRESS, self._file.key | values)
