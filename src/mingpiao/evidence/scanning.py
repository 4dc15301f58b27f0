"""The interface of a virus scanner, and its implementation with clamd."""

import asyncio
from typing import Protocol
from urllib.parse import urlsplit

from mingpiao.kernel.errors import Refusal, refuse

_PATIENCE_SECONDS = 30.0
_CHUNK = 256 * 1024
_LONGEST_REPLY = 4096


class Scanner(Protocol):
    """Looks for viruses in a file."""

    async def find_virus(self, data: bytes) -> str | None:
        """The name of a virus in the file, or None. Raises `Refusal`
        (`evidence.scanner_unavailable`, 503) when the scanner gives no answer."""


class NoScanner:
    """Finds nothing; for platforms whose network scans files elsewhere."""

    async def find_virus(self, data: bytes) -> str | None:
        """See `Scanner.find_virus`."""
        return None


class ClamdScanner:
    """Asks a clamd through its INSTREAM command. `address` is `host:port` or the path of a unix socket."""

    def __init__(self, address: str, *, patience: float = _PATIENCE_SECONDS) -> None:
        self._address = address
        self._patience = patience

    async def find_virus(self, data: bytes) -> str | None:
        """See `Scanner.find_virus`. An unexpected answer raises as no answer does."""
        try:
            async with asyncio.timeout(self._patience):
                reply = await self._ask(data)
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
            raise _unavailable() from error
        return _verdict(reply)

    async def _ask(self, data: bytes) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(data), _CHUNK):
                chunk = data[start : start + _CHUNK]
                writer.write(len(chunk).to_bytes(4, "big") + chunk)
                await writer.drain()
            writer.write(bytes(4))
            await writer.drain()
            return await reader.readuntil(b"\0")
        finally:
            writer.transport.abort()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address, limit=_LONGEST_REPLY)
        parts = urlsplit("//" + self._address)
        return await asyncio.open_connection(parts.hostname, parts.port or 3310, limit=_LONGEST_REPLY)


def open_scanner(address: str) -> Scanner:
    """The scanner at the address in the settings; `NoScanner` for an empty one."""
    return ClamdScanner(address) if address else NoScanner()


def _verdict(reply: bytes) -> str | None:
    text = reply.rstrip(b"\0\n").decode("utf-8", "replace")
    if text == "stream: OK":
        return None
    if text.startswith("stream: ") and text.endswith(" FOUND"):
        return text.removeprefix("stream: ").removesuffix(" FOUND")
    raise _unavailable()


def _unavailable() -> Refusal:
    return refuse(
        "evidence.scanner_unavailable",
        "病毒扫描服务暂时不可用，文件没有保存。请稍后重新上传；持续出现时请联系系统管理员检查 clamd。",
        status=503,
    )
