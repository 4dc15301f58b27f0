"""Who acts: roles, accounts and sessions, and `Acting`, the value that every changing verb takes."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from mingpiao.kernel.errors import Problem
from mingpiao.storage.scope import NOTHING, SYSTEM, DepartmentScope, Scope, UnitScope


class Role(StrEnum):
    """What an account may do; the part before the underscore names the unit or department side.

    The three administrators exclude one another and do no business (三员分立). An account of a department or of
    an administrator is made `UNGRANTED` and can do nothing until it was given a role.
    """

    UNGRANTED = "ungranted"
    UNIT_HANDLER = "unit_handler"
    UNIT_CHECKER = "unit_checker"
    UNIT_MANAGER = "unit_manager"
    DEPARTMENT_OFFICER = "department_officer"
    DEPARTMENT_HEAD = "department_head"
    ADMINISTRATOR = "administrator"
    SECURITY_ADMINISTRATOR = "security_administrator"
    AUDIT_ADMINISTRATOR = "audit_administrator"

    @property
    def label(self) -> str:
        return _ROLE_LABELS[self]


#: The three who keep the platform, each with a part of it.
ADMINISTRATORS = (Role.ADMINISTRATOR, Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR)

_ROLE_LABELS = {
    Role.UNGRANTED: "待授权",
    Role.UNIT_HANDLER: "开票人",
    Role.UNIT_CHECKER: "复核人",
    Role.UNIT_MANAGER: "票据管理员",
    Role.DEPARTMENT_OFFICER: "财政经办",
    Role.DEPARTMENT_HEAD: "财政负责人",
    Role.ADMINISTRATOR: "系统管理员",
    Role.SECURITY_ADMINISTRATOR: "安全管理员",
    Role.AUDIT_ADMINISTRATOR: "审计管理员",
}


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """A person's account. Unit roles have a unit, department roles a region.

    While `must_change_password` is set, the account can only choose a new password. After the day
    `valid_until` it cannot sign in. From `lost_at` on it cannot issue, as its UKey was reported lost (挂失).
    """

    account_id: int
    username: str
    display_name: str
    role: Role
    unit_id: int | None = None
    region_code: str | None = None
    active: bool = True
    must_change_password: bool = False
    valid_until: date | None = None
    lost_at: datetime | None = None

    def is_over(self, on: date) -> bool:
        """Whether the account's last day (`valid_until`, inclusive) is before a day."""
        return self.valid_until is not None and self.valid_until < on

    @property
    def actor(self) -> str:
        """The name of the account in the audit trail."""
        return f"account:{self.account_id}"

    @property
    def scope(self) -> Scope:
        """The scope of what the account may see. Who runs the system or reads all logs sees everything, who grants
        roles sees no business.
        """
        if self.unit_id is not None:
            return UnitScope(self.unit_id)
        if self.region_code is not None:
            return DepartmentScope(self.region_code)
        return SYSTEM if self.role in (Role.ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR) else NOTHING


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A server-side session of an account. `factors` names how the person proved who they are (`factors.py`), and
    `proved_at` when they did so last. `ends_at` is when it ends if nothing more is asked for. `networks` are those from
    which it may be used; empty for all. `point` is the 开票点 to which the UKey that began it binds it; empty for none.
    """

    session_id: int
    account: Account
    factors: tuple[str, ...]
    created_at: datetime
    proved_at: datetime
    ends_at: datetime
    csrf_token: str
    networks: tuple[str, ...] = ()
    point: str = ""


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """Who does something, and from where. Every verb that changes something takes one.

    `actor` is the name in the audit trail: "account:<id>", "app:<app id>" or "system:<task>". `name` is what
    people read. `address` is the network address; `factors` says how the person proved who they are. Only a
    person has an `account`; an interface app has a unit without an account; the platform itself has neither, but
    may carry out what people asked for or agreed to (`behalf`, by account). `point` is the one 开票点 for which a person
    acts who signed in by its UKey; empty where no UKey says so.
    """

    actor: str
    name: str
    account: Account | None = None
    unit_id: int | None = None
    address: str = ""
    factors: tuple[str, ...] = ()
    behalf: frozenset[int] = frozenset()
    point: str = ""

    @property
    def people(self) -> frozenset[int]:
        """The accounts of all who stand behind it."""
        return self.behalf if self.account is None else self.behalf | {self.account.account_id}

    @property
    def account_id(self) -> int | None:
        return self.account.account_id if self.account else None

    @property
    def role(self) -> Role | None:
        return self.account.role if self.account else None

    @property
    def region_code(self) -> str | None:
        """The region of a person who works for a department."""
        return self.account.region_code if self.account else None


def acting_as(session: Session, address: str) -> Acting:
    """The acting person of a session, at a network address."""
    return acting_for(session.account, address=address, factors=session.factors, point=session.point)


def acting_for(
    account: Account, *, address: str = "", factors: tuple[str, ...] = (), point: str = ""
) -> Acting:
    """The acting person of an account without a session, for example at the command line."""
    return Acting(
        actor=account.actor,
        name=account.display_name,
        account=account,
        unit_id=account.unit_id,
        address=address,
        factors=factors,
        point=point,
    )


def interface_app(app_id: str, unit_id: int, address: str) -> Acting:
    """A unit's own program, at the network address of its call."""
    return Acting(actor=f"app:{app_id}", name="接口应用", unit_id=unit_id, address=address)


def platform(task: str, *, name: str = "平台", address: str = "") -> Acting:
    """The platform itself in one of its tasks, such as "sign_in". `address` is that of the call that started
    the task.
    """
    return Acting(actor=f"system:{task}", name=name, address=address)


class ChangedValue(msgspec.Struct, frozen=True, kw_only=True):
    """What a member of a thing was before a change and is after it, as texts; empty for nothing."""

    name: str
    before: str
    after: str


class AuditEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the audit trail. `action` reads `subject:verb`, e.g. `bill:issue`.

    `unit_id` is the unit that it concerns, `region_code` the department whose account or key it concerns: their
    people read it, whoever acted.
    `changed` has what a change found and what it left, without secrets; its names have words where those of
    `details` have theirs.
    """

    acting: Acting
    action: str
    subject: str
    unit_id: int | None = None
    region_code: str | None = None
    details: dict[str, str] = {}
    changed: tuple[ChangedValue, ...] = ()


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """Signing in succeeded. `token` goes into the cookie; nothing else keeps it in clear text.

    `device` goes into a cookie that stays, and later shows that this browser is known.
    """

    token: str
    session: Session
    device: str = ""


class FactorNeeded(msgspec.Struct, frozen=True, kw_only=True):
    """The password was right, and a second factor is awaited. `token` finishes the sign-in within five minutes, once,
    and only in the browser that has `device` in its cookie that stays.
    """

    token: str
    device: str


class Visitor(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody signs in: the network address, the cookie of known browsers, what the browser says it is, and
    the token of the session that the new one replaces.
    """

    address: str
    device: str = ""
    agent: str = ""
    replacing: str = ""


class Rejected(msgspec.Struct, frozen=True, kw_only=True):
    """Signing in failed, for this reason."""

    problem: Problem


#: The possible results of signing in.
SignIn = SignedIn | FactorNeeded | Rejected


class KeptForm(msgspec.Struct, frozen=True, kw_only=True):
    """A form that arrived after its session had ended: the address it was sent to, and the page that shows
    it.

    `members` are its texts as typed, without passwords and the CSRF token. `files` names the attached files,
    which are not kept.
    """

    address: str
    page: str
    members: tuple[tuple[str, str], ...]
    files: tuple[str, ...] = ()
    form_id: str = ""
