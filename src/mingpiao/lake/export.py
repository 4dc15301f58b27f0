"""The export of bills into the lake, in portions; each bill is exported exactly once.

A mark says up to which transaction bills were exported. A portion is the finished transactions from the
mark on, up to the oldest that still runs. Its files are written first, under names derived from the
portion; then one short transaction adds them to the lake and moves the mark. If the process dies before
that, the portion is exported again. If two processes export the same portion, only one moves the mark.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from typing import Any

from mingpiao.catalog.service import CatalogStore
from mingpiao.issuing.service import (
    Portion,
    StoredBill,
    StoredReversal,
    next_portion,
    stored_bills,
    stored_reversals,
)
from mingpiao.journal.service import mark_of, move_mark
from mingpiao.lake.catalogue import FOLDER, add_files
from mingpiao.lake.model import Dataset, LakeFile
from mingpiao.lake.parquet import write_rows
from mingpiao.lake.rows import bill_row, reversal_row
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore
from mingpiao.units.service import UnitDirectory

_READER = "lake"
#: About how many bills a portion has: a file of some megabytes, ten seconds of work.
PORTION = 20_000


class Exporter:
    """Exports the bills that were committed since the last export."""

    def __init__(
        self, database: Database, files: FileStore, catalog: CatalogStore, units: UnitDirectory
    ) -> None:
        self._database = database
        self._files = files
        self._catalog = catalog
        self._units = units

    async def export(self, most: int = PORTION) -> int:
        """Export all bills up to now; returns how many portions of about `most` bills were added."""
        portions = 0
        while True:
            # This transaction must not write: readers of the event log wait for all older writing transactions.
            async with self._database.system() as connection:
                start = await mark_of(connection, _READER)
                portion = await next_portion(connection, start, most)
                if portion is None:
                    return portions
                bills = await stored_bills(connection, portion)
                reversals = await stored_reversals(connection, portion)
            written = await self._write(portion, bills, reversals)
            portions += await self._settle(portion, written)

    async def _write(
        self, portion: Portion, bills: Sequence[StoredBill], reversals: Sequence[StoredReversal]
    ) -> list[LakeFile]:
        catalog = await self._catalog.get()
        profiles = {
            unit_id: await self._units.profile(unit_id) for unit_id in {bill.unit_id for bill in bills}
        }
        months: dict[tuple[Dataset, date], list[dict[str, Any]]] = defaultdict(list)
        for bill in bills:
            row = bill_row(bill, profiles[bill.unit_id], catalog)
            months[Dataset.BILLS, bill.issued_at.date().replace(day=1)].append(row)
        for reversal in reversals:
            months[Dataset.REVERSALS, reversal.issued_at.date().replace(day=1)].append(reversal_row(reversal))
        return [await self._store(portion, *place, rows) for place, rows in months.items()]

    async def _store(
        self, portion: Portion, dataset: Dataset, month: date, rows: list[dict[str, Any]]
    ) -> LakeFile:
        data = await asyncio.to_thread(write_rows, dataset, rows)
        key = f"{FOLDER}/{dataset.value}/{month:%Y-%m}/{portion.start:020d}-{portion.stop:020d}.parquet"
        await self._files.put(key, data)
        return LakeFile(key=key, dataset=dataset, month=month, rows=len(rows), size=len(data))

    async def _settle(self, portion: Portion, written: Sequence[LakeFile]) -> int:
        """Add the files to the lake and return 1; return 0 if another process moved the mark meanwhile."""
        async with self._database.system() as connection:
            if not await move_mark(connection, _READER, portion.start, portion.stop):
                return 0
            await add_files(connection, written)
        return 1
