"""佐证材料 of units: upload files, find them, open them, and queue their reading."""

import asyncio
from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import sm3
from mingpiao.evidence import uploads
from mingpiao.evidence.model import EvidenceFile, EvidenceState, Extraction, LikePaper
from mingpiao.evidence.scanning import Scanner
from mingpiao.evidence.vault import Vault
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.backlog import Backlog, backlog_by
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

#: Jobs of the worker: the first reads a file's text layer, the second files with pages that have none.
READ_JOB = "read_evidence"
LOOK_JOB = "look_at_evidence"

#: Failures of the platform itself: when such a file is uploaded again, it is read again.
READER_FAILURES = frozenset({"evidence.reader_timeout", "evidence.reader_crashed", "evidence.file_damaged"})

_BY_DIGESTS = text(
    """
SELECT own.unit_id, own.digest, own.name, own.media_type, own.size, own.pages, own.state, own.pages_done, own.extraction,
    own.failure_code, own.failure, own.uploaded_by, own.uploaded_at, paper.used_amount, paper.used_bills, own.paper,
    alike.name AS like_name, likes_paper.used_amount AS like_amount, likes_paper.used_bills AS like_bills
FROM evidence_files AS own
JOIN evidence_files AS paper
    ON (paper.unit_id, paper.digest) = (own.unit_id, coalesce(own.paper, own.digest))
LEFT JOIN evidence_files AS alike ON (alike.unit_id, alike.digest) = (own.unit_id, own.resembles)
LEFT JOIN evidence_files AS likes_paper
    ON (likes_paper.unit_id, likes_paper.digest) = (alike.unit_id, coalesce(alike.paper, alike.digest))
WHERE own.unit_id = :unit_id AND own.digest = ANY(:digests)
"""
)
_INSERT = text(
    "INSERT INTO evidence_files (unit_id, digest, region_code, name, media_type, size, uploaded_by, "
    "uploaded_by_name) SELECT unit_id, :digest, region_code, :name, :media_type, :size, :uploaded_by, "
    ":uploaded_by_name FROM listed_units "
    "WHERE unit_id = :unit_id ON CONFLICT DO NOTHING"
)
_READ_AGAIN = text(
    "UPDATE evidence_files SET state = 'waiting', attempts = 0, pages_done = 0, failure_code = '', failure = '' "
    "WHERE unit_id = :unit_id AND digest = :digest AND state = 'unreadable' AND failure_code = ANY(:failures)"
)
_OPEN = text(
    "SELECT count(*) FROM (SELECT FROM evidence_files "
    "WHERE unit_id = :unit_id AND state IN ('waiting', 'reading') LIMIT :most) AS open_files"
)
_MOST_COUNTED = 200
_LOST = text(
    """
SELECT unit_id, digest FROM evidence_files
WHERE state IN ('waiting', 'reading') AND uploaded_at < now() - interval '1 minute' AND NOT EXISTS (
    SELECT FROM open_jobs WHERE dedupe_key IN (
        :read || unit_id || ':' || encode(digest, 'hex'), :look || unit_id || ':' || encode(digest, 'hex')))
ORDER BY uploaded_at LIMIT 1000
"""
)

_BACKLOG = text(
    "SELECT count(*) AS waiting, min(uploaded_at) AS since FROM evidence_files "
    "WHERE state IN ('waiting', 'reading') AND starts_with(region_code, :prefix)"
)


async def unread_files(connection: AsyncConnection, region_code: str) -> Backlog:
    """Files of units of a region, and of all below it, that wait to be read."""
    return await backlog_by(connection, _BACKLOG, {"prefix": region_prefix(region_code)})


class StoredFile(msgspec.Struct, frozen=True, kw_only=True):
    """A stored file: `digest` is its SM3 in hex, `size` in bytes."""

    digest: str
    media_type: str
    size: int


