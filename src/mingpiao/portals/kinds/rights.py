"""Rights of the pages about kinds of bills."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

KINDS_MARK = Right("kinds_mark", frozenset({Role.DEPARTMENT_HEAD}))
