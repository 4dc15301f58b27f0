"""Rights of the pages of 监督检查."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

INSPECTIONS_DECIDE = Right("inspections_decide", DEPARTMENT_ROLES)
STATEMENTS_ANSWER = Right("statements_answer", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
