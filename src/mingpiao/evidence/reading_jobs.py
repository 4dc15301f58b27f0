"""What the worker does with a fresh paper: have it read, keep what it says, tell who waits for it.

A paper may be read twice at the same time or be broken off at any moment; it settles once.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.model import DocumentState, Extraction, Reading, Remark
from mingpiao.evidence.reader_pool import (
    OnProgress,
    PaperMustBeLookedAt,
    ReaderFailed,
    ReaderPool,
)
from mingpiao.evidence.reading.errors import PaperUnreadable
from mingpiao.evidence.store import LOOK_JOB, READ_JOB, EvidenceStore, enqueue_reading
from mingpiao.identity.model import Actor, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import Handler, Payload
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.database import Database
from mingpiao.storage.notices import notify

#: Told when a document settled, with "unit_id:digest".
SETTLED_CHANNEL = "evidence_settled"
#: A paper whose reader crashed so often is not tried again.
MAX_ATTEMPTS = 3
#: Nor one whose reading began so often without an end, as when it takes the worker down with it.
MOST_BEGINNINGS = 6
_PROGRESS_SECONDS = 0.3
_ACTOR = Actor(label="system:evidence_reader")

#: Called in the transaction in which a unit's document settles.
OnSettled = Callable[[AsyncConnection, int, str], Awaitable[None]]
#: What a large model remarks on a paper; never raises.
Understand = Callable[[Reading], Awaitable[tuple[Remark, ...]]]

_logger = logging.getLogger(__name__)

_BEGIN = text(
    "UPDATE evidence_documents SET state = 'reading', attempts = attempts + :fresh "
    "WHERE unit_id = :unit_id AND digest = :digest AND state IN ('waiting', 'reading') "
    "RETURNING media_type, attempts, pages"
)
_PROGRESS = text(
    "UPDATE evidence_documents SET pages_done = :done, pages = :pages "
    "WHERE unit_id = :unit_id AND digest = :digest AND state = 'reading'"
)
_SETTLE = text(
    "UPDATE evidence_documents SET state = :state, extraction = CAST(:extraction AS jsonb), "
    "failure_code = :failure_code, failure = :failure, read_at = now(), "
    "pages = CASE WHEN :pages > 0 THEN :pages ELSE pages END, pages_done = :pages "
    "WHERE unit_id = :unit_id AND digest = :digest AND state IN ('waiting', 'reading')"
)


class _Paper(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's paper that is being read."""

    unit_id: int
    digest: str

    @property
    def key(self) -> dict[str, Any]:
        return {"unit_id": self.unit_id, "digest": bytes.fromhex(self.digest)}


async def no_remarks(_reading: Reading) -> tuple[Remark, ...]:
    """For platforms without a large model."""
    return ()


