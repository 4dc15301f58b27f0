"""Rights of the pages of 复核."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_CHECK = Right("unit_check", frozenset({Role.UNIT_CHECKER}))
#: Say which bills must be checked.
UNIT_DEMANDS = Right("unit_demands", frozenset({Role.UNIT_MANAGER}))
