"""What each role may do: the one table of rights, and the gate that asks it."""

from enum import StrEnum

from mingpiao.identity.model import Role, Session
from mingpiao.kernel.errors import refuse


class Right(StrEnum):
    """Something that a page lets a person do."""

    UNIT_VIEW = "unit_view"
    UNIT_ISSUE = "unit_issue"
    UNIT_REVERSE = "unit_reverse"
    UNIT_EXPORT = "unit_export"
    UNIT_ACCOUNTS = "unit_accounts"
    UNIT_QUALIFICATIONS = "unit_qualifications"
    MESSAGES = "messages"
    FINANCE_VIEW = "finance_view"
    QUALIFICATION_REVIEW = "qualification_review"
    RULES_VIEW = "rules_view"
    RULES_WRITE = "rules_write"
    RULES_APPROVE = "rules_approve"
    REVIEW = "review"
    KINDS_MARK = "kinds_mark"
    ADMINISTER = "administer"


_UNIT_READING = frozenset({Right.UNIT_VIEW, Right.UNIT_EXPORT, Right.MESSAGES})
_OFFICER = frozenset(
    {
        Right.FINANCE_VIEW,
        Right.RULES_VIEW,
        Right.RULES_WRITE,
        Right.REVIEW,
        Right.QUALIFICATION_REVIEW,
        Right.MESSAGES,
    }
)

_RIGHTS: dict[Role, frozenset[Right]] = {
    Role.UNIT_HANDLER: _UNIT_READING | {Right.UNIT_ISSUE, Right.UNIT_REVERSE},
    Role.UNIT_CHECKER: _UNIT_READING,
    Role.UNIT_MANAGER: _UNIT_READING | {Right.UNIT_REVERSE, Right.UNIT_ACCOUNTS, Right.UNIT_QUALIFICATIONS},
    Role.DEPARTMENT_OFFICER: _OFFICER,
    Role.DEPARTMENT_HEAD: _OFFICER | {Right.RULES_APPROVE, Right.KINDS_MARK},
    # An administrator sees the whole province as finance does, and acts for nobody.
    Role.ADMINISTRATOR: frozenset({Right.FINANCE_VIEW, Right.RULES_VIEW, Right.ADMINISTER}),
}


def allowed(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in _RIGHTS[role]


def require(session: Session, right: Right) -> None:
    """Raise `Refusal` (`access.denied`, 403) unless the session's account has the right."""
    if not allowed(session.account.role, right):
        raise refuse(
            "access.denied",
            f"您的角色（{session.account.role.label}）没有此项权限，请联系本单位管理员。",
            status=403,
        )