class EvidenceStore:
    """Receives files, checks and encrypts them, and queues their reading by the worker."""

    def __init__(self, database: Database, files: FileStore, master_key: MasterKey, scanner: Scanner) -> None:
        self._database = database
        self._vault = Vault(database, files, master_key)
        self._scanner = scanner

    async def add(
        self,
        unit_id: int,
        name: str,
        data: bytes,
        *,
        acting: Acting,
        allowed: frozenset[str] = uploads.EVIDENCE_TYPES,
    ) -> EvidenceFile:
        """Store a unit's file and queue its reading. A file with the same bytes is not stored again.

        Raises `Refusal`: those of `uploads.check`, `evidence.infected` (422),
        `evidence.scanner_unavailable` (503).
        """
        media_type = uploads.check(data, allowed)
        digest = (await asyncio.to_thread(sm3, data)).hex()
        known = await self._find(unit_id, digest)
        if known is not None and known.failure_code not in READER_FAILURES:
            return known
        await self._refuse_virus(data, name, acting=acting, unit_id=unit_id)
        await self._vault.keep(data)
        return await self._enter(
            unit_id, digest, uploads.clean_name(name, media_type), media_type, len(data), acting=acting
        )

    async def add_file(
        self, data: bytes, *, allowed: frozenset[str], acting: Acting, unit_id: int | None = None
    ) -> StoredFile:
        """Check, scan and store a file that is not evidence, such as a qualification. Raises `Refusal` as `add`."""
        media_type = uploads.check(data, allowed)
        await self._refuse_virus(data, "", acting=acting, unit_id=unit_id)
        return StoredFile(digest=await self._vault.keep(data), media_type=media_type, size=len(data))

    async def open_file(self, digest: str) -> bytes:
        """The bytes of a file by its SM3 in hex, which is checked. Raises `Refusal`: `evidence.not_found` (404),
        `evidence.file_damaged` (503)."""
        return await self._vault.open(digest)

    async def _find(self, unit_id: int, digest: str) -> EvidenceFile | None:
        async with self._database.system() as connection:
            return (await get_evidence_files(connection, unit_id, [digest])).get(digest)

    async def _refuse_virus(self, data: bytes, name: str, *, acting: Acting, unit_id: int | None) -> None:
        virus = await self._scanner.find_virus(data)
        if virus is None:
            return
        digest = (await asyncio.to_thread(sm3, data)).hex()
        async with self._database.system() as connection:
            await record(
                connection,
                AuditEntry(
                    acting=acting,
                    action="evidence:infected",
                    subject=f"evidence:{digest}",
                    unit_id=unit_id,
                    details={"name": name[:200], "virus": virus[:200]},
                ),
            )
        raise refuse(
            "evidence.infected",
            f"文件含有病毒（{virus[:60]}），已拒绝保存。请先查杀本机病毒，再上传干净的文件。",
            field="file",
            status=422,
        )

    async def _enter(
        self, unit_id: int, digest: str, name: str, media_type: str, size: int, *, acting: Acting
    ) -> EvidenceFile:
        values = {"unit_id": unit_id, "digest": bytes.fromhex(digest)}
        row: dict[str, Any] = {
            "name": name,
            "media_type": media_type,
            "size": size,
            "uploaded_by": acting.actor,
            "uploaded_by_name": acting.name if acting.account else "",
        }
        again = {"failures": sorted(READER_FAILURES)}
        async with self._database.system() as connection:
            fresh = (await connection.execute(_INSERT, values | row)).rowcount == 1
            if fresh or (await connection.execute(_READ_AGAIN, values | again)).rowcount == 1:
                await _audit_upload(connection, unit_id, digest, name, acting=acting)
                await enqueue_reading(connection, unit_id, digest)
            return (await get_evidence_files(connection, unit_id, [digest]))[digest]


async def _audit_upload(
    connection: AsyncConnection, unit_id: int, digest: str, name: str, *, acting: Acting
) -> None:
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action="evidence:upload",
            subject=f"evidence:{digest}",
            unit_id=unit_id,
            details={"name": name},
        ),
    )


async def enqueue_reading(
    connection: AsyncConnection, unit_id: int, digest: str, *, look: bool = False
) -> None:
    """Queue the reading of a file, to begin after the transaction commits; a file has only one job at a time.

    With `look`, pages without text are read by OCR. The files of a unit that uploads many at once have a
    lower priority than those of others.
    """
    open_files = await connection.scalar(_OPEN, {"unit_id": unit_id, "most": _MOST_COUNTED})
    name = LOOK_JOB if look else READ_JOB
    await enqueue(
        connection,
        name,
        {"unit_id": unit_id, "digest": digest},
        key=f"{name}:{unit_id}:{digest}",
        priority=-((open_files or 0) // 10),
    )


async def enqueue_lost(database: Database) -> None:
    """Queue the reading of files that have waited for more than a minute and have no job."""
    async with database.system() as connection:
        lost = await connection.execute(_LOST, {"read": f"{READ_JOB}:", "look": f"{LOOK_JOB}:"})
        for row in lost.all():
            await enqueue_reading(connection, row.unit_id, row.digest.hex())


async def get_evidence_files(
    connection: AsyncConnection, unit_id: int, digests: Iterable[str]
) -> dict[str, EvidenceFile]:
    """A unit's files by digest, in the order asked for; those outside the connection's scope or unknown are left out."""
    wanted = [digest for digest in digests if is_digest(digest)]
    if not wanted:
        return {}
    asked = {"unit_id": unit_id, "digests": [bytes.fromhex(digest) for digest in wanted]}
    rows = await connection.execute(_BY_DIGESTS, asked)
    files = {file.digest: file for file in map(_file, rows.mappings())}
    return {digest: files[digest] for digest in wanted if digest in files}


def is_digest(text_: str) -> bool:
    """Whether a text has the form of an SM3: 64 lower-case hex digits."""
    return len(text_) == 64 and all(c in "0123456789abcdef" for c in text_)


def _file(row: RowMapping) -> EvidenceFile:
    values: dict[str, Any] = dict(row)
    values["digest"] = values["digest"].hex()
    values["state"] = EvidenceState(values["state"])
    if values["extraction"] is not None:
        values["extraction"] = msgspec.convert(values["extraction"], Extraction)
    name, amount, bills = (values.pop(f"like_{each}") for each in ("name", "amount", "bills"))
    values["paper"] = "" if values["paper"] is None else values["paper"].hex()
    values["like"] = LikePaper(name=name, amount=amount, bills=bills) if bills else None
    return EvidenceFile(**values)
