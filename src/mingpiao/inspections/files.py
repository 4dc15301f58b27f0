"""Photographs and scans of working papers. Their bytes are checked, scanned and encrypted by the store of evidence."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.evidence.service import PHOTO_TYPES, EvidenceStore, clean_name
from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record
from mingpiao.inspections.store import get_inspection, get_paper
from mingpiao.inspections.tables import inspection_files
from mingpiao.inspections.work import InspectionState, PaperFile
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database

#: A working paper has no more files than this.
MAX_PAPER_FILES = 10


async def add_paper_file(
    database: Database,
    evidence: EvidenceStore,
    inspection_id: int,
    bill_id: int,
    name: str,
    data: bytes,
    *,
    acting: Acting,
) -> None:
    """Keep a file with a working paper; the same file again changes nothing.

    Raises `Refusal`: as `examine` for who may write, `inspection.too_many_files` (409), and what `EvidenceStore.add_file`
    raises for the file.
    """
    async with database.system() as connection:
        await _require_writer(connection, inspection_id, bill_id, acting=acting)
    stored = await evidence.add_file(data, allowed=PHOTO_TYPES, acting=acting)
    async with database.system() as connection:
        await _require_writer(connection, inspection_id, bill_id, acting=acting)
        known = {each.digest for each in await files_of_paper(connection, inspection_id, bill_id)}
        if stored.digest in known:
            return
        if len(known) >= MAX_PAPER_FILES:
            message = f"一张底稿最多附{MAX_PAPER_FILES}个文件，请合并后再上传。"
            raise refuse("inspection.too_many_files", message, field="file", status=409)
        shown = clean_name(name, stored.media_type)
        row = {
            "inspection_id": inspection_id,
            "bill_id": bill_id,
            "name": shown,
            "media_type": stored.media_type,
            "digest": bytes.fromhex(stored.digest),
            "size": stored.size,
            "added_by_name": acting.name,
            "added_at": now(),
        }
        await connection.execute(insert(inspection_files).values(row))
        await _record(connection, "add_file", inspection_id, bill_id, shown, acting=acting)


async def _require_writer(
    connection: AsyncConnection, inspection_id: int, bill_id: int, *, acting: Acting
) -> None:
    inspection = await get_inspection(connection, inspection_id, acting=acting)
    paper = await get_paper(connection, inspection_id, bill_id)
    if inspection.state is not InspectionState.WORKING or paper.inspector_id != acting.account_id:
        message = "只有检查人员本人在“检查中”可以上传文件，请刷新页面查看。"
        raise refuse("inspection.not_yours", message, field="file", status=409)


async def files_of_paper(
    connection: AsyncConnection, inspection_id: int, bill_id: int
) -> Sequence[PaperFile]:
    """The files of a working paper, the oldest first."""
    columns = inspection_files.c
    query = select(inspection_files).where(columns.inspection_id == inspection_id, columns.bill_id == bill_id)
    return [_file(row) for row in await connection.execute(query.order_by(columns.file_id))]


async def open_paper_file(
    connection: AsyncConnection,
    evidence: EvidenceStore,
    inspection_id: int,
    bill_id: int,
    file_id: int,
    *,
    acting: Acting,
) -> tuple[PaperFile, bytes]:
    """A file of a working paper with its bytes; who opens it is in the trail.

    Raises `Refusal`: `inspection.unknown`, `inspection.file_unknown` (404), and what `EvidenceStore.open_file` raises.
    """
    await get_inspection(connection, inspection_id, acting=acting)
    found = [
        each for each in await files_of_paper(connection, inspection_id, bill_id) if each.file_id == file_id
    ]
    if not found:
        raise refuse("inspection.file_unknown", "没有找到该文件，请返回底稿页面。", status=404)
    await _record(connection, "open_file", inspection_id, bill_id, found[0].name, acting=acting)
    return found[0], await evidence.open_file(found[0].digest)


async def _record(
    connection: AsyncConnection, what: str, inspection_id: int, bill_id: int, name: str, *, acting: Acting
) -> None:
    entry = AuditEntry(
        acting=acting,
        action=f"inspection:{what}",
        subject=f"inspection:{inspection_id}",
        details={"bill": f"{bill_id:018d}", "name": name},
    )
    await record(connection, entry)


def _file(row: Row[Any]) -> PaperFile:
    return PaperFile(
        file_id=row.file_id,
        name=row.name,
        media_type=row.media_type,
        digest=row.digest.hex(),
        size=row.size,
        added_by_name=row.added_by_name,
        added_at=row.added_at,
    )
