"""A real site: its own PostgreSQL, its own web process. It may be killed."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import httpx
from tests.support.client import ApiClient
from tests.support.province import ACTING, MASTER, Province, settle
from tests.support.waiting import PATIENCE_SECONDS

from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.units.service import AppCredential, create_app


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Site:
    """Start with `build()`, or with `prepare()`, a province of one's own, and `start_web()`.

    End with `close()`. `settings` are further variables of the web process.
    """

    def __init__(
        self, directory: Path, *, durable: bool = True, settings: Mapping[str, str] | None = None
    ) -> None:
        self.directory = directory
        self.port = free_port()
        self.server = EmbeddedServer(directory / "postgres", EmbeddedOptions(durable=durable))
        self.environment = {
            "MINGPIAO_DATABASE_URL": self.server.url,
            "MINGPIAO_DATA_DIR": str(directory),
            "MINGPIAO_MASTER_KEY": MASTER.hex(),
            "MINGPIAO_SIGNER_PROCESSES": "2",
            "PORT": str(self.port),
        } | dict(settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (directory / "web.log").open("ab")

    @property
    def url(self) -> str:
        """The database's address."""
        return self.server.url

    @property
    def address(self) -> str:
        """The web site's address."""
        return f"http://127.0.0.1:{self.port}"

    def prepare(self) -> None:
        """Database and schema."""
        self.server.start()
        upgrade(self.url)

    async def build(self) -> tuple[Province, AppCredential]:
        """Database, small province, an interface app of its hospital, and the web process."""
        await asyncio.to_thread(self.prepare)
        database = await Database.open(self.url)
        try:
            province = await settle(database)
            async with database.system() as connection:
                credential = await create_app(
                    connection, province.hospital.unit_id, "HIS", master=MASTER, acting=ACTING
                )
        finally:
            await database.close()
        self.start_web()
        await self.until_healthy()
        return province, credential

    def start_web(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mingpiao", "serve"],
            env=os.environ | self.environment,
            stdout=self._log,
            stderr=self._log,
        )

    def kill_web(self) -> None:
        """kill -9, as the out-of-memory killer would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()

    def kill_database(self) -> None:
        self.server.kill()

    async def revive(self) -> None:
        """Start again what is dead, and wait until the site serves."""
        if self.server.pid is None:
            await asyncio.to_thread(self.server.start)
        if self._process is None or self._process.poll() is not None:
            self.start_web()
        await self.until_healthy()

    async def until_healthy(self) -> None:
        """Wait until the site serves; fails with its log when it ends or takes too long."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), httpx.AsyncClient() as http:
                while not await self._is_healthy(http):
                    if self._process is not None and self._process.poll() is not None:
                        raise AssertionError(self.log())
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(self.log()) from None

    async def _is_healthy(self, http: httpx.AsyncClient) -> bool:
        try:
            return (await http.get(f"{self.address}/healthz")).status_code == 200
        except httpx.TransportError:
            return False

    def log(self) -> str:
        """What the web process said."""
        return (self.directory / "web.log").read_text(errors="replace")

    def client(self, http: httpx.AsyncClient, credential: AppCredential) -> ApiClient:
        return ApiClient(http, credential.app.app_id, credential.secret)

    def close(self) -> None:
        self.kill_web()
        self.server.stop(immediate=True)
        self._log.close()
