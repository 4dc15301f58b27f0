"""Marks: how far each reader of the event log has come. A mark is the first transaction it has not read."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.locks import NamedLock

_MARK = text("SELECT txid FROM reading_marks WHERE reader = :reader")
READING_MARKS = NamedLock("reading marks")

_LOCK_MARK = READING_MARKS.statement("SELECT txid FROM reading_marks WHERE reader = :reader FOR UPDATE")
_OPEN_MARK = text("INSERT INTO reading_marks (reader, txid) VALUES (:reader, 0) ON CONFLICT DO NOTHING")
_MOVE_MARK = text("UPDATE reading_marks SET txid = :stop WHERE reader = :reader AND txid = :start")


async def mark_of(connection: AsyncConnection, reader: str) -> int:
    """The transaction from which a reader continues; 0 for a new reader. Writes nothing."""
    return int(await connection.scalar(_MARK, {"reader": reader}) or 0)


async def lock_mark(connection: AsyncConnection, reader: str) -> int:
    """The mark of a reader, locked until the transaction ends, so that only one process reads at a time."""
    await connection.execute(_OPEN_MARK, {"reader": reader})
    return int(await connection.scalar(_LOCK_MARK.clause, {"reader": reader}) or 0)


async def move_mark(connection: AsyncConnection, reader: str, start: int, stop: int) -> bool:
    """Move a mark from `start` to `stop`; False when it is no longer at `start`, since another process moved it."""
    await connection.execute(_OPEN_MARK, {"reader": reader})
    moved = await connection.execute(_MOVE_MARK, {"reader": reader, "start": start, "stop": stop})
    return bool(moved.rowcount)
