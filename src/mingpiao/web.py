"""What all web faces need to know of a request."""

import logging
import secrets
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from jinja2 import TemplateNotFound
from litestar import Request
from litestar.connection import ASGIConnection
from litestar.types import Message, Scope
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mingpiao.kernel.errors import Problem
from mingpiao.storage.database import DATABASE_AWAY

_logger = logging.getLogger(__name__)


def content_policy(agent: str = "") -> str:
    """What pages may load and reach: our own files only, so that no text of a bill can become a script.

    Scripts reach this site, and on the page that signs in by UKey the `agent` on the person's own machine. Attributes
    may set styles, as charts and faces do; elements may not.
    """
    reached = f"'self' {agent}".rstrip()
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; style-src-attr 'unsafe-inline'; "
        f"img-src 'self' data: blob:; font-src 'self' data:; connect-src {reached}; manifest-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )


_SECURITY_HEADERS = {
    "content-security-policy": content_policy(),
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}
_ENCODED_HEADERS = [(name.encode(), value.encode()) for name, value in _SECURITY_HEADERS.items()]


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The client's network address. Behind a trusted proxy, uvicorn has already put the real address into the
    request.

    An IPv6 address counts as its /64 network, because whoever has one address there has all of them.
    """
    return _counted_as(connection.client.host if connection.client else "")


@lru_cache(maxsize=4096)
def _counted_as(host: str) -> str:
    try:
        address = ip_address(host)
    except ValueError:
        return host or "unknown"
    if address.version == 6:
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return ":".join(address.exploded.split(":")[:4]) + "::/64"
    return str(address)


def problem_of_failure(request: Request[Any, Any, Any], error: Exception) -> Problem:
    """The problem that is shown for an unforeseen error: `service.unavailable` (503) or `internal` (500).

    The error itself goes into the log. The message of `internal` contains the reference under which it is
    there.
    """
    if _is_outage(error):
        _logger.warning("the database is away", exc_info=error)
        return Problem(code="service.unavailable", message="系统暂时不可用，请稍后重试。", status=503)
    reference = secrets.token_hex(6)
    _logger.error("internal error %s at %s %s", reference, request.method, request.url.path, exc_info=error)
    if _is_own_file(error):
        message = f"平台缺少自己的文件或读写不了，请把编号 {reference} 告知系统管理员，检查安装和磁盘。"
        return Problem(
            code="service.file_trouble", message=message, status=500, facts={"reference": reference}
        )
    message = f"系统内部错误，请稍后重试；仍然出错时请把编号 {reference} 告知系统管理员。"
    return Problem(code="internal", message=message, status=500, facts={"reference": reference})


def _is_own_file(error: BaseException | None) -> bool:
    """Whether a file of the platform itself is missing or cannot be used, such as a template.

    Such errors are of the same family as those of connections (OSError), but name a file; no retry helps.
    """
    return isinstance(error, TemplateNotFound) or (isinstance(error, OSError) and error.filename is not None)


def _is_outage(error: BaseException | None) -> bool:
    """Whether the error means that the database cannot be reached, so that the same request may succeed
    later.
    """
    if _is_own_file(error):
        return False
    if isinstance(error, (TimeoutError, PoolTimeoutError, *DATABASE_AWAY)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_outage(error.orig)
    # SQLAlchemy wraps asyncpg's errors in errors of its own.
    return error is not None and _is_outage(error.__cause__)


async def secure_headers(message: Message, _scope: Scope) -> None:
    """Add headers that are not set yet. Every answer passes through here, so headers are added while it is
    sent.
    """
    if message["type"] != "http.response.start":
        return
    headers = list(message.get("headers", ()))
    present = {name for name, _ in headers}
    message["headers"] = headers + [header for header in _ENCODED_HEADERS if header[0] not in present]
