"""Rights of the pages about units."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

#: Register and change units. An administrator keeps the platform, and no units.
UNIT_MANAGE = Right("unit_manage", DEPARTMENT_ROLES)
