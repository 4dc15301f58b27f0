"""整改通知, and how they are answered."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class RectificationState(StrEnum):
    """整改中 → 待验收 → 已完成; what is returned is 整改中 again."""

    ISSUED = "issued"
    ANSWERED = "answered"
    ACCEPTED = "accepted"

    @property
    def label(self) -> str:
        return _RECTIFICATION_LABELS[self]


_RECTIFICATION_LABELS = {
    RectificationState.ISSUED: "整改中",
    RectificationState.ANSWERED: "待验收",
    RectificationState.ACCEPTED: "已完成",
}


class Rectification(msgspec.Struct, frozen=True, kw_only=True):
    """整改通知 of a unit: what it must put right by the end of `due_on` (Asia/Shanghai).

    `issuer_code` is the department that issued it, `region_code` that of the unit now; `first_due_on` is the day
    that the notice names. Names and the key that seals it are those of the day on which it was issued;
    `department_key_id` is None where there was no key on that day.
    """

    rectification_id: int
    unit_id: int
    region_code: str
    issuer_code: str
    year: int
    number: int
    state: RectificationState
    revision: int
    demands: str
    issued_at: datetime
    issued_by_name: str
    first_due_on: date
    due_on: date
    extended: bool
    unit_name: str
    unit_code: str
    department: str
    department_key_id: int | None = None
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by_name: str = ""
    escalated_to: str | None = None

    @property
    def serial(self) -> str:
        """文号 of the notice."""
        return serial_of(self.year, self.issuer_code, self.number)


def serial_of(year: int, issuer_code: str, number: int) -> str:
    """文号 of a notice by its parts."""
    return f"财票整改〔{year}〕{issuer_code}-{number:04d}"


class RectificationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rectifications a list shows, as `CaseFilter`. `due` is "overdue", or "" (any);
    `region_prefix` is what the codes of places begin with."""

    unit_id: int | None = None
    states: tuple[RectificationState, ...] = ()
    region_code: str = ""
    escalated: bool = False
    due: str = ""
    region_prefix: str = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How the bill of a case was corrected: its reversal, and the bill that was issued instead, if any.

    Of one that was not reversed, `reason` says why, in the unit's words.
    """

    case_id: int
    red_bill_id: int | None = None
    new_bill_id: int | None = None
    reason: str = ""


class NoticeLine(msgspec.Struct, frozen=True, kw_only=True):
    """A bill on a notice of rectification; `breach` is the name of the type, amounts in 元."""

    code: str
    number: str
    kind_code: str
    total: Decimal
    breach: str
    basis: str
    amount: Decimal
    reason: str


class RectificationNotice(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a notice of rectification says; `serial` is empty before it is issued."""

    serial: str
    unit_name: str
    unit_uscc: str
    department: str
    issued_on: date
    due_on: date
    demands: str
    lines: tuple[NoticeLine, ...]

    @property
    def amount(self) -> Decimal:
        return sum((line.amount for line in self.lines), Decimal("0.00"))
