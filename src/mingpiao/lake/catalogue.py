"""Which files make up the lake: rows of `lake_files`, and copies in a local folder."""

import asyncio
import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from uuid import uuid4

import msgspec
from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import now
from mingpiao.lake.model import Dataset, LakeFile
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

FOLDER = "lake"
#: How long a replaced file is kept for readers that have already listed it.
LINGER_SECONDS = 3_600.0
_ATTEMPTS = 5

_LIST = text(
    "SELECT file_key, dataset, month, rows, bytes FROM lake_files WHERE month >= :first ORDER BY month, file_key"
)
_ADD = text(
    "INSERT INTO lake_files (file_key, dataset, month, rows, bytes) "
    "VALUES (:key, :dataset, :month, :rows, :size)"
)
_REMOVE = text("DELETE FROM lake_files WHERE file_key = ANY (:keys)")


async def list_files(connection: AsyncConnection, first: date = date.min) -> list[LakeFile]:
    """The files of all months from that of `first` on."""
    rows = await connection.execute(_LIST, {"first": first})
    return [_file(row) for row in rows.mappings()]


class LakeExtent(msgspec.Struct, frozen=True, kw_only=True):
    """What the lake has of some months: how many bills, and a digest that changes with its files."""

    bills: int
    digest: bytes


_EXTENT = text(
    "SELECT coalesce(sum(rows) FILTER (WHERE dataset = :bills AND month >= :first), 0)::bigint AS bills, "
    "sha256(coalesce(string_agg(file_key, ',' ORDER BY file_key), '')::bytea) AS digest "
    "FROM lake_files WHERE month <= :last"
)


async def extent_of_lake(connection: AsyncConnection, first: date, last: date) -> LakeExtent:
    """The bills of the months from that of `first` to that of `last`, and the digest of all files up to then."""
    values = {"bills": Dataset.BILLS.value, "first": first.replace(day=1), "last": last}
    row = (await connection.execute(_EXTENT, values)).one()
    return LakeExtent(bills=row.bills, digest=row.digest)


def _file(row: RowMapping) -> LakeFile:
    return LakeFile(
        key=row["file_key"],
        dataset=Dataset(row["dataset"]),
        month=row["month"],
        rows=row["rows"],
        size=row["bytes"],
    )


async def add_files(connection: AsyncConnection, files: Sequence[LakeFile]) -> None:
    """Add stored files to the lake; readers see them from the commit on."""
    values = [
        {
            "key": each.key,
            "dataset": each.dataset.value,
            "month": each.month,
            "rows": each.rows,
            "size": each.size,
        }
        for each in files
    ]
    if values:
        await connection.execute(_ADD, values)


async def remove_files(connection: AsyncConnection, keys: Sequence[str]) -> int:
    """Remove files from the lake, and return how many were in it. `sweep` deletes their bytes later."""
    return (await connection.execute(_REMOVE, {"keys": list(keys)})).rowcount


async def sweep(database: Database, files: FileStore) -> None:
    """Delete stored files that are not in the lake: left by a crash, or replaced.

    Young files are kept, since their writer may be about to add them.
    """
    stored = await files.listing(FOLDER)
    async with database.system() as connection:
        known = {each.key for each in await list_files(connection)}
    for key, written in stored.items():
        if key not in known and now().timestamp() - written.timestamp() > LINGER_SECONDS:
            await files.delete(key)


class LakeCache:
    """A local folder with copies of the lake's files, for DuckDB; several processes may share it."""

    def __init__(self, database: Database, files: FileStore, folder: Path) -> None:
        self.database = database
        self.files = files
        self.folder = folder

    async def sync(self, first: date) -> dict[Dataset, list[Path]]:
        """Copy the files of months from `first` on into the folder. Raises OSError when that fails."""
        for _ in range(_ATTEMPTS):
            async with self.database.system() as connection:
                wanted = await list_files(connection, first)
            paths = await self._fetch(wanted)
            if paths is not None:
                await asyncio.to_thread(self._forget, {each.key for each in wanted}, first)
                return paths
        raise FileNotFoundError("files of the lake are missing from the file store")

    async def _fetch(self, wanted: Sequence[LakeFile]) -> dict[Dataset, list[Path]] | None:
        """The paths of local copies; None when a file was replaced and deleted meanwhile."""
        paths: dict[Dataset, list[Path]] = {dataset: [] for dataset in Dataset}
        for each in wanted:
            path = self.folder / each.key
            if not path.exists():
                data = await self.files.get(each.key)
                if data is None:
                    return None
                await asyncio.to_thread(_write, path, data)
            paths[each.dataset].append(path)
        return paths

    def _forget(self, wanted: set[str], first: date) -> None:
        """Delete local copies, of months from `first` on, that are not `wanted` any more."""
        oldest = first.isoformat()[:7]
        for path in self.folder.glob(f"{FOLDER}/*/*/*.parquet"):
            replaced = path.parent.name >= oldest and path.relative_to(self.folder).as_posix() not in wanted
            if replaced and now().timestamp() - path.stat().st_mtime > LINGER_SECONDS:
                path.unlink(missing_ok=True)


def _write(path: Path, data: bytes) -> None:
    # The copies tell of people, as what they are copied from.
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two months are judged at once, and both may want the same file.
    fresh = path.with_suffix(f".{os.getpid()}-{uuid4().hex}.part")
    fresh.touch(mode=0o600)
    fresh.write_bytes(data)
    fresh.replace(path)
