"""The health page when the database is away, and when it does not answer."""

import asyncpg
import pytest
from tests.support.world import World, a_world

from mingpiao.health import DatabaseHealth, Health, WorkerHealth, examine
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedServer

_DOWN = Health(status="down", database=DatabaseHealth(ok=False), worker=WorkerHealth(ok=False))


world = a_world("migrated")


@pytest.fixture
def database_url(world: World) -> str:
    """Where that world lies."""
    return world.url


async def test_a_database_that_went_away_is_down_and_up_again_when_it_is_back(
    database: Database, cluster: EmbeddedServer
) -> None:
    name = await database.pool.fetchval("SELECT current_database()")
    cluster.run_sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
    cluster.run_sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert await examine(database) == _DOWN
    cluster.run_sql(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
    assert (await examine(database)).database.ok


async def test_a_database_that_hangs_is_down_and_not_waited_for(
    database: Database, database_url: str
) -> None:
    blocker = await asyncpg.connect(database_url)
    try:
        await blocker.execute("BEGIN; LOCK TABLE worker_heartbeats IN ACCESS EXCLUSIVE MODE")
        assert await examine(database) == _DOWN
    finally:
        await blocker.close()
    assert (await examine(database)).status == "degraded"
