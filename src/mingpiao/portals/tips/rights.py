"""Rights of the pages of 群众线索 and 情况问询."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

TIPS_DECIDE = Right("tips_decide", DEPARTMENT_ROLES)
INQUIRIES_ANSWER = Right("inquiries_answer", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
