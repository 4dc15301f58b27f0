"""The unit pages on a database of each test's own, copied from one that was peopled once."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.conftest import SETTLED
from tests.portals.unit_site import Site, make_accounts, open_site
from tests.support.databases import fresh_database
from tests.support.invariants import assert_invariants
from tests.support.province import Province

from mingpiao.identity.model import Account
from mingpiao.storage.embedded import OWNER, EmbeddedServer

PEOPLED = "mingpiao_peopled"


@pytest.fixture(scope="session")
def peopled(cluster: EmbeddedServer, settled: Province) -> dict[str, Account]:
    """Accounts made once in a template of their own: hashing passwords is slow on purpose."""
    cluster.run_sql(f"CREATE DATABASE {PEOPLED} OWNER {OWNER} TEMPLATE {SETTLED}")
    accounts = asyncio.run(make_accounts(cluster.url_of(PEOPLED), settled))
    cluster.run_sql(f"ALTER DATABASE {PEOPLED} WITH ALLOW_CONNECTIONS false")
    return accounts


@pytest.fixture
async def unit_site(
    cluster: EmbeddedServer, settled: Province, peopled: dict[str, Account], tmp_path: Path
) -> AsyncIterator[Site]:
    """The login and unit pages; after the test all invariants must hold of the bills."""
    with fresh_database(cluster, PEOPLED) as url:
        async with open_site(url, tmp_path, settled, peopled) as site:
            yield site
        await assert_invariants(url)
