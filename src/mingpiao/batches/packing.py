"""ZIP files with the OFDs of a batch, made in the background and deleted after some days."""

import asyncio
import tempfile
import zipfile
from pathlib import Path
from typing import Protocol

from sqlalchemy import text

from mingpiao.batches import store
from mingpiao.batches.model import BatchRow, BillBatch, PackState, RowState
from mingpiao.batches.store import PACK_KEPT, pack_key
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.issuing.model import BillDocument
from mingpiao.issuing.service import get_document
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

PACK_JOB = "pack_batch"
PURGE_JOB = "purge_batch_packs"
#: Documents after which progress is told.
_TOLD_EVERY = 50


class DrawsOfd(Protocol):
    """What makes the OFD of a bill."""

    async def ofd(self, document: BillDocument) -> bytes:
        """The bill as OFD with both seals."""
        ...


async def ask_for_pack(database: Database, batch_id: int, *, acting: Acting) -> None:
    """Have the OFDs of a unit's batch packed.

    Raises `Refusal`: `batch.unknown` (404), `batch.nothing_issued` (409), `batch.packing` (409) where they are being
    packed already.
    """
    async with database.system() as connection:
        batch = await store.lock_batch(connection, batch_id)
        if acting.unit_id != batch.unit_id:
            raise refuse("batch.unknown", "没有找到该批次，请从批量开具记录中选择。", status=404)
        if not batch.count(RowState.ISSUED):
            raise refuse("batch.nothing_issued", "该批次还没有开具的票据，请先开具。", status=409)
        if batch.pack_state is PackState.WAITING:
            message = "该批次的OFD正在打包，完成后在本页下载，不必重复打包。"
            raise refuse("batch.packing", message, status=409)
        await connection.execute(_WAIT, {"batch_id": batch_id})
        entry = AuditEntry(
            acting=acting, action="batch:pack", subject=f"batch:{batch_id}", unit_id=batch.unit_id
        )
        await record(connection, entry)
        await enqueue(connection, PACK_JOB, {"batch_id": batch_id}, key=f"{PACK_JOB}:{batch_id}")


async def write_pack(database: Database, files: FileStore, documents: DrawsOfd, batch_id: int) -> None:
    """Pack the OFDs of a batch that waits for it. Safe to repeat; cut off, it begins anew."""
    async with database.system() as connection:
        try:
            batch = await store.get_batch(connection, batch_id)
        except Refusal:
            return
        rows = await store.rows_in(connection, batch_id, [RowState.ISSUED])
    if batch.pack_state is not PackState.WAITING:
        return
    with tempfile.TemporaryDirectory(prefix="mingpiao-batch-") as folder:
        path = Path(folder) / "batch.zip"
        await _write(database, documents, batch, rows, path)
        expires = now() + PACK_KEPT
        await files.put_file(pack_key(batch_id, expires), path)
        values = {
            "batch_id": batch_id,
            "count": len(rows),
            "size": path.stat().st_size,
            "expires": expires,
        }
    async with database.system() as connection:
        await connection.execute(_READY, values)


async def _write(
    database: Database, documents: DrawsOfd, batch: BillBatch, rows: list[BatchRow], path: Path
) -> None:
    # An OFD is a ZIP file itself, so compressing it again would only take time.
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number, row in enumerate(rows, start=1):
            if row.bill_id is None or row.identity is None:
                continue
            async with database.system() as connection:
                document = await get_document(connection, row.bill_id)
            name = f"{row.row_no:05d}-{row.identity.code}-{row.identity.number}.ofd"
            await asyncio.to_thread(archive.writestr, name, await documents.ofd(document))
            if number % _TOLD_EVERY == 0:
                async with database.system() as connection:
                    await connection.execute(_ADVANCE, {"batch_id": batch.batch_id, "count": number})


async def purge_packs(database: Database, files: FileStore) -> None:
    """Delete ZIP files that have expired: first the file, then what names it."""
    async with database.system() as connection:
        over = (await connection.execute(_EXPIRED, {"moment": now()})).all()
    for batch_id, expires_at in over:
        await files.delete(pack_key(batch_id, expires_at))
        async with database.system() as connection:
            await connection.execute(_FORGET, {"batch_id": batch_id, "moment": now()})


async def ask_for_pack_purge(database: Database) -> None:
    """Request the deletion of expired ZIP files, and packs again that nobody makes."""
    async with database.system() as connection:
        await enqueue(connection, PURGE_JOB, {}, key=PURGE_JOB)
        for batch_id in (await connection.execute(_WAITING)).scalars().all():
            await enqueue(connection, PACK_JOB, {"batch_id": batch_id}, key=f"{PACK_JOB}:{batch_id}")


_WAIT = text("UPDATE batches SET pack_state = 'waiting', packed_count = 0 WHERE batch_id = :batch_id")
_ADVANCE = text(
    "UPDATE batches SET packed_count = :count WHERE batch_id = :batch_id AND pack_state = 'waiting'"
)
_READY = text(
    """
UPDATE batches SET pack_state = 'ready', packed_count = :count, packed_size = :size, pack_expires_at = :expires
WHERE batch_id = :batch_id AND pack_state = 'waiting'
"""
)
_EXPIRED = text(
    "SELECT batch_id, pack_expires_at FROM batches WHERE pack_state = 'ready' AND pack_expires_at < :moment"
)
_FORGET = text(
    """
UPDATE batches SET pack_state = 'none', packed_count = 0, packed_size = 0, pack_expires_at = NULL
WHERE batch_id = :batch_id AND pack_state = 'ready' AND pack_expires_at < :moment
"""
)
_WAITING = text("SELECT batch_id FROM batches WHERE pack_state = 'waiting'")
