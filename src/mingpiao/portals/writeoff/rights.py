"""Who writes months off."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_WRITEOFF = Right("unit_writeoff", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
