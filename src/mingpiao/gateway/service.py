"""What other faces may use of the gateway."""

from mingpiao.gateway.problems import handle

__all__ = ["handle"]
