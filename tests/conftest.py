"""Fixtures that every test may use: a real PostgreSQL, and a fresh migrated database for each test."""

import asyncio
import gc
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import uvloop
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import engine
from tests.support.databases import Grounds, Superuser, quick_directory
from tests.support.province import Province
from tests.support.world import World, a_world
from xdist.scheduler import LoadScopeScheduling

from mingpiao.identity import passwords
from mingpiao.kernel.clock import StoppedClock, now, set_to
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedOptions, EmbeddedServer

pytest_plugins = ("tests.support.failures",)

# No test is held to the clock: a busy machine is not a fault.
settings.register_profile("untimed", settings.default, deadline=None)
settings.load_profile("untimed")

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


def pytest_asyncio_loop_factories() -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """Tests run on the loop that serves the site; it takes less of the processor than asyncio's own."""
    return {"uvloop": uvloop.new_event_loop}


def pytest_collection_finish() -> None:
    """What is loaded by now stays: a collector that walks through all of it again and again takes a tenth of the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


def pytest_unconfigure() -> None:
    gc.unfreeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(_LONGEST))


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Hashing is slow on purpose; what it costs has tests of its own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))
        yield


@pytest.fixture(scope="session", autouse=True)
def statements_compiled_once() -> Iterator[None]:
    """SQLAlchemy compiles a statement once for each engine; here hundreds are opened, alike but for migrations."""
    make = engine._create_engine
    opened: list[Engine] = []

    def share(*given: Any, **named: Any) -> Engine:
        made: Engine = make(*given, **named)
        if "json_serializer" not in named:
            return made
        opened.append(made)
        made.dialect, made._compiled_cache = opened[0].dialect, opened[0]._compiled_cache
        del opened[1:]
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine, "_create_engine", share)
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
def grounds(cluster: EmbeddedServer) -> Iterator[Grounds]:
    """The databases that tests copy."""
    with Superuser(cluster) as superuser:
        yield Grounds(cluster, superuser)


@pytest.fixture
def empty_database_url(grounds: Grounds) -> Iterator[str]:
    """Address of a database without any table, for tests that bring their own or try migrations."""
    with grounds.copy("blank") as url:
        yield url


@pytest.fixture
def database_url(grounds: Grounds) -> Iterator[str]:
    """Address of a migrated, empty database of this test's own, for tests that open everything themselves."""
    with grounds.copy("migrated") as url:
        yield url


@pytest.fixture(scope="session")
def settled(grounds: Grounds) -> Province:
    """The small province, settled once; its ids hold in every copy."""
    return grounds.province


@pytest.fixture
def province_url(grounds: Grounds) -> Iterator[str]:
    """Address of a database of this test's own with the small province in it."""
    with grounds.copy("settled") as url:
        yield url


#: The world of tests that need no other: see `a_world`.
world = a_world()


@pytest.fixture
def database(world: World) -> Database:
    """The database of the test's world."""
    return world.database
