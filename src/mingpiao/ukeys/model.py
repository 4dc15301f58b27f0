"""Values of UKeys: a person's key and certificate for one 开票点 of a unit, or for a department."""

from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

#: A new UKey is due so long before the certificate of the present one ends.
RENEWED_BEFORE = timedelta(days=30)


class UKeyState(StrEnum):
    """Where a UKey stands; `machine.py` says which steps lead on."""

    REQUESTED = "requested"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    ISSUED = "issued"
    DELIVERED = "delivered"
    ACTIVE = "active"
    HELD = "held"
    REVOKED = "revoked"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    UKeyState.REQUESTED: "待签发",
    UKeyState.REFUSED: "未同意",
    UKeyState.WITHDRAWN: "已撤回",
    UKeyState.ISSUED: "待领取",
    UKeyState.DELIVERED: "待激活",
    UKeyState.ACTIVE: "在用",
    UKeyState.HELD: "已冻结",
    UKeyState.REVOKED: "已吊销",
}


class UKeyStep(StrEnum):
    """What happens to a UKey."""

    APPLY = "apply"
    WITHDRAW = "withdraw"
    REFUSE = "refuse"
    ISSUE = "issue"
    DELIVER = "deliver"
    ACTIVATE = "activate"
    HOLD = "hold"
    RELEASE = "release"
    REVOKE = "revoke"

    @property
    def label(self) -> str:
        return _STEPS[self]


_STEPS = {
    UKeyStep.APPLY: "申请 UKey 证书",
    UKeyStep.WITHDRAW: "撤回 UKey 申请",
    UKeyStep.REFUSE: "不同意 UKey 申请",
    UKeyStep.ISSUE: "签发 UKey 证书",
    UKeyStep.DELIVER: "领取 UKey 证书",
    UKeyStep.ACTIVATE: "激活 UKey 证书",
    UKeyStep.HOLD: "冻结 UKey 证书",
    UKeyStep.RELEASE: "解冻 UKey 证书",
    UKeyStep.REVOKE: "吊销 UKey 证书",
}


class UKey(msgspec.Struct, frozen=True, kw_only=True):
    """A person's key for one place: a 开票点 of a unit (`point_code`; empty: the whole unit), or a department.

    `certificate` is DER and None until it is issued; `holder_name` and `place_name` are as of the application.
    """

    ukey_id: int
    account_id: int
    unit_id: int | None
    region_code: str | None
    point_code: str
    holder_name: str
    place_name: str
    state: UKeyState
    request: bytes
    certificate: bytes | None
    serial: str | None
    issuer: str | None
    valid_from: datetime | None
    valid_to: datetime | None
    applied_by: int
    applied_at: datetime
    decided_by: int | None

    def is_over(self, moment: datetime) -> bool:
        """Whether its certificate has ended."""
        return self.valid_to is not None and self.valid_to < moment

    def ends_soon(self, moment: datetime) -> bool:
        """Whether its certificate ends within a month, so that a new one is due."""
        return self.valid_to is not None and moment <= self.valid_to < moment + RENEWED_BEFORE


class UKeyEvent(msgspec.Struct, frozen=True, kw_only=True):
    """A step in the life of a UKey, by whom, and with which words."""

    step: UKeyStep
    at: datetime
    by_name: str
    note: str


class UKeyFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which UKeys are wanted; what is empty does not matter. `words` is searched for in holder and place."""

    unit_id: int | None = None
    state: str = ""
    words: str = ""


class KeyAuthority(msgspec.Struct, frozen=True, kw_only=True):
    """A CA whose certificates of persons are trusted. `is_own`: the platform itself issues with it."""

    authority_id: int
    name: str
    subject: str
    certificate: bytes
    is_own: bool
    added_by_name: str
    added_at: datetime
