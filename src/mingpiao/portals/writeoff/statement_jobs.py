"""The worker's part of 银行流水: reads a stored file, and either tells what it would add or adds it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from mingpiao.kernel.errors import Refusal
from mingpiao.portals.sheets import Rows, read_table
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.writeoff.model import StatementState
from mingpiao.writeoff.service import (
    HEAD_ROWS,
    MOST_STATEMENT_LINES,
    ask_for_matching,
    check_statement,
    fail_statement,
    get_statement,
    import_statement,
    statement_key,
)

MAX_STATEMENT = 40 * 1024 * 1024
_MAX_UNPACKED = 400 * 1024 * 1024


class StatementReader:
    """Does the job of one statement."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files

    async def handle(self, payload: Mapping[str, Any]) -> None:
        """Read or import a statement, by its state; one at rest stays as it is, and one that was deleted is no work."""
        try:
            async with self._database.system() as connection:  # system: a worker's job
                found = await get_statement(connection, payload["unit_id"], payload["statement_id"])
        except Refusal:
            return
        if not found.state.moving:
            return
        data = await self._files.get(statement_key(found.unit_id, found.statement_id))
        if data is None:
            await fail_statement(self._database, found, "文件没有保存成功，请重新上传。")
            return
        try:
            rows = await asyncio.to_thread(read_statement_file, data)
        except Refusal as refusal:
            await fail_statement(self._database, found, refusal.problems[0].message)
            return
        if found.state is StatementState.READING:
            await check_statement(self._database, found, rows)
            return
        await import_statement(self._database, found, rows)
        async with self._database.system() as connection:  # system: a job is requested
            await ask_for_matching(connection, found.unit_id)


def read_statement_file(data: bytes) -> Rows:
    """The rows of a statement: XLSX or CSV (UTF-8, GB 18030, UTF-16). Raises `Refusal` (`import.*`)."""
    return read_table(
        data,
        max_rows=MOST_STATEMENT_LINES + HEAD_ROWS,
        max_bytes=MAX_STATEMENT,
        max_unpacked=_MAX_UNPACKED,
        headed=False,
    )
