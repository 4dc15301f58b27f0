"""Who sets from which networks people may work."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import Right

#: A head for the own department; a 安全管理员 for all administrators, by the right of policies.
ACCESS_ADDRESSES = Right("access_addresses", frozenset({Role.DEPARTMENT_HEAD}))
