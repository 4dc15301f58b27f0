"""What tests of rules share."""

import asyncio

import pytest
from tests.support.databases import Grounds

from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import load
from mingpiao.storage.database import Database


@pytest.fixture(scope="session")
def catalog(grounds: Grounds) -> Catalog:
    """The small province's base data, for tests that only read it."""
    with grounds.copy("settled") as url:
        return asyncio.run(_load(url))


async def _load(url: str) -> Catalog:
    database = await Database.open(url, pool_size=1)
    try:
        async with database.system() as connection:
            return await load(connection)
    finally:
        await database.close()
