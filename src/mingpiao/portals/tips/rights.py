"""Rights of the pages of 群众线索."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

TIPS_DECIDE = Right("tips_decide", DEPARTMENT_ROLES)
