"""The interface on the small province, in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.exceptions import HTTPException
from tests.support.client import ApiClient
from tests.support.invariants import assert_invariants
from tests.support.province import ACTING, MASTER, Province, Resident
from tests.support.site import Site

from mingpiao.composition import GatewayServices, gateway_services, listen, open_house
from mingpiao.gateway.problems import handle
from mingpiao.gateway.router import create_router
from mingpiao.house.opening import House
from mingpiao.settings import Settings, load
from mingpiao.units.service import AppCredential, create_app

SITE = "https://piao.example"


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """The running interface with one program of each of two hospitals."""

    house: House
    services: GatewayServices
    province: Province
    http: httpx.AsyncClient
    hospital: ApiClient
    other: ApiClient

    async def bill_count(self) -> int:
        count: int = await self.services.database.pool.fetchval("SELECT count(*) FROM bills")
        return count


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A site that listens, and the interface app of its hospital."""

    address: str
    database_url: str
    hospital: Resident
    app_id: str
    secret: str


def settings_for(url: str, directory: Path) -> Settings:
    key = directory / "master.key"
    key.write_text(bytes(range(16)).hex())
    key.chmod(0o600)
    return load(
        {}, database_url=url, data_dir=directory, public_url=SITE, master_key_file=key, signer_processes=0
    )


def build_app(services: GatewayServices) -> Litestar:
    """The interface alone, on services that are open."""
    app = Litestar(
        route_handlers=[create_router()],
        exception_handlers={HTTPException: handle},
        openapi_config=None,
    )
    app.state.gateway = services
    return app


async def give_app(services: GatewayServices, resident: Resident) -> AppCredential:
    async with services.database.system() as connection:
        return await create_app(connection, resident.unit_id, "HIS", master=MASTER, acting=ACTING)


@asynccontextmanager
async def open_api(url: str, province: Province, directory: Path) -> AsyncIterator[Api]:
    settings = settings_for(url, directory)
    async with open_house(settings) as house:
        services = await gateway_services(house, settings)
        await listen(house)
        first = await give_app(services, province.hospital)
        second = await give_app(services, province.other_hospital)
        transport = httpx.ASGITransport(app=build_app(services), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=SITE) as http:
            yield Api(
                house=house,
                services=services,
                province=province,
                http=http,
                hospital=ApiClient(http, first.app.app_id, first.secret),
                other=ApiClient(http, second.app.app_id, second.secret),
            )


@pytest.fixture(scope="session")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A real site in a process of its own, for clients that are no Python of ours."""
    site = Site(
        tmp_path_factory.mktemp("site"),
        durable=False,
        settings={"MINGPIAO_SIGNER_PROCESSES": "0", "MINGPIAO_RUN_WORKER": "true"},
    )
    try:
        province, credential = asyncio.run(site.build())
        yield Live(
            address=site.address,
            database_url=site.url,
            hospital=province.hospital,
            app_id=credential.app.app_id,
            secret=credential.secret,
        )
        asyncio.run(assert_invariants(site.url))
    finally:
        site.close()


@pytest.fixture
async def api(province_url: str, settled: Province, tmp_path: Path) -> AsyncIterator[Api]:
    """The interface; after the test all invariants must hold of its bills."""
    async with open_api(province_url, settled, tmp_path) as opened:
        yield opened
    await assert_invariants(province_url)
