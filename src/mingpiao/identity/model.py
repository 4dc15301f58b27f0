"""Who acts: actors, roles, accounts and sessions."""

from datetime import datetime
from enum import StrEnum

import msgspec

from mingpiao.kernel.errors import Problem
from mingpiao.storage.scope import SYSTEM, DepartmentScope, Scope, UnitScope


class Role(StrEnum):
    """What an account may do; the part before the underscore says whose account it is."""

    UNIT_HANDLER = "unit_handler"
    UNIT_CHECKER = "unit_checker"
    UNIT_MANAGER = "unit_manager"
    DEPARTMENT_OFFICER = "department_officer"
    DEPARTMENT_HEAD = "department_head"
    ADMINISTRATOR = "administrator"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


_ROLE_LABELS = {
    Role.UNIT_HANDLER: "开票人",
    Role.UNIT_CHECKER: "复核人",
    Role.UNIT_MANAGER: "票据管理员",
    Role.DEPARTMENT_OFFICER: "财政经办",
    Role.DEPARTMENT_HEAD: "财政负责人",
    Role.ADMINISTRATOR: "系统管理员",
}


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who did something and from where, as the audit trail names it.

    `label` is "account:<id>", "app:<app id>" or "system:<task>"; `address` is the network address.
    """

    label: str
    address: str = ""


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail. `action` reads `subject:verb`, e.g. `bill:issue`."""

    actor: Actor
    action: str
    subject: str
    unit_id: int | None = None
    details: dict[str, str] = {}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person's account. Unit roles have a unit, department roles a region.

    With `must_change_password` it may do nothing else before it has a password of its own choosing.
    """

    account_id: int
    username: str
    display_name: str
    role: Role
    unit_id: int | None = None
    region_code: str | None = None
    active: bool = True
    must_change_password: bool = False

    @property
    def actor(self) -> Actor:
        """The account as the audit trail names it, without an address."""
        return Actor(label=f"account:{self.account_id}")

    @property
    def scope(self) -> Scope:
        """What the account may see; an administrator sees all."""
        if self.unit_id is not None:
            return UnitScope(self.unit_id)
        if self.region_code is not None:
            return DepartmentScope(self.region_code)
        return SYSTEM


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A server-side session of an account. `factors` names how it was proven ("password", …)."""

    account: Account
    factors: tuple[str, ...]
    created_at: datetime
    csrf_token: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """The person is known. `token` goes into the cookie and is kept nowhere else in clear."""

    token: str
    session: Session


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Nobody was signed in, for this reason."""

    problem: Problem


#: What signing in may answer. A second factor will be a further case: first a value that asks for it.
SignIn = SignedIn | Rejected
