"""Rights of the pages about applications and their review."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

REVIEW = Right("review", DEPARTMENT_ROLES)