class EvidenceReader:
    """Reads documents in a pool's processes. `on_settled` are called in the transaction that settles one."""

    def __init__(
        self,
        database: Database,
        store: EvidenceStore,
        pool: ReaderPool,
        *,
        on_settled: Sequence[OnSettled] = (),
        understand: Understand = no_remarks,
    ) -> None:
        self._database = database
        self._store = store
        self._pool = pool
        self._on_settled = on_settled
        self._understand = understand

    def handlers(self, *, at_once: int) -> tuple[Handler, ...]:
        """Who does the queue's reading jobs; one place is left to papers with text."""
        return (
            Handler(name=READ_JOB, work=self.read, at_once=at_once),
            Handler(name=LOOK_JOB, work=self.look, at_once=max(1, at_once - 1)),
        )

    async def read(self, payload: Payload) -> None:
        """Read a paper that has text; one without is left to `look`."""
        paper = msgspec.convert(payload, _Paper)
        await self._attempt(paper, self._read_text, fresh=True)

    async def look(self, payload: Payload) -> None:
        """Read a paper some of whose pages are pictures."""
        paper = msgspec.convert(payload, _Paper)
        await self._attempt(paper, self._look_at_pages, fresh=False)

    async def _attempt(
        self,
        paper: _Paper,
        read: Callable[[_Paper, bytes, Any, OnProgress], Awaitable[Reading | None]],
        *,
        fresh: bool,
    ) -> None:
        async with self._database.system() as connection:
            row = (await connection.execute(_BEGIN, paper.key | {"fresh": int(fresh)})).one_or_none()
        if row is None:
            return
        if row.attempts > MOST_BEGINNINGS:
            await self._settle_unreadable(paper, "evidence.reader_crashed", _crashed(row.attempts - 1))
            return
        try:
            data = await self._store.open_file(paper.digest)
            async with _Telling(self._database, paper) as tell:
                reading = await read(paper, data, row, tell)
        except PaperUnreadable as reason:
            await self._settle_unreadable(paper, reason.code, reason.message)
        except Refusal as refusal:
            problem = refusal.problems[0]
            await self._settle_unreadable(paper, problem.code, problem.message)
        except ReaderFailed as failure:
            await self._after_failure(paper, failure, row.attempts)
        else:
            if reading is not None:
                remarks = await self._understand(reading)
                extraction = msgspec.structs.replace(reading.extraction, remarks=remarks)
                await self._settle(paper, DocumentState.READ, extraction)

    async def _read_text(self, paper: _Paper, data: bytes, row: Any, tell: OnProgress) -> Reading | None:
        try:
            return await self._pool.read_paper(data, row.media_type, tell)
        except PaperMustBeLookedAt as must:
            async with self._database.system() as connection:
                await connection.execute(_PROGRESS, paper.key | {"done": 0, "pages": must.pages})
                await enqueue_reading(connection, paper.unit_id, paper.digest, look=True)
            return None

    async def _look_at_pages(self, _paper: _Paper, data: bytes, row: Any, tell: OnProgress) -> Reading:
        return await self._pool.look_at_paper(data, row.media_type, row.pages, tell)

    async def _after_failure(self, paper: _Paper, failure: ReaderFailed, attempts: int) -> None:
        _logger.warning("reading %s failed (attempt %s): %s", paper.digest, attempts, failure)
        if failure.code == "evidence.reader_timeout":
            message = "文件在限定的时间内没有识别完，请拆分或另存为普通 PDF 后重新上传。"
        elif attempts >= MAX_ATTEMPTS:
            message = _crashed(attempts)
        else:
            raise failure
        await self._settle_unreadable(paper, failure.code, message)

    async def _settle_unreadable(self, paper: _Paper, code: str, message: str) -> None:
        await self._settle(paper, DocumentState.UNREADABLE, None, code, message)

    async def _settle(
        self,
        paper: _Paper,
        state: DocumentState,
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
            if (await connection.execute(_SETTLE, paper.key | values)).rowcount == 0:
                return
            details = {"state": state.value} | ({"failure": failure_code} if failure_code else {})
            entry = AuditEntry(
                actor=_ACTOR,
                action="evidence:read",
                subject=f"evidence:{paper.digest}",
                unit_id=paper.unit_id,
                details=details,
            )
            await record(connection, entry)
            await notify(connection, SETTLED_CHANNEL, f"{paper.unit_id}:{paper.digest}")
            for hook in self._on_settled:
                await hook(connection, paper.unit_id, paper.digest)


def _crashed(attempts: int) -> str:
    return f"识别程序在处理该文件时{attempts}次异常退出，请另存为普通 PDF 后重新上传。"


class _Telling:
    """Writes progress down, at most three times a second, and never after the reading has ended."""

    def __init__(self, database: Database, paper: _Paper) -> None:
        self._database = database
        self._paper = paper
        self._latest: tuple[int, int] | None = None
        self._ended = asyncio.Event()
        self._writing = asyncio.create_task(self._write())

    def __call__(self, done: int, pages: int) -> None:
        self._latest = (done, pages)

    async def __aenter__(self) -> "_Telling":
        return self

    async def __aexit__(self, *_: object) -> None:
        self._ended.set()
        await self._writing

    async def _write(self) -> None:
        told = None
        while not self._ended.is_set():
            # A paper that is read at once need not tell how far it is.
            with suppress(TimeoutError):
                await asyncio.wait_for(self._ended.wait(), _PROGRESS_SECONDS)
            if self._ended.is_set() or self._latest == told or self._latest is None:
                continue
            told = self._latest
            values = {"done": told[0], "pages": told[1]}
            async with self._database.system() as connection:
                await connection.execute(_PROGRESS, self._paper.key | values)
