"""What other rooms and pages may ask of security."""

from mingpiao.security.policies import (
    PASSWORD_POLICY,
    POLICY_PAGE,
    changed_rows,
    policy_title,
    propose_password_policy,
)
from mingpiao.security.roles import (
    ROLE_CHANGE,
    appoint_at_console,
    at_console,
    confirm_at_console,
    propose_role,
    reset_at_console,
)

__all__ = [
    "PASSWORD_POLICY",
    "POLICY_PAGE",
    "ROLE_CHANGE",
    "appoint_at_console",
    "at_console",
    "changed_rows",
    "confirm_at_console",
    "policy_title",
    "propose_password_policy",
    "propose_role",
    "reset_at_console",
]
