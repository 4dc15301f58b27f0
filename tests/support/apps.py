"""Apps of some pages, composed once in a test process: registering routes takes longer than most tests."""

from collections.abc import Callable
from functools import cache

from litestar import Litestar, Router
from litestar.datastructures import State
from litestar.di import Provide

from mingpiao.composition import Services
from mingpiao.health import healthz

Face = Callable[[], Router]


def serve(services: Services, *faces: Face) -> Litestar:
    """The app of these faces and the health page, on `services` until it is asked for again."""
    app = _composed(faces)
    app.state.services = services
    return app


@cache
def _composed(faces: tuple[Face, ...]) -> Litestar:
    return Litestar(
        route_handlers=[healthz, *(create() for create in faces)],
        dependencies={"services": Provide(_services, sync_to_thread=False)},
        openapi_config=None,
    )


def _services(state: State) -> Services:
    services: Services = state.services
    return services
