"""Fixtures that every test may use: a real PostgreSQL, and a fresh migrated database for each test."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from mingpiao.storage.embedded import OWNER, EmbeddedOptions, EmbeddedServer

TEMPLATE = "mingpiao_template"


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedServer]:
    """A PostgreSQL for this test process alone: nothing to share means nothing to lock or leak.

    It starts in under a second, does not wait for the disk, and ends with us even after `kill -9`.
    """
    # The system's temporary directory keeps the socket's path short.
    home = Path(tempfile.mkdtemp(prefix="mingpiao-test-"))
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


def _database(cluster: EmbeddedServer, source: str) -> Iterator[str]:
    name = f"test_{uuid.uuid4().hex}"
    cluster.run_sql(f"CREATE DATABASE {name} OWNER {OWNER} {source}")
    try:
        yield cluster.url_of(name)
    finally:
        cluster.run_sql(f"DROP DATABASE {name} WITH (FORCE)")
