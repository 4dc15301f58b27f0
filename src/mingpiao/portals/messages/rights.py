"""Who reads messages: people of units and of departments, and administrators their own."""

from mingpiao.identity.model import ADMINISTRATORS
from mingpiao.portals.gates import DEPARTMENT_ROLES, UNIT_ROLES, Right

MESSAGES = Right("messages", UNIT_ROLES | DEPARTMENT_ROLES | frozenset(ADMINISTRATORS))
