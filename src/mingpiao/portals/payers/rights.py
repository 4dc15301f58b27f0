"""Who works with a unit's 缴款人名录."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_PAYERS = Right("unit_payers", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
