"""The site that is measured: embedded PostgreSQL with fsync on, the real web process, a hospital's app."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from sqlalchemy import text

from mingpiao.crypto.keystore import MasterKey
from mingpiao.demo.acting import ACTING
from mingpiao.demo.ground import admit_unit, lay_ground
from mingpiao.demo.regions import PROVINCE
from mingpiao.demo.seals import give_department_seal, give_unit_seal, stand_up_authority
from mingpiao.demo.units import DemoUnit, demo_units
from mingpiao.kernel.clock import now
from mingpiao.numbering.service import allot
from mingpiao.processes.supervise import fetch_status
from mingpiao.rules.library import library_rules
from mingpiao.rules.service import install_library, publish
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer
from mingpiao.storage.migrate import upgrade
from mingpiao.units.model import UnitType
from mingpiao.units.service import create_app

_STOCK = 10_000_000
_START_SECONDS = 60.0
#: A notice that rules changed takes milliseconds, compiling them again on a busy machine a little more.
_NOTICE_SECONDS = 1.5


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Hospital(msgspec.Struct, frozen=True, kw_only=True):
    """An interface unit with a program of its own."""

    unit_id: int
    entry: DemoUnit
    app_id: str
    secret: str


class BenchSite:
    """Build with `build()`, end with `stop()`. `startup_s` is the web process's time to its first page.

    Each hospital has so many `segments` of each of its kinds in stock, of `width` numbers each.
    """

    def __init__(self, directory: Path, port: int, *, segments: int = 1, width: int = _STOCK) -> None:
        self.directory = directory
        self.port = port
        self.server = EmbeddedServer(directory / "postgres", EmbeddedOptions(durable=True))
        self.master = MasterKey.generate()
        self.hospitals: list[Hospital] = []
        self._segments, self._width = segments, width
        self.startup_s = 0.0
        self._web: subprocess.Popen[bytes] | None = None

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def build(self) -> None:
        self.server.start()
        upgrade(self.server.url)
        asyncio.run(self._settle())
        self._start_web()

    async def _settle(self) -> None:
        """Four hospitals, so that trains carry several units at once, as they do in a province."""
        database = await Database.open(self.server.url)
        at = now()
        try:
            async with database.system() as connection:
                catalog = await lay_ground(connection)
                authority = await stand_up_authority(connection, self.master, at)
                department = catalog.departments[PROVINCE]
                await give_department_seal(
                    connection, department, authority=authority, master=self.master, at=at
                )
                hospitals = [entry for entry in demo_units() if entry.unit.unit_type is UnitType.HOSPITAL]
                for entry in hospitals[:4]:
                    unit = await admit_unit(connection, entry, catalog)
                    await give_unit_seal(connection, unit, authority=authority, master=self.master, at=at)
                    for kind in entry.kinds:
                        code = catalog.bill_code(catalog.kinds[kind])
                        for _ in range(self._segments):
                            await allot(connection, unit.unit_id, kind, code, self._width, acting=ACTING)
                    app = await create_app(connection, unit.unit_id, "HIS", master=self.master, acting=ACTING)
                    hospital = Hospital(
                        unit_id=unit.unit_id, entry=entry, app_id=app.app.app_id, secret=app.secret
                    )
                    self.hospitals.append(hospital)
                await install_library(connection, catalog, library_rules(), acting=ACTING)
        finally:
            await database.close()

    async def _publish(self, *, rules: bool) -> None:
        database = await Database.open(self.server.url)
        try:
            async with database.system() as connection:
                await connection.execute(text("UPDATE rules SET suspended = :off"), {"off": not rules})
                await publish(connection, "基准测试")
        finally:
            await database.close()

    def put_rules_in_force(self, in_force: bool) -> None:
        """Bring all rules into force or suspend them, and wait until the web process has heard of it."""
        asyncio.run(self._publish(rules=in_force))
        time.sleep(_NOTICE_SECONDS)

    def _start_web(self) -> None:
        environment = os.environ | {
            "MINGPIAO_DATABASE_URL": self.server.url,
            "MINGPIAO_DATA_DIR": str(self.directory),
            "MINGPIAO_MASTER_KEY": self.master.hex(),
            "PORT": str(self.port),
        }
        log = (self.directory / "web.log").open("wb")
        started = time.perf_counter()
        self._web = subprocess.Popen(
            [sys.executable, "-m", "mingpiao", "serve"], env=environment, stdout=log, stderr=log
        )
        while fetch_status(f"{self.base}/") != 200:
            if self._web.poll() is not None or time.perf_counter() - started > _START_SECONDS:
                raise RuntimeError(f"the web process did not start, see {self.directory / 'web.log'}")
            time.sleep(0.02)
        self.startup_s = time.perf_counter() - started

    def memory_mb(self) -> dict[str, float]:
        """Resident memory of the web process, its signers and PostgreSQL, in MB (shared pages once)."""
        web = self._web.pid if self._web else 0
        signers = _children(web)
        postmaster = self.server.pid or 0
        return {
            "web": _proportional_mb([web]),
            "signers": _proportional_mb(signers),
            "postgres": _proportional_mb([postmaster, *_children(postmaster)]),
        }

    def stop(self) -> None:
        if self._web is not None:
            self._web.terminate()
            self._web.wait(30)
        self.server.stop(immediate=True)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in task.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _proportional_mb(pids: list[int]) -> float:
    """Proportional set size: pages shared by several processes are counted once in all."""
    kilobytes = 0
    for pid in pids:
        try:
            lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        kilobytes += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return round(kilobytes / 1024, 1)
