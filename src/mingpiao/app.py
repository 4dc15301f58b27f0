"""The web application: every face on one set of services."""

import gc
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from typing import Any, cast

from litestar import Litestar, Request, Response, get
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.response import Redirect
from litestar.types import ASGIApp, Receive, Scope, Send

from mingpiao import settings as settings_module
from mingpiao.composition import (
    Services,
    gateway_services,
    listen,
    open_house,
    page_services,
)
from mingpiao.gateway.problems import handle as explain_problem
from mingpiao.gateway.router import create_router as create_api_router
from mingpiao.health import healthz
from mingpiao.intake import MOST_FORM_BYTES, MOST_MEMBERS, Intake
from mingpiao.portals.rendering import error_page
from mingpiao.portals.router import create_router as create_pages_router
from mingpiao.portals.subjects import provided_services, subject_services
from mingpiao.processes.orphans import end_with_parent
from mingpiao.processes.watchdog import watched_loop
from mingpiao.settings import Settings
from mingpiao.storage.logs import keep_values_out
from mingpiao.web import secure_headers

#: A process whose event loop stood still for so long ends itself, so that its supervisor starts another.
LOOP_SECONDS = 30.0


def create_app(settings: Settings | None = None) -> Litestar:
    """Build the application; settings come from the environment unless given."""
    keep_values_out()
    chosen = settings or settings_module.load()

    @asynccontextmanager
    async def lifespan(app: Litestar) -> AsyncIterator[None]:
        end_with_parent()
        async with watched_loop(LOOP_SECONDS), open_house(chosen) as house:
            app.state.services = await page_services(house, chosen, subject_services())
            app.state.gateway = await gateway_services(house, chosen)
            await listen(house)
            async with background_work(chosen):
                # Everything built so far stays in memory, so the garbage collector need not look at it again.
                gc.collect()
                gc.freeze()
                yield
                gc.unfreeze()

    def provide_services(state: State) -> Services:
        services: Services = state.services
        return services

    app = Litestar(
        route_handlers=[
            healthz,
            favicon,
            create_api_router(),
            create_pages_router(),
        ],
        dependencies={"services": Provide(provide_services, sync_to_thread=False)} | provided_services(),
        exception_handlers={HTTPException: _off_the_routes},
        lifespan=[lifespan],
        before_send=[secure_headers],
        openapi_config=None,
        request_max_body_size=MOST_FORM_BYTES,
        multipart_form_part_limit=MOST_MEMBERS,
        debug=False,
    )
    app.asgi_handler = Intake().guard(_heads_as_gets(app.asgi_handler))
    return app


def _heads_as_gets(handler: ASGIApp) -> ASGIApp:
    """Answer a HEAD request like a GET; the server leaves the body out (RFC 9110, 9.3.2)."""

    async def handle(scope: Scope, receive: Receive, send: Send) -> None:
        asked = cast(Scope, {**scope, "method": "GET"}) if scope.get("method") == "HEAD" else scope
        await handler(asked, receive, send)

    return handle


def _off_the_routes(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """Answer a request that no route handles, such as an unknown address: programs get a problem document,
    people a page.
    """
    if request.url.path.startswith("/api/"):
        return explain_problem(request, error)
    return error_page(request, error)


@get("/favicon.ico", include_in_schema=False)
async def favicon() -> Redirect:
    """Serve the site's icon, which browsers request without being asked to; it is an SVG."""
    return Redirect("/static/icon.svg")


def background_work(settings: Settings) -> AbstractAsyncContextManager[None]:
    """Run the worker in this process if the settings say so; its libraries are imported only then."""
    if not settings.run_worker:
        return nullcontext()
    from mingpiao.worker import alongside

    return alongside(settings)
