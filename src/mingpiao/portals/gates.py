"""What each role may do. A `Right` lists its roles; each subject's folder declares the rights of its own
pages.
"""

import msgspec

from mingpiao.identity.model import ADMINISTRATORS, Role, Session
from mingpiao.kernel.errors import refuse

UNIT_ROLES = frozenset({Role.UNIT_HANDLER, Role.UNIT_CHECKER, Role.UNIT_MANAGER})
#: Officers and heads of departments. Who runs the system sees the same, but decides nothing in their place.
DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})


class Right(msgspec.Struct, frozen=True):
    """Something that a page lets a person do, and the roles that may do it."""

    name: str
    roles: frozenset[Role]


UNIT_VIEW = Right("unit_view", UNIT_ROLES)
UNIT_EXPORT = Right("unit_export", UNIT_ROLES)
FINANCE_VIEW = Right("finance_view", DEPARTMENT_ROLES | {Role.ADMINISTRATOR})
#: 三员分立: who runs the system and makes accounts, who gives roles and sets policies, who reads all logs.
ADMINISTER = Right("administer", frozenset({Role.ADMINISTRATOR}))
SECURE = Right("secure", frozenset({Role.SECURITY_ADMINISTRATOR}))
AUDIT = Right("audit", frozenset({Role.AUDIT_ADMINISTRATOR}))
#: What all three have. Each page below /admin asks for a right of its own beside it.
ADMIN_VIEW = Right("admin_view", frozenset(ADMINISTRATORS))


def allowed(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return role in right.roles


def require(session: Session, right: Right) -> None:
    """Raise `Refusal` (`access.denied`, 403) unless the session's account has the right."""
    if not allowed(session.account.role, right):
        raise refuse(
            "access.denied",
            f"您的角色（{session.account.role.label}）没有此项权限，请联系本单位管理员。",
            status=403,
        )
