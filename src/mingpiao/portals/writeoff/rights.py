"""Who writes months off, and who reminds of it."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

UNIT_WRITEOFF = Right("unit_writeoff", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
REMIND = Right("writeoff_remind", DEPARTMENT_ROLES)
