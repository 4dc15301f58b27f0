"""What tests of rules share."""

import asyncio

import pytest
from tests.conftest import SETTLED
from tests.support.databases import fresh_database
from tests.support.province import Province

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.storage.database import Database
from mingpiao.storage.embedded import EmbeddedServer


@pytest.fixture(scope="session")
def catalog(cluster: EmbeddedServer, settled: Province) -> Catalog:
    """The small province's base data, for tests that only read it."""
    assert settled
    with fresh_database(cluster, SETTLED) as url:
        return asyncio.run(_load(url))


async def _load(url: str) -> Catalog:
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            return await load(connection)
    finally:
        await database.close()
