"""Rights of the pages that issue bills."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

UNIT_ISSUE = Right("unit_issue", frozenset({Role.UNIT_HANDLER}))
