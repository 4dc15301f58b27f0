"""Fixtures that every test may use: a real PostgreSQL, and a fresh migrated database for each test."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from tests.support.invariants import assert_invariants
from tests.support.office import Office, open_office
from tests.support.province import Province, settle

from mingpiao.storage.database import Database
from mingpiao.storage.embedded import OWNER, EmbeddedOptions, EmbeddedServer

TEMPLATE = "mingpiao_template"
SETTLED = "mingpiao_settled"
MEMORY = Path("/dev/shm")  # noqa: S108 - a private directory is made below it


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedServer]:
    """A PostgreSQL for this test process alone: nothing to share means nothing to lock or leak.

    It starts in under a second, does not wait for the disk, and ends with us even after `kill -9`.
    """
    # A directory in memory where there is room for it: hundreds of databases are copied and dropped.
    home = Path(tempfile.mkdtemp(prefix="mingpiao-test-", dir=MEMORY if _roomy(MEMORY) else None))
    server = EmbeddedServer(home, EmbeddedOptions(durable=False))
    try:
        server.start()
        yield server
    finally:
        server.stop(immediate=True)
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def template_database(cluster: EmbeddedServer) -> str:
    """Name of a database that was migrated once and is only ever copied."""
    from mingpiao.storage.migrate import upgrade

    cluster.run_sql(f"CREATE DATABASE {TEMPLATE} OWNER {OWNER}")
    upgrade(cluster.url_of(TEMPLATE))
    cluster.run_sql(f"ALTER DATABASE {TEMPLATE} WITH ALLOW_CONNECTIONS false")
    return TEMPLATE


@pytest.fixture
def database_url(cluster: EmbeddedServer, template_database: str) -> Iterator[str]:
    """Address of a migrated, empty database of this test's own; it is dropped afterwards."""
    yield from _database(cluster, f"TEMPLATE {template_database}")


@pytest.fixture
def empty_database_url(cluster: EmbeddedServer) -> Iterator[str]:
    """Address of a database without any table, for tests that bring their own or try migrations."""
    yield from _database(cluster, "")


@pytest.fixture(scope="session")
def settled(cluster: EmbeddedServer, template_database: str) -> Province:
    """The small province, settled once in a template of its own; its ids hold in every copy."""
    cluster.run_sql(f"CREATE DATABASE {SETTLED} OWNER {OWNER} TEMPLATE {template_database}")
    province = asyncio.run(_settle(cluster.url_of(SETTLED)))
    cluster.run_sql(f"ALTER DATABASE {SETTLED} WITH ALLOW_CONNECTIONS false")
    return province


async def _settle(url: str) -> Province:
    database = await Database.open(url)
    try:
        return await settle(database)
    finally:
        await database.close()


@pytest.fixture
def province_url(cluster: EmbeddedServer, settled: Province) -> Iterator[str]:
    """Address of a database of this test's own with the small province in it."""
    yield from _database(cluster, f"TEMPLATE {SETTLED}")


@pytest.fixture
async def office(province_url: str, settled: Province) -> AsyncIterator[Office]:
    """An open desk on the small province; after the test all invariants must hold of its bills."""
    async with open_office(province_url, settled) as opened:
        yield opened
    await assert_invariants(province_url)


def _roomy(directory: Path) -> bool:
    return os.access(directory, os.W_OK) and shutil.disk_usage(directory).free > 2 * 2**30


def _database(cluster: EmbeddedServer, source: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    # Copying files beats writing each block to the log by far where no disk is involved.
    strategy = "FILE_COPY" if cluster.data_dir.is_relative_to(MEMORY) else "WAL_LOG"
    cluster.run_sql(f"CREATE DATABASE {name} OWNER {OWNER} STRATEGY {strategy} {source}")
    try:
        yield cluster.url_of(name)
    finally:
        cluster.run_sql(f"DROP DATABASE {name} WITH (FORCE)")
