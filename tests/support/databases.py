"""Databases of a test's own: copied from one that was prepared once in the test process, and dropped afterwards."""

import asyncio
import os
import shutil
import uuid
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, TypeVar

import asyncpg
from tests.support.people import people
from tests.support.province import Province, settle, settle_training

from mingpiao.identity.model import Account
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import OWNER, SUPERUSER, EmbeddedServer
from mingpiao.storage.migrate import upgrade

_MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made below it
_ENOUGH = 2 * 2**30

#: What a database has to begin with: no table; all tables and no row in them; the small province; the same
#: with people who can sign in; the small province on a training site.
Ground = Literal["blank", "migrated", "settled", "peopled", "training"]

_Made = TypeVar("_Made")


def quick_directory() -> Path | None:
    """Where clusters lie in memory, if there is room: hundreds of databases are copied and dropped."""
    roomy = os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _ENOUGH
    return _MEMORY if roomy else None


class Superuser:
    """Executes single statements over one connection that is kept: starting psql takes longer than most of them.

    It works in a thread of its own, so that also somebody within an event loop may wait for it. Close it.
    """

    def __init__(self, cluster: EmbeddedServer) -> None:
        self._cluster = cluster
        self._thread = ThreadPoolExecutor(1)
        self._runner = asyncio.Runner()
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._postmaster: int | None = None

    def __enter__(self) -> "Superuser":
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.submit(self._leave).result()
        self._thread.shutdown()

    def execute(self, statement: str) -> None:
        """Raises asyncpg.PostgresError if the statement fails."""
        self._thread.submit(lambda: self._runner.run(self._execute(statement))).result()

    async def _execute(self, statement: str) -> None:
        # A test may have stopped the cluster and started it again.
        if self._connection is None or self._postmaster != self._cluster.pid:
            self._cut()
            self._connection = await asyncpg.connect(self._cluster.url_of("postgres", SUPERUSER))
            self._postmaster = self._cluster.pid
        await self._connection.execute(statement)

    def _cut(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    def _leave(self) -> None:
        self._cut()
        self._runner.close()


class Grounds:
    """Databases that are prepared when one is first asked for, and from then on only ever copied."""

    def __init__(self, cluster: EmbeddedServer, superuser: Superuser) -> None:
        self._cluster = cluster
        self._execute = superuser.execute

    @contextmanager
    def copy(self, ground: Ground) -> Iterator[str]:
        """Address of a database of the caller's own with what the ground has."""
        template = self._template(ground)
        name = f"test_{uuid.uuid4().hex}"
        # Copying files beats writing each block to the log by far where no disk is involved.
        strategy = "FILE_COPY" if self._cluster.data_dir.is_relative_to(_MEMORY) else "WAL_LOG"
        self._execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY {strategy}")
        try:
            yield self._cluster.url_of(name)
        finally:
            self._execute(f"DROP DATABASE {name} WITH (FORCE)")

    @cached_property
    def province(self) -> Province:
        """The small province as it was settled; its ids hold in every copy."""
        return self._prepare("settled", self._template("migrated"), settle)

    @cached_property
    def accounts(self) -> dict[str, Account]:
        """The people of the ground that has them, by user name."""
        province = self.province
        return self._prepare("peopled", _name("settled"), lambda database: people(database, province))

    @cached_property
    def training(self) -> Province:
        """The small province of a training site."""
        return self._prepare("training", self._template("migrated"), settle_training)

    @cached_property
    def _migrated(self) -> str:
        name = _name("migrated")
        self._execute(f"CREATE DATABASE {name} OWNER {OWNER}")
        _aside(lambda: upgrade(self._cluster.url_of(name)))
        self._close(name)
        return name

    def _template(self, ground: Ground) -> str:
        if ground == "blank":
            return "template1"
        if ground == "migrated":
            return self._migrated
        if ground == "peopled":
            assert self.accounts
        elif ground == "training":
            assert self.training
        else:
            assert self.province
        return _name(ground)

    def _prepare(
        self, ground: Ground, template: str, fill: Callable[[Database], Coroutine[Any, Any, _Made]]
    ) -> _Made:
        name = _name(ground)
        self._execute(f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template}")
        made = _aside(lambda: asyncio.run(_fill(self._cluster.url_of(name), fill)))
        self._close(name)
        return made

    def _close(self, name: str) -> None:
        self._execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")


def _aside(work: Callable[[], _Made]) -> _Made:
    """Do what needs an event loop of its own, also for somebody who is within one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work).result()


def _name(ground: Ground) -> str:
    return f"ground_{ground}"


async def _fill(url: str, fill: Callable[[Database], Coroutine[Any, Any, _Made]]) -> _Made:
    database = await Database.open(url, pool_size=1)
    try:
        return await fill(database)
    finally:
        await database.close()
