"""Rights of the pages about accounts."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_ACCOUNTS = Right("unit_accounts", frozenset({Role.UNIT_MANAGER}))
