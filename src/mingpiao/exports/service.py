"""Exports of lists: a page requests one, a worker writes it, and the account that requested it downloads it.

The file is in the file store under `file_key`. It is deleted before its row is, so no file is left without a
row.
"""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.exports.model import Export, ExportOrder, ExportState
from mingpiao.exports.settings import ExportSettings as ExportSettings
from mingpiao.exports.turns import ExportTurns as ExportTurns
from mingpiao.identity.model import Account, AuditEntry
from mingpiao.identity.service import record
from mingpiao.jobs.queue import enqueue
from mingpiao.kernel.errors import refuse
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.storage.locks import NamedLock
from mingpiao.storage.paging import KeyColumn, Keyset, Page

WRITE_JOB = "write_export"
PURGE_JOB = "purge_exports"
#: How long a file can be downloaded, counted from the request.
KEPT_FOR = timedelta(days=7)
#: Exports of one account that may be waiting or in progress at a time.
MOST_AT_ONCE = 3
_PORTION = 500
_NEWEST_FIRST = Keyset(KeyColumn("export_id", int, descending=True))

EXPORTS = NamedLock("exports")

_LOCK_OWNER = EXPORTS.statement(
    "SELECT pg_advisory_xact_lock(hashtext('exports'), CAST(:account_id % 2147483647 AS integer))"
)
_OPEN = text("SELECT * FROM exports WHERE account_id = :account_id AND state IN ('waiting', 'running')")
_INSERT = text(
    "INSERT INTO exports (account_id, list, title, file_name, format, question, expires_at) "
    "VALUES (:account_id, :list_name, :title, :file_name, :format, CAST(:question AS jsonb), now() + :kept_for) "
    "RETURNING *"
)
_GET = text("SELECT * FROM exports WHERE export_id = :export_id")
_LIST = text(
    "SELECT * FROM exports WHERE account_id = :account_id AND export_id < :before ORDER BY export_id DESC LIMIT :limit"
)
_BEGIN = text(
    "UPDATE exports SET state = 'running', written = 0 "
    "WHERE export_id = :export_id AND state IN ('waiting', 'running') RETURNING *"
)
_ADVANCE = text("UPDATE exports SET written = :written WHERE export_id = :export_id AND state = 'running'")
_END = text(
    "UPDATE exports SET state = :state, size = :size, failure = :failure, finished_at = now() "
    "WHERE export_id = :export_id AND state = 'running'"
)
_EXPIRED = text("SELECT export_id FROM exports WHERE expires_at < now() ORDER BY expires_at LIMIT :limit")
_FORGET = text("DELETE FROM exports WHERE export_id = :export_id AND expires_at < now()")


def file_key(export_id: int) -> str:
    """The key of an export's file in the file store."""
    return f"exports/{export_id}"


async def ask_for_export(
    connection: AsyncConnection, account: Account, order: ExportOrder, audit: AuditEntry
) -> Export:
    """Request that a worker writes a list, and write the audit row; an equal request that is still open is
    returned instead.

    Raises `Refusal` (`export.too_many`, 429) if the account has three exports open.
    """
    whose = {"account_id": account.account_id}
    await connection.execute(_LOCK_OWNER.clause, whose)
    waiting = [_export(row) for row in (await connection.execute(_OPEN, whose)).mappings()]
    same = [each for each in waiting if _question(each.order) == _question(order)]
    if same:
        return same[0]
    if len(waiting) >= MOST_AT_ONCE:
        raise refuse("export.too_many", "您有3个导出正在进行，请等待其中一个完成后再导出。", status=429)
    values = msgspec.structs.asdict(order) | {"question": msgspec.json.encode(order.question).decode()}
    row = (await connection.execute(_INSERT, whose | values | {"kept_for": KEPT_FOR})).mappings().one()
    await record(connection, audit)
    await enqueue(
        connection, WRITE_JOB, {"export_id": row["export_id"]}, key=f"{WRITE_JOB}:{row['export_id']}"
    )
    return _export(row)


def _question(order: ExportOrder) -> tuple[str, str, dict[str, str]]:
    return order.list_name, order.format, order.question


async def list_exports(
    connection: AsyncConnection, account_id: int, *, after: str = "", limit: int = 50
) -> Page[Export]:
    """An account's exports, newest first. Raises `Refusal` (`list.key_malformed`)."""
    before = _NEWEST_FIRST.read(after)[0] if after else 2**63 - 1
    values = {"account_id": account_id, "before": before, "limit": limit + 1}
    found = [_export(row) for row in (await connection.execute(_LIST, values)).mappings()]
    return _NEWEST_FIRST.page(found, limit)


async def get_export(connection: AsyncConnection, account_id: int, export_id: int) -> Export:
    """An account's own export. Raises `Refusal` (`export.unknown`, 404) for any other."""
    row = None
    if 0 < export_id < 2**63:
        row = (await connection.execute(_GET, {"export_id": export_id})).mappings().one_or_none()
    if row is None or row["account_id"] != account_id:
        raise refuse("export.unknown", "没有找到该导出，或文件已过期清理，请重新导出。", status=404)
    return _export(row)


async def begin_export(connection: AsyncConnection, export_id: int) -> Export | None:
    """Start an export, or start it again after a worker was killed; returns None if there is nothing to do."""
    row = (await connection.execute(_BEGIN, {"export_id": export_id})).mappings().one_or_none()
    return _export(row) if row else None


async def advance_export(connection: AsyncConnection, export_id: int, written: int) -> None:
    """Record how many rows are written."""
    await connection.execute(_ADVANCE, {"export_id": export_id, "written": written})


async def end_export(
    connection: AsyncConnection, export_id: int, *, size: int = 0, failure: str = ""
) -> None:
    """Record that the file is complete and stored, or that it failed, with the reason in Chinese."""
    state = ExportState.FAILED if failure else ExportState.READY
    values: dict[str, Any] = {"export_id": export_id, "state": state.value, "size": size, "failure": failure}
    await connection.execute(_END, values)


async def purge_exports(database: Database, files: FileStore) -> None:
    """Delete exports that have expired: first the file, then the row that names it."""
    while True:
        async with database.system() as connection:
            over = list((await connection.execute(_EXPIRED, {"limit": _PORTION})).scalars())
        for export_id in over:
            await files.delete(file_key(export_id))
            async with database.system() as connection:
                await connection.execute(_FORGET, {"export_id": export_id})
        if not over:
            return


async def ask_for_purge(database: Database) -> None:
    """Request the deletion of expired files."""
    async with database.system() as connection:
        await enqueue(connection, PURGE_JOB, {}, key=PURGE_JOB)


def _export(row: RowMapping) -> Export:
    order = ExportOrder(
        list_name=row["list"],
        title=row["title"],
        file_name=row["file_name"],
        format=row["format"],
        question=row["question"],
    )
    own = {name: row[name] for name in Export.__struct_fields__ if name not in ("order", "state")}
    return Export(order=order, state=ExportState(row["state"]), **own)
