"""Who writes months off, and who reminds of it."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

#: Let the platform write off the unit's months by itself.
UNIT_STANDING_ORDER = Right("unit_standing_order", frozenset({Role.UNIT_MANAGER}))
#: Change 核销设置 of a department.
WRITEOFF_SETTINGS = Right("writeoff_settings", frozenset({Role.DEPARTMENT_HEAD}))
UNIT_WRITEOFF = Right("unit_writeoff", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
REMIND = Right("writeoff_remind", DEPARTMENT_ROLES)
