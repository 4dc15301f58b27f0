"""Rights of the pages about issued bills."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_REVERSE = Right("unit_reverse", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
