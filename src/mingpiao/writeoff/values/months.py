"""Months as they are written off: cycles, requests, and where bills stand."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.units.model import UnitMode


class BillOrigin(StrEnum):
    """Whether bills were issued here, or are former bills, which an old system sealed."""

    OWN = "own"
    FORMER = "former"


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """周期: the closed month of a unit and kind, with its sums in 元; reversed sums are positive.

    `month` is its first day. It must be written off by the end of `due_on` (Asia/Shanghai). `campaign_id` is the
    campaign by whose last day it is due; None for a month that was closed in its turn.
    """

    unit_id: int
    month: date
    kind_code: str
    region_code: str
    mode: UnitMode
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal
    closed_at: datetime
    due_on: date
    extended: bool = False
    writeoff_id: int | None = None
    written_off_at: datetime | None = None
    campaign_id: int | None = None

    @property
    def net_amount(self) -> Decimal:
        return self.issued_amount - self.reversed_amount


class WriteOffState(StrEnum):
    """核对中 → 已核销 or 未通过; 已被取代 after its cycle was opened again."""

    CHECKING = "checking"
    DONE = "done"
    FAILED = "failed"
    SUPERSEDED = "superseded"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    WriteOffState.CHECKING: "核对中",
    WriteOffState.DONE: "已核销",
    WriteOffState.FAILED: "未通过",
    WriteOffState.SUPERSEDED: "已被取代",
}


#: Why what arrived differs from what was issued: stored word, and its Chinese name.
DIFFERENCE_REASONS = {
    "other_month": "跨期到账",
    "cash_not_banked": "现金未缴",
    "refund": "退款",
    "fee": "手续费",
    "arrears": "欠费未收",
    "insurance": "医保待结算",
    "other": "其他",
}


class DifferenceReason(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the difference and its reason: `amount` 元 were issued and did not arrive (negative: the reverse)."""

    code: str
    amount: Decimal
    words: str = ""


class WriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """核销申请 of a unit for a month. `difference` is what was issued (net) without what arrived, in 元.

    With `partial`, bills that no receipt pays for become exceptions and the others are written off. Names, and
    the keys that seal the certificate, are those of the day on which it was written off; empty before. Of former
    bills (`origin`) nobody knows what arrived: `received` is 0 then, and `left_out` names the rules that could not
    judge them. `exceptions` are the bills that were not written off with their month: those that this request found,
    and those of which a breach stood from before the month was opened again.
    """

    writeoff_id: int
    unit_id: int
    month: date
    region_code: str
    state: WriteOffState
    issued_net: Decimal
    received: Decimal
    tolerance: Decimal
    reasons: tuple[DifferenceReason, ...]
    partial: bool
    automatic: bool
    submitted_by: str
    submitted_by_name: str
    submitted_at: datetime
    finished_at: datetime | None
    ruleset_version: int | None
    seals_checked: int
    exceptions: int
    failure: str
    unit_name: str
    unit_code: str
    department: str
    unit_key_id: int | None
    department_key_id: int | None
    origin: BillOrigin = BillOrigin.OWN
    left_out: tuple[str, ...] = ()

    @property
    def difference(self) -> Decimal:
        return self.issued_net - self.received

    @property
    def stands(self) -> bool:
        """Whether it is being checked or is done: the month is not asked for again."""
        return self.state in (WriteOffState.CHECKING, WriteOffState.DONE)

    @property
    def serial(self) -> str:
        """核销编号, as it stands on the certificate."""
        return f"HX{self.region_code}{self.month:%Y%m}{self.writeoff_id:08d}"


class MonthStanding(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's month as it stands: its cycles by kind, what arrived by source, and its request for write-off."""

    unit_id: int
    month: date
    cycles: tuple[Cycle, ...]
    received: dict[str, Decimal]
    writeoff: WriteOff | None

    @property
    def count(self) -> int:
        """How many bills it has, blue and red."""
        return sum(each.issued_count + each.reversed_count for each in self.cycles)

    @property
    def issued_net(self) -> Decimal:
        return sum((each.net_amount for each in self.cycles), Decimal("0.00"))

    @property
    def received_total(self) -> Decimal:
        return sum(self.received.values(), Decimal("0.00"))

    @property
    def difference(self) -> Decimal:
        return self.issued_net - self.received_total

    @property
    def due_on(self) -> date:
        return min(each.due_on for each in self.cycles)

    @property
    def is_written_off(self) -> bool:
        return all(each.writeoff_id is not None for each in self.cycles)

    @property
    def is_catch_up(self) -> bool:
        """Whether it is a month of a campaign."""
        return any(each.campaign_id is not None for each in self.cycles)


class BillStanding(StrEnum):
    """核销状态 of a bill, as pages, the API and the public check show it."""

    OPEN = "open"
    WRITTEN_OFF = "written_off"
    EXCEPTION = "exception"
    BREACH = "breach"
    RECTIFYING = "rectifying"

    @property
    def label(self) -> str:
        return _BILL_LABELS[self]

    @property
    def is_questioned(self) -> bool:
        """Whether a department examines the bill, or found it to be in breach of rules and not put right."""
        return self in (BillStanding.EXCEPTION, BillStanding.BREACH, BillStanding.RECTIFYING)


_BILL_LABELS = {
    BillStanding.OPEN: "未核销",
    BillStanding.WRITTEN_OFF: "已核销",
    BillStanding.EXCEPTION: "异常",
    BillStanding.BREACH: "违规",
    BillStanding.RECTIFYING: "整改中",
}


class BillWriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bill stands; `written_off_at`, `serial` (核销编号) and `writeoff_id` when its cycle is written off.

    `held_up`: it was an exception, and was written off when that was settled, after its cycle was.
    `is_owed`: whether the bill's month is one that must be written off, as the province has set it.
    """

    standing: BillStanding
    is_owed: bool = True
    written_off_at: datetime | None = None
    held_up: bool = False
    serial: str = ""
    writeoff_id: int | None = None
    case_id: int | None = None

    @property
    def is_written_off(self) -> bool:
        return self.standing is BillStanding.WRITTEN_OFF

    @property
    def is_certified(self) -> bool:
        """Whether the certificate of its month counts it as written off."""
        return self.is_written_off and not self.held_up

    @property
    def is_told(self) -> bool:
        """Whether there is anything to tell: nothing is of a bill that need not be written off and is not."""
        return self.is_owed or self.standing is not BillStanding.OPEN
