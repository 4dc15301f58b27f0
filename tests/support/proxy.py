"""A way to the database that can be cut without a word, as a firewall or a dead switch does it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import parse_qs, urlsplit


class Proxy:
    """Passes bytes on until `stop` is called; then connections stay open, and nothing comes through."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        host = parse_qs(parts.query).get("host", [parts.hostname or ""])[0]
        self._target = f"{host}/.s.PGSQL.{parts.port or 5432}" if host.startswith("/") else ""
        self._host, self._port = parts.hostname or "", parts.port or 5432
        self._parts = parts
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: list[asyncio.StreamWriter] = []
        self.url = ""

    def stop(self) -> None:
        self._flowing.clear()

    def go_on(self) -> None:
        """Let new and old connections through again."""
        self._flowing.set()

    async def serve(self) -> asyncio.Server:
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        login = f"{self._parts.username or 'mingpiao'}@127.0.0.1:{port}"
        self.url = f"postgresql://{login}{self._parts.path}"
        return server

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._target:
            theirs = await asyncio.open_unix_connection(self._target)
        else:
            theirs = await asyncio.open_connection(self._host, self._port)
        self._writers += [writer, theirs[1]]
        for source, target in ((reader, theirs[1]), (theirs[0], writer)):
            task = asyncio.create_task(self._pass_on(source, target))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pass_on(self, source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(65536):
                await self._flowing.wait()
                target.write(data)
                await target.drain()
        target.transport.abort()

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for writer in self._writers:
            writer.transport.abort()
        # The transports tell their streams in the next turns of the loop.
        await asyncio.sleep(0.05)


@asynccontextmanager
async def proxied(url: str) -> AsyncIterator[Proxy]:
    """A proxy before the database of an address; its own address is `url`."""
    proxy = Proxy(url)
    server = await proxy.serve()
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
