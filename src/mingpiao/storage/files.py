"""The file store: a local folder, or S3 behind the same interface."""

from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from obstore.store import ObjectStore, from_url

_PIECE = 256 * 1024


class FileStore:
    """Stores bytes under keys with slashes. A write is complete or has no effect."""

    def __init__(self, store: ObjectStore, folder: Path | None = None) -> None:
        self._store = store
        self._folder = folder

    @classmethod
    def open(cls, address: str) -> "FileStore":
        """A store by address: `file:///folder` (made when missing) or `s3://bucket/prefix`.

        A folder becomes private (0700): in it lie names, amounts and diagnoses of people.
        """
        if address.startswith("file:"):
            folder = Path(unquote(urlsplit(address).path))
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)
            return cls(from_url(address), folder)
        return cls(from_url(address))

    async def get(self, key: str) -> bytes | None:
        """The bytes under a key, or None."""
        try:
            found = await self._store.get_async(key)
        except FileNotFoundError:
            return None
        return bytes(await found.bytes_async())

    async def put(self, key: str, data: bytes) -> None:
        """Store bytes under a key, replacing earlier ones."""
        await self._store.put_async(key, data)
        self._make_private(key)

    async def put_file(self, key: str, path: Path) -> None:
        """Store a file's bytes under a key, replacing earlier ones; the file may be larger than memory."""
        await self._store.put_async(key, path)
        self._make_private(key)

    def _make_private(self, key: str) -> None:
        """Copies and backups keep a file's own mode, so the folder's alone would not do."""
        if self._folder is None:
            return
        kept = self._folder / key
        # Somebody may have deleted it already.
        with suppress(FileNotFoundError):
            kept.chmod(0o600)
            for above in kept.parents:
                if above == self._folder:
                    break
                above.chmod(0o700)

    async def stream(self, key: str) -> AsyncIterator[bytes] | None:
        """The bytes under a key in pieces, or None."""
        try:
            found = await self._store.get_async(key)
        except FileNotFoundError:
            return None
        return _pieces(found.stream(min_chunk_size=_PIECE))

    async def delete(self, key: str) -> None:
        """Delete the bytes under a key, if there are any."""
        try:
            await self._store.delete_async(key)
        except FileNotFoundError:
            return

    async def listing(self, prefix: str) -> dict[str, datetime]:
        """The keys below a folder, with the time (UTC) at which each was written."""
        found = await self._store.list(prefix).collect_async()
        return {each["path"]: each["last_modified"] for each in found}


async def _pieces(stored: AsyncIterable[Any]) -> AsyncIterator[bytes]:
    async for piece in stored:
        yield bytes(piece)
