"""What other rooms and pages may ask of security."""

from mingpiao.security.roles import (
    ROLE_CHANGE,
    appoint_at_console,
    at_console,
    confirm_at_console,
    propose_role,
    reset_at_console,
)

__all__ = [
    "ROLE_CHANGE",
    "appoint_at_console",
    "at_console",
    "confirm_at_console",
    "propose_role",
    "reset_at_console",
]
