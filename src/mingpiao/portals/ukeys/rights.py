"""Who applies for UKeys, and who decides of them."""

from mingpiao.identity.model import Role
from mingpiao.portals.gates import DEPARTMENT_ROLES, Right

#: Apply for people of one's unit, fetch certificates, and put them on hold.
UNIT_UKEYS = Right("unit_ukeys", frozenset({Role.UNIT_MANAGER}))
#: Issue, hold and revoke; and apply for one's own.
UKEYS_DECIDE = Right("ukeys_decide", DEPARTMENT_ROLES)
#: Trust CAs outside and take in their lists; of the province alone, which the verbs hold.
UKEY_AUTHORITIES = Right("ukey_authorities", frozenset({Role.DEPARTMENT_HEAD}))
