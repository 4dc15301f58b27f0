"""How far each reader of the log has come: up to which transaction, without it."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.locks import NamedLock

_MARK = text("SELECT txid FROM reading_marks WHERE reader = :reader")
READING_MARKS = NamedLock("reading marks")

_LOCK_MARK = READING_MARKS.statement("SELECT txid FROM reading_marks WHERE reader = :reader FOR UPDATE")
_OPEN_MARK = text("INSERT INTO reading_marks (reader, txid) VALUES (:reader, 0) ON CONFLICT DO NOTHING")
_MOVE_MARK = text("UPDATE reading_marks SET txid = :stop WHERE reader = :reader AND txid = :start")


async def mark_of(connection: AsyncConnection, reader: str) -> int:
    """Where a reader goes on; 0 before its first time. Writes nothing."""
    return int(await connection.scalar(_MARK, {"reader": reader}) or 0)


async def lock_mark(connection: AsyncConnection, reader: str) -> int:
    """The same, held until the transaction ends, so that one at a time reads on."""
    await connection.execute(_OPEN_MARK, {"reader": reader})
    return int(await connection.scalar(_LOCK_MARK.clause, {"reader": reader}) or 0)


async def move_mark(connection: AsyncConnection, reader: str, start: int, stop: int) -> bool:
    """Move a mark that still is where it was read; False when another reader of the name came first."""
    await connection.execute(_OPEN_MARK, {"reader": reader})
    moved = await connection.execute(_MOVE_MARK, {"reader": reader, "start": start, "stop": stop})
    return bool(moved.rowcount)
