"""The app of all pages, composed once in a test process: registering routes takes longer than most tests."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from mingpiao.composition import Services, listen, open_house, page_services
from mingpiao.health import healthz
from mingpiao.lake.room import LAKE
from mingpiao.portals.router import create_router
from mingpiao.portals.subjects import provided_services, subject_services
from mingpiao.settings import Settings


@asynccontextmanager
async def open_services(settings: Settings) -> AsyncIterator[Services]:
    """What pages need, opened on a migrated database, and the lake, whose worker some tests play."""
    async with open_house(settings) as house:
        services = await page_services(house, settings, subject_services() | {"lake": LAKE})
        await listen(house)
        yield services


def serve(services: Services) -> Litestar:
    """The app of all pages and the health page, on `services` until it is asked for again."""
    app = _composed()
    app.state.services = services
    return app


@cache
def _composed() -> Litestar:
    return Litestar(
        route_handlers=[healthz, create_router()],
        dependencies={"services": Provide(_services, sync_to_thread=False)} | provided_services(),
        openapi_config=None,
    )


def _services(state: State) -> Services:
    services: Services = state.services
    return services
