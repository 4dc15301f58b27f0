"""Builds the routes of a portal."""

from collections.abc import Mapping, Sequence
from typing import Any

from litestar import Router
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.exceptions import NotFoundException
from litestar.handlers import BaseRouteHandler
from litestar.types import ControllerRouterHandler, Guard

from mingpiao.portals.rendering import EXCEPTION_HANDLERS
from mingpiao.portals.session import provide_call, require_marked_proof, require_session

#: The largest id, and the largest of the other numbers, that a column of the database holds.
_LARGEST_ID, _LARGEST_NUMBER = 2**63 - 1, 2**31 - 1


def refuse_impossible_address(
    connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler
) -> None:
    """Nothing is there (404) where an address has a number that no row can have, or a NUL, which no text of the
    database can hold.
    """
    if any(_is_impossible(name, value) for name, value in connection.path_params.items()):
        raise NotFoundException


def _is_impossible(name: str, value: object) -> bool:
    if isinstance(value, int):
        return not 0 <= value <= (_LARGEST_ID if name.endswith("_id") else _LARGEST_NUMBER)
    return "\x00" in str(value)


def portal_router(
    path: str,
    handlers: Sequence[ControllerRouterHandler],
    *,
    guard: Guard = require_session,
    dependencies: Mapping[str, Provide] | None = None,
) -> Router:
    """The routes of a portal behind its guard; refusals become pages.

    Before each handler these are checked: somebody is signed in, a request that changes something has the
    session's CSRF token, the account has the portal's own right, and what is marked as sensitive comes from somebody who
    was proved freshly (`proof.py`). Handlers take `call: PageCall`.
    """
    return Router(
        path=path,
        route_handlers=handlers,
        guards=[guard, require_marked_proof],
        dependencies={"call": Provide(provide_call)} | dict(dependencies or {}),
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
