"""The interface on the small province, in this process."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.exceptions import HTTPException
from tests.support.client import ApiClient
from tests.support.invariants import assert_invariants
from tests.support.province import Province, Resident
from tests.support.site import Site
from tests.support.world import World, a_world

from mingpiao.composition import GatewayServices
from mingpiao.gateway.problems import handle
from mingpiao.gateway.router import create_router
from mingpiao.storage.database import Database

SITE = "https://piao.example"


class Api(msgspec.Struct, frozen=True, kw_only=True):
    """The running interface with one program of each of two hospitals."""

    world: World
    http: httpx.AsyncClient
    hospital: ApiClient
    other: ApiClient

    @property
    def services(self) -> GatewayServices:
        return self.world.interface

    @property
    def province(self) -> Province:
        return self.world.province

    async def bill_count(self) -> int:
        return int(await self.world.value("SELECT count(*) FROM bills"))


class Live(msgspec.Struct, frozen=True, kw_only=True):
    """A site that listens, and the interface app of its hospital."""

    address: str
    database_url: str
    hospital: Resident
    app_id: str
    secret: str


def fetch(live: Live, query: str, *values: Any) -> Any:
    """The first value that a query to the site's database gives."""

    async def ask() -> Any:
        database = await Database.open(live.database_url)
        try:
            return await database.pool.fetchval(query, *values)
        finally:
            await database.close()

    return asyncio.run(ask())


def begin_write_off(live: Live) -> None:
    """Put write-off in force since some months, in which the site's units were registered already."""
    fetch(live, "UPDATE units SET created_at = now() - interval '400 days'")
    fetch(
        live,
        "INSERT INTO writeoff_policies (region_code, begins_on, interface_workdays, online_workdays, tolerance, "
        "seal_share, rectification_months, breach_stops_issuing, changed_by_name, changed_at) "
        "VALUES ('150000', date_trunc('month', now() - interval '300 days'), 5, 5, 0, 0.01, 3, false, '某', now()) "
        "ON CONFLICT DO NOTHING",
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


world = a_world(public_url=SITE)


@pytest.fixture
async def api(world: World) -> AsyncIterator[Api]:
    """The interface of the test's world."""
    transport = httpx.ASGITransport(app=build_app(world.interface), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=SITE) as http:
        yield Api(
            world=world,
            http=http,
            hospital=await world.program(world.province.hospital, http),
            other=await world.program(world.province.other_hospital, http),
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
