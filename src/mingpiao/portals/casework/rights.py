"""Rights of the pages of 异常票据 and 整改."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

EXCEPTIONS_DECIDE = Right("exceptions_decide", DEPARTMENT_ROLES)
#: Explain an exception, and report what was put right.
UNIT_EXPLAIN = Right("unit_explain", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
