"""Rights of the pages of the audit trail; 审计管理员 read it under `AUDIT`."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

UNIT_AUDIT = Right("unit_audit", frozenset({Role.UNIT_MANAGER}))
DEPARTMENT_AUDIT = Right("department_audit", DEPARTMENT_ROLES)
