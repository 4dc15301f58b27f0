"""The worker's part of an import of former bills: reads the stored file, and judges its bills or takes them in."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any

from mingpiao.catalog.service import CatalogStore
from mingpiao.former.model import FormerImport, FormerImportState
from mingpiao.former.service import (
    Archive,
    ReadEntry,
    end_former_import,
    fail_former_import,
    get_former_import,
    import_key,
    is_xml,
    read_rows,
    read_xml,
    units_of_import,
    work_through,
)
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.former.sheet import SHEET
from mingpiao.portals.imports import read_rows as rows_of_sheet
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.writeoff.service import carry_to_former

_ZIP = b"PK\x03\x04"


class FormerReader:
    """Does the job of one import."""

    def __init__(self, database: Database, files: FileStore, catalog: CatalogStore) -> None:
        self._database = database
        self._files = files
        self._catalog = catalog

    async def handle(self, payload: Mapping[str, Any]) -> None:
        """Judge or take in a file, by its state, from where an earlier run was cut off; one at rest stays as it is."""
        async with self._database.system() as connection:  # system: a worker's job
            found = await get_former_import(connection, payload["import_id"])
        if not found.state.moving:
            return
        data = await self._files.get(import_key(found.import_id))
        if data is None:
            await fail_former_import(self._database, found, "文件没有保存成功，请重新上传。")
            return
        try:
            entries, count = await asyncio.to_thread(entries_of, data, found)
            if await work_through(self._database, self._catalog, found, entries, count):
                await self._end(found)
        except Refusal as refusal:
            await fail_former_import(self._database, found, refusal.problems[0].message)

    async def _end(self, found: FormerImport) -> None:
        if found.state is FormerImportState.IMPORTING:
            async with self._database.system() as connection:  # system: a worker's job
                taken = await units_of_import(connection, found.import_id)
            # Before the import is at rest: one that is killed here is taken up again, and carried then.
            await carry_to_former(self._database, taken)
        await end_former_import(self._database, found)


def entries_of(data: bytes, found: FormerImport) -> tuple[Iterator[ReadEntry], int]:
    """The bills of a file from its beginning, and how many it has.

    A file is XML, a ZIP of such files, or a table (XLSX, CSV). Raises `Refusal` (`import.*`, `former.*`).
    """
    if data.startswith(_ZIP):
        archive = Archive(data)
        if not archive.holds_table:
            return archive.entries(), len(archive)
    elif is_xml(data):
        return iter([read_xml(1, found.file_name[:100], data)]), 1
    rows = rows_of_sheet(SHEET, data)
    read = read_rows((row.number, row.values) for row in rows)
    return iter(read), len(read)
