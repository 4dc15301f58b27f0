"""What all web faces share about a request."""

import logging
import secrets
from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from mingpiao.kernel.errors import Problem
from mingpiao.storage.database import DATABASE_AWAY

_logger = logging.getLogger(__name__)


def client_address(connection: ASGIConnection[Any, Any, Any, Any]) -> str:
    """The client's network address; behind a trusted proxy uvicorn has put the real one here.

    An IPv6 address counts as its /64, because whoever has one address there has them all.
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
    """What is told of an error that nobody foresaw: `service.unavailable` (503) or `internal` (500).

    The error itself goes into the log, under the reference that the message of an internal one tells.
    """
    if _is_outage(error):
        _logger.warning("the database is away", exc_info=error)
        return Problem(code="service.unavailable", message="系统暂时不可用，请稍后重试。", status=503)
    reference = secrets.token_hex(6)
    _logger.error("internal error %s at %s %s", reference, request.method, request.url.path, exc_info=error)
    message = f"系统内部错误，请稍后重试；仍然出错时请把编号 {reference} 告知系统管理员。"
    return Problem(code="internal", message=message, status=500, facts={"reference": reference})


def _is_outage(error: BaseException | None) -> bool:
    """Whether the database could not be reached or went away, so that trying again makes sense."""
    if isinstance(error, (TimeoutError, PoolTimeoutError, *DATABASE_AWAY)):
        return True
    if isinstance(error, DBAPIError):
        return error.connection_invalidated or _is_outage(error.orig)
    # SQLAlchemy's own driver errors have asyncpg's behind them.
    return error is not None and _is_outage(error.__cause__)
