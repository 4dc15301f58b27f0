"""Merging small files: an export every minute makes many, and each one slows readers down."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from mingpiao.lake.catalogue import FOLDER, add_files, list_files, remove_files
from mingpiao.lake.model import Dataset, LakeFile
from mingpiao.lake.parquet import merge_files
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

#: Up to so many small files of a month are not merged.
_FEW = 8
#: Files of this size (bytes) are not merged further; merged files are not much larger.
_BIG = 64 * 1024 * 1024


async def compact(database: Database, files: FileStore) -> None:
    """Merge the small files of each month; readers see the old ones or the new one, never both."""
    async with database.system() as connection:
        listed = await list_files(connection)
    months: dict[tuple[Dataset, date], list[LakeFile]] = defaultdict(list)
    for each in listed:
        if each.size < _BIG:
            months[each.dataset, each.month].append(each)
    for (dataset, month), small in months.items():
        if len(small) > _FEW:
            await _merge(database, files, dataset, month, _together(small))


def _together(small: Sequence[LakeFile]) -> list[LakeFile]:
    """The first of these files, as many as together reach the size of a big file."""
    chosen: list[LakeFile] = []
    for each in small:
        chosen.append(each)
        if sum(one.size for one in chosen) >= _BIG:
            break
    return chosen


async def _merge(
    database: Database, files: FileStore, dataset: Dataset, month: date, small: Sequence[LakeFile]
) -> None:
    with TemporaryDirectory(prefix="mingpiao-lake-") as folder:
        paths = []
        for number, each in enumerate(small):
            data = await files.get(each.key)
            if data is None:
                return
            path = Path(folder) / f"{number}.parquet"
            await asyncio.to_thread(path.write_bytes, data)
            paths.append(path)
        merged = await asyncio.to_thread(merge_files, paths)
    first, last = (Path(each.key).stem.partition("-") for each in (small[0], small[-1]))
    key = f"{FOLDER}/{dataset.value}/{month:%Y-%m}/{first[0]}-{last[2]}.parquet"
    await files.put(key, merged)
    fresh = LakeFile(
        key=key, dataset=dataset, month=month, rows=sum(each.rows for each in small), size=len(merged)
    )
    async with database.system() as connection:
        # If two workers merge the same files, the second finds them removed and does not add its own file.
        if await remove_files(connection, [each.key for each in small]) == len(small):
            await add_files(connection, [fresh])
        else:
            await connection.rollback()
