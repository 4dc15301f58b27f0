"""The app of all pages, composed once in a test process: registering routes takes longer than most tests."""

from functools import cache

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from mingpiao.composition import Services
from mingpiao.health import healthz
from mingpiao.portals.router import create_router
from mingpiao.portals.subjects import provided_services
from mingpiao.web import secure_headers


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
        before_send=[secure_headers],
        openapi_config=None,
        # Else it would take away what a test listens to the log with, if it is the first of its process.
        logging_config=None,
    )


def _services(state: State) -> Services:
    services: Services = state.services
    return services
