"""Encrypted storage of files. Each file has its own key, is found by its SM3, and is stored only once."""

import asyncio
import secrets

from sqlalchemy import text

from mingpiao.crypto import sm4
from mingpiao.crypto.keystore import MasterKey
from mingpiao.crypto.sm3 import hmac_sm3, sm3
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.storage.database import Database
from mingpiao.storage.files import FileStore

_FIND = text("SELECT encrypted_key FROM evidence_contents WHERE digest = :digest")
_KEEP = text(
    "INSERT INTO evidence_contents (digest, encrypted_key, size) VALUES (:digest, :encrypted_key, :size) "
    "ON CONFLICT DO NOTHING"
)


class Vault:
    """Stores files encrypted (SM4-GCM) in the file store, and their keys, also encrypted, in the database."""

    def __init__(self, database: Database, files: FileStore, master_key: MasterKey) -> None:
        self._database = database
        self._files = files
        self._master_key = master_key

    async def keep(self, data: bytes) -> str:
        """Store a file and return its SM3 in hex. Does nothing for a file that is stored already."""
        digest = await asyncio.to_thread(sm3, data)
        if await self._wrapped_key(digest) is not None:
            return digest.hex()
        key = secrets.token_bytes(sm4.KEY_BYTES)
        path = _path(digest, key)
        await self._files.put(path, await asyncio.to_thread(sm4.seal, key, data, digest))
        wrapped = self._master_key.wrap(key, _label(digest))
        async with self._database.system() as connection:
            values = {"digest": digest, "encrypted_key": wrapped, "size": len(data)}
            ours = (await connection.execute(_KEEP, values)).rowcount == 1
        if not ours:
            # Another request stored the same file at the same moment, with another key and path.
            await self._files.delete(path)
        return digest.hex()

    async def open(self, digest: str) -> bytes:
        """The bytes of a file by its SM3 in hex. Raises `Refusal`: `evidence.not_found` (404), or
        `evidence.file_damaged` (503) when the stored file is missing or was changed."""
        raw = bytes.fromhex(digest)
        wrapped = await self._wrapped_key(raw)
        if wrapped is None:
            raise refuse("evidence.not_found", "没有找到该文件，请重新上传。", status=404)
        key = self._master_key.unwrap(wrapped, _label(raw))
        sealed = await self._files.get(_path(raw, key))
        if sealed is None:
            raise _damaged(digest)
        data = await asyncio.to_thread(_verified, key, sealed, raw)
        if data is None:
            raise _damaged(digest)
        return data

    async def _wrapped_key(self, digest: bytes) -> bytes | None:
        async with self._database.system() as connection:
            found: bytes | None = await connection.scalar(_FIND, {"digest": digest})
        return found


def _verified(key: bytes, sealed: bytes, digest: bytes) -> bytes | None:
    data = sm4.unseal(key, sealed, digest)
    return data if data is not None and sm3(data) == digest else None


def _path(digest: bytes, key: bytes) -> str:
    # The path depends on the key, so that two requests which store the same file never write to one path.
    mark = hmac_sm3(key, b"file name")[:4].hex()
    return f"evidence/{digest.hex()[:2]}/{digest.hex()}-{mark}"


def _label(digest: bytes) -> str:
    return f"evidence:{digest.hex()}"


def _damaged(digest: str) -> Refusal:
    return refuse(
        "evidence.file_damaged",
        f"文件（{digest[:12]}…）在存储中缺失或已损坏，暂时无法读取，请联系系统管理员从备份恢复。",
        status=503,
    )
