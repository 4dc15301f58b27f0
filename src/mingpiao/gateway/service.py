"""The gateway's door: what other faces use of it."""

from mingpiao.gateway.problems import handle

__all__ = ["handle"]
