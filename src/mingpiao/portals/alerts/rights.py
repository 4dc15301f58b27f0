"""Rights of the pages of 预警."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

ALERTS_DECIDE = Right("alerts_decide", DEPARTMENT_ROLES)
