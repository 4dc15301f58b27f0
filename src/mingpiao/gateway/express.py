"""A faster way to the handler of the busiest call, without the framework's work for each call.

Resolving dependencies, parsing a signature and wrapping an answer cost as much as checking a bill. The
handler stays an ordinary one, from which the OpenAPI document describes it; only the way to it is shorter.
"""

from collections.abc import Awaitable, Callable
from typing import cast

from litestar import asgi
from litestar.exceptions import HTTPException, InternalServerException, MethodNotAllowedException
from litestar.handlers import ASGIRouteHandler, HTTPRouteHandler
from litestar.types import ExceptionHandlersMap, HTTPRequestEvent, Receive, Scope, Send

from mingpiao.gateway.authentication import ApiRequest
from mingpiao.gateway.problems import HUNG_UP

Admit = Callable[[ApiRequest], Awaitable[None]]


class _ExpressRequest(ApiRequest):
    """A request that reads its own body, up to a limit."""

    __slots__ = ("limit", "whole")

    limit: int
    whole: bytes | None

    async def body(self) -> bytes:
        """The request's body. Raises HTTP 413 as soon as it is longer than the limit."""
        if self.whole is None:
            self.whole = await _read(self.receive, self.limit)
        return self.whole


async def _read(receive: Receive, limit: int) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise InternalServerException(HUNG_UP)
        event = cast(HTTPRequestEvent, message)
        body = body + event["body"] if body else event["body"]
        if len(body) > limit:
            raise HTTPException(status_code=413)
        if not event["more_body"]:
            return body


def express(
    handler: HTTPRouteHandler,
    path: str,
    admit: Admit,
    *,
    limit: int,
    exception_handlers: ExceptionHandlersMap,
) -> ASGIRouteHandler:
    """A handler that takes `request` and `services` and returns an ASGI response, as a plain ASGI route."""
    function, methods = handler.fn, handler.http_methods

    @asgi(path, exception_handlers=exception_handlers, copy_scope=False)
    async def lane(scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") not in methods:
            raise MethodNotAllowedException(headers={"Allow": ", ".join(sorted(methods))})
        request = _ExpressRequest(scope, receive, send)
        request.limit, request.whole = limit, None
        await admit(request)
        response = await function(request, services=request.app.state.gateway)
        await response(scope, receive, send)

    return lane
