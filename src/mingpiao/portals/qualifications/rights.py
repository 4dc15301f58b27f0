"""Rights of the pages about qualifications."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

UNIT_QUALIFICATIONS = Right("unit_qualifications", frozenset({Role.UNIT_MANAGER}))
QUALIFICATION_REVIEW = Right("qualification_review", DEPARTMENT_ROLES)
