"""Builds the routes of a portal."""

from collections.abc import Mapping, Sequence

from litestar import Router
from litestar.di import Provide
from litestar.types import ControllerRouterHandler, Guard

from mingpiao.portals.rendering import EXCEPTION_HANDLERS
from mingpiao.portals.session import provide_call, require_session


def portal_router(
    path: str,
    handlers: Sequence[ControllerRouterHandler],
    *,
    guard: Guard = require_session,
    dependencies: Mapping[str, Provide] | None = None,
) -> Router:
    """The routes of a portal behind its guard; refusals become pages.

    Before each handler these are checked: somebody is signed in, a request that changes something has the
    session's CSRF token, and the account has the portal's own right. Handlers take `call: PageCall`.
    """
    return Router(
        path=path,
        route_handlers=handlers,
        guards=[guard],
        dependencies={"call": Provide(provide_call)} | dict(dependencies or {}),
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
