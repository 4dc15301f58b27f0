"""Fixtures that every test may use: a real PostgreSQL, and a fresh migrated database for each test."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from tests.support.databases import fresh_database, quick_directory
from tests.support.invariants import assert_invariants
from tests.support.office import Office, open_office
from tests.support.province import Province, settle
from xdist.scheduler import LoadScopeScheduling

from mingpiao.identity import passwords
from mingpiao.kernel.clock import StoppedClock, now, set_to
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import OWNER, EmbeddedOptions, EmbeddedServer

pytest_plugins = ("tests.support.failures",)

# No test is held to the clock: a busy machine is not a fault.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

TEMPLATE = "mingpiao_template"
SETTLED = "mingpiao_settled"


#: What takes longest. It begins first, so that at the end nobody waits for it alone.
_LONGEST = ("tests/crash/", "tests/e2e/")


class _ByPlace(LoadScopeScheduling):  # type: ignore[misc]
    """A file stays on one worker; so do the stories in the browser, as they share a town.

    The walk through every page is as long as many stories: it has a worker and a town of its own.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        alone = not file.startswith("tests/e2e/") or file.endswith("/test_every_page.py")
        return file if alone else "stories"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByPlace | None:
    if config.getoption("dist") != "loadscope":
        return None
    # The order of collection says what begins first, not the number of a file's tests.
    config.option.loadscopereorder = False
    return _ByPlace(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; what it costs has tests of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture
def clock() -> Iterator[StoppedClock]:
    """The clock of this test: it stands at the moment at which the test began, until it is moved or set."""
    with set_to(now()) as stopped:
        yield stopped


@pytest.fixture(scope="session")
def cluster() -> Iterator[EmbeddedServer]:
    """A PostgreSQL for this test process alone: nothing to share means nothing to lock or leak.

    It starts in under a second, does not wait for the disk, and ends with us even after `kill -9`.
    """
    # A directory right below a temporary one keeps the socket's path short.
    home = Path(tempfile.mkdtemp(prefix="mingpiao-test-", dir=quick_directory()))
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
    with fresh_database(cluster, template_database) as url:
        yield url


@pytest.fixture
def empty_database_url(cluster: EmbeddedServer) -> Iterator[str]:
    """Address of a database without any table, for tests that bring their own or try migrations."""
    with fresh_database(cluster) as url:
        yield url


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
    with fresh_database(cluster, SETTLED) as url:
        yield url


@pytest.fixture
async def office(province_url: str, settled: Province) -> AsyncIterator[Office]:
    """An open desk on the small province; after the test all invariants must hold of its bills."""
    async with open_office(province_url, settled) as opened:
        yield opened
    await assert_invariants(province_url)
