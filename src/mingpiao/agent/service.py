"""What other faces may use of the agent."""

from mingpiao.agent.store import FileToken

__all__ = ["FileToken"]
