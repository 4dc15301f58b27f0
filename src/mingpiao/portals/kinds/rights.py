"""Rights of the pages about kinds of bills."""

from mingpiao.identity.model import Account, Role
from mingpiao.kernel.codes import region_prefix
from mingpiao.portals.gates import Right, allowed

KINDS_MARK = Right("kinds_mark", frozenset({Role.DEPARTMENT_HEAD}))


def may_mark(account: Account) -> bool:
    """Whether an account is the head of the province's department."""
    region = account.region_code
    return region is not None and len(region_prefix(region)) == 2 and allowed(account.role, KINDS_MARK)
