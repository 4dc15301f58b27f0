"""Rights of the pages about changes that a second person decides."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

APPROVALS_PROPOSE = Right("approvals_propose", DEPARTMENT_ROLES)
APPROVALS_DECIDE = Right("approvals_decide", frozenset({Role.DEPARTMENT_HEAD}))
