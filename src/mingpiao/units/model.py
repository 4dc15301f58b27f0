"""用票单位: organisations that issue bills."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from mingpiao.catalog.model import ChargeItem, UnitType

__all__ = [
    "ChangeState",
    "InterfaceApp",
    "IssuingPoint",
    "Unit",
    "UnitChange",
    "UnitChangeKind",
    "UnitDetails",
    "UnitMode",
    "UnitPoints",
    "UnitProfile",
    "UnitState",
    "UnitType",
]


class UnitMode(StrEnum):
    """ONLINE units (在线) use the web, INTERFACE units (接口) connect their own system."""

    ONLINE = "ONLINE"
    INTERFACE = "INTERFACE"

    @property
    def label(self) -> str:
        return "在线开票" if self is UnitMode.ONLINE else "接口开票"


class UnitState(StrEnum):
    """Whether a unit may issue. A closed unit stays closed."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    CLOSED = "closed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    UnitState.ACTIVE: "正常用票",
    UnitState.SUSPENDED: "暂停用票",
    UnitState.CLOSED: "已注销",
}


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """One issuing unit. `uscc` is its 统一社会信用代码; `unit_id` is 0 until it is stored."""

    uscc: str
    name: str
    region_code: str
    mode: UnitMode
    unit_type: UnitType
    unit_id: int = 0
    receiving_account: str = ""
    receiving_bank: str = ""
    address: str = ""
    phone: str = ""
    state: UnitState = UnitState.ACTIVE


class UnitDetails(msgspec.Struct, frozen=True, kw_only=True):
    """What of a unit has no date: it may change at any time, and the next bill shows it."""

    unit_type: UnitType
    receiving_account: str = ""
    receiving_bank: str = ""
    address: str = ""
    phone: str = ""


class UnitChangeKind(StrEnum):
    """变更: what may change of a unit with a day."""

    NAME = "name"
    USCC = "uscc"
    REGION = "region"
    MODE = "mode"
    SUSPEND = "suspend"
    RESUME = "resume"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return _CHANGE_WORDS[self][0]

    @property
    def subject(self) -> str:
        """What of the unit changes, in Chinese."""
        return _CHANGE_WORDS[self][1]

    @property
    def verb(self) -> str:
        """The action in the audit trail."""
        return self.value if self in _STATE_CHANGES else f"change_{self.value}"


_CHANGE_WORDS = {
    UnitChangeKind.NAME: ("更名", "单位名称"),
    UnitChangeKind.USCC: ("变更代码", "统一社会信用代码"),
    UnitChangeKind.REGION: ("迁移地区", "所属地区"),
    UnitChangeKind.MODE: ("变更开票方式", "开票方式"),
    UnitChangeKind.SUSPEND: ("暂停用票", "状态"),
    UnitChangeKind.RESUME: ("恢复用票", "状态"),
    UnitChangeKind.CLOSE: ("注销", "状态"),
}
_STATE_CHANGES = frozenset({UnitChangeKind.SUSPEND, UnitChangeKind.RESUME, UnitChangeKind.CLOSE})


class ChangeState(StrEnum):
    """A planned change waits for its day; the others are final. A failed one no longer fitted on its day."""

    PLANNED = "planned"
    APPLIED = "applied"
    WITHDRAWN = "withdrawn"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return {"planned": "待生效", "applied": "已生效", "withdrawn": "已撤回", "failed": "未能生效"}[self]


class UnitChange(msgspec.Struct, frozen=True, kw_only=True):
    """One change of a unit, from a day on (Asia/Shanghai).

    `before` and `after` are names, codes, regions or modes; of a change of state `before` is the state and
    `after` is empty. `decided_by` is the second person, where the change needs one. `made_in` is the region of
    the department that made it; None for the platform.
    """

    change_id: int
    unit_id: int
    kind: UnitChangeKind
    before: str
    after: str
    effective_on: date
    reason: str
    made_by: str
    made_by_name: str
    made_at: datetime
    made_in: str | None
    decided_by: str | None
    decided_by_name: str
    state: ChangeState
    settled_at: datetime | None
    note: str


class InterfaceApp(msgspec.Struct, frozen=True, kw_only=True):
    """接口应用: the account with which a unit's own system calls the API, here without its secret."""

    app_id: str
    unit_id: int
    name: str
    active: bool = True


class IssuingPoint(msgspec.Struct, frozen=True, kw_only=True):
    """开票点: a place of a unit. `code` is unique within the unit; `people` are names, as the unit writes them."""

    unit_id: int
    code: str
    name: str
    address: str = ""
    people: str = ""
    active: bool = True


class UnitPoints(msgspec.Struct, frozen=True, kw_only=True):
    """开票点 in use of a unit (code to name), and by account the points that each is bound to and the one it has chosen."""

    codes: dict[str, str] = {}
    bound: dict[int, frozenset[str]] = {}
    chosen: dict[int, str] = {}

    def may_act(self, account_id: int | None, code: str) -> bool:
        """Whether an account acts in the name of a point; programs of the unit (None), and who is bound to none, do."""
        bound = None if account_id is None else self.bound.get(account_id)
        return code in self.codes and (not bound or code in bound)

    def issued_at(self, account_id: int | None, by_ukey: str = "") -> str:
        """The point that a person issues for where nothing else is said: that of the UKey which began the session
        (`by_ukey`), else the chosen one, else the first of those that the account is bound to; empty where there is none.
        """
        if by_ukey:
            return by_ukey
        if account_id is None:
            return ""
        chosen = self.chosen.get(account_id, "")
        if chosen and self.may_act(account_id, chosen):
            return chosen
        return min(self.bound.get(account_id, frozenset()) & self.codes.keys(), default="")


class UnitProfile(msgspec.Struct, frozen=True, kw_only=True):
    """A unit with the charge items and bill kinds that finance allows it to use, both by code, and its points.

    `watched` are the (first, last) days on which departments watch it (重点监控); who reads as the unit finds none.
    """

    unit: Unit
    item_codes: frozenset[str]
    kind_codes: frozenset[str]
    watched: tuple[tuple[date, date], ...] = ()
    points: UnitPoints = UnitPoints()

    def is_watched(self, day: date) -> bool:
        """Whether a department watches the unit on a day."""
        return any(first <= day <= last for first, last in self.watched)

    def may_charge(self, item: ChargeItem, day: date) -> bool:
        """Whether an item is open on a day to units of this type and region; finance must allow it besides."""
        unit = self.unit
        return item.open_on(day) and item.for_type(unit.unit_type.value) and item.for_region(unit.region_code)
