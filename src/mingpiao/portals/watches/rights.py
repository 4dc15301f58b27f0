"""Rights of the pages of 重点监控."""

from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

WATCHES_DECIDE = Right("watches_decide", DEPARTMENT_ROLES)
