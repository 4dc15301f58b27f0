"""Who asks for numbers, who decides, and who sets the limits."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

UNIT_SUPPLY = Right("unit_supply", frozenset({Role.UNIT_HANDLER, Role.UNIT_MANAGER}))
#: Let the platform ask by itself.
UNIT_SUPPLY_ORDER = Right("unit_supply_order", frozenset({Role.UNIT_MANAGER}))
#: Say who acts for which issuing point, and which numbers it has.
UNIT_POINTS = Right("unit_points", frozenset({Role.UNIT_MANAGER}))
SUPPLY_DECIDE = Right("supply_decide", DEPARTMENT_ROLES)
#: Change 申领设置; of the province alone, which the verb holds.
SUPPLY_SETTINGS = Right("supply_settings", frozenset({Role.DEPARTMENT_HEAD}))
#: Pass numbers to departments below, and give them back up.
SUPPLY_MOVE = Right("supply_move", DEPARTMENT_ROLES)
