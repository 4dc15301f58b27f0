"""What all web faces share about a request."""

from functools import lru_cache
from ipaddress import ip_address
from typing import Any

from litestar.connection import ASGIConnection


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
