"""Rights of the pages about supervision rules."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

RULES_VIEW = Right("rules_view", DEPARTMENT_ROLES | {Role.ADMINISTRATOR})
RULES_WRITE = Right("rules_write", DEPARTMENT_ROLES)
RULES_APPROVE = Right("rules_approve", frozenset({Role.DEPARTMENT_HEAD}))
