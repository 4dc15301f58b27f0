"""Rights of the pages of 监督检查."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

INSPECTIONS_DECIDE = Right("inspections_decide", DEPARTMENT_ROLES)
