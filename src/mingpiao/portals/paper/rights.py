"""Who moves paper bills, and who says what became of them."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

#: Order, receive, allot, give back and accept paper of a department.
PAPER_MOVE = Right("paper_move", DEPARTMENT_ROLES)
#: Accept, hand out, give back and void a unit's paper.
UNIT_PAPER = Right("unit_paper", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
#: Report paper lost, ask for its destruction, and sign it.
UNIT_PAPER_DECIDE = Right("unit_paper_decide", frozenset({Role.UNIT_MANAGER}))
