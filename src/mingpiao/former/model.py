"""Values of former bills."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import BillIdentity

#: Bills of an old system are written off from this day on; older ones are not imported.
FIRST_DAY = date(2021, 1, 1)


class FormerItem(msgspec.Struct, frozen=True, kw_only=True):
    """A charge item on a former bill; money in 元. `code` is empty where the old system's is not known."""

    code: str
    name: str
    quantity: Decimal
    rate: Decimal
    amount: Decimal


class SealState(StrEnum):
    """What is known of a former bill's seals: there is no XML, no certificate for it, or they were verified."""

    NONE = "none"
    UNKNOWN = "unknown"
    VALID = "valid"
    BROKEN = "broken"

    @property
    def label(self) -> str:
        return _SEAL_LABELS[self]


_SEAL_LABELS = {
    SealState.NONE: "无签名原件",
    SealState.UNKNOWN: "未验证（无证书）",
    SealState.VALID: "签名有效",
    SealState.BROKEN: "签名无效",
}


class FormerBill(msgspec.Struct, frozen=True, kw_only=True):
    """历史票据: a bill as its face says; money in 元, negative on a red bill, which names its blue one."""

    unit_id: int
    bill_id: int
    kind_code: str
    color: str
    check_code: str
    issued_on: date
    payer_name: str
    handler: str
    total: Decimal
    items: tuple[FormerItem, ...]
    related_bill_id: int | None
    seal: SealState
    seal_note: str
    import_id: int
    imported_by_name: str
    imported_at: datetime

    @property
    def identity(self) -> BillIdentity:
        return BillIdentity.from_bill_id(self.bill_id)

    @property
    def related(self) -> BillIdentity | None:
        return None if self.related_bill_id is None else BillIdentity.from_bill_id(self.related_bill_id)

    @property
    def month(self) -> date:
        return self.issued_on.replace(day=1)

    @property
    def items_sum(self) -> Decimal:
        return sum((each.amount for each in self.items), Decimal("0.00"))


class FormerFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which former bills: of a unit, days of issue (inclusive), a kind, a seal's state, a payer, places. Empty: all."""

    unit_id: int | None = None
    first: date | None = None
    last: date | None = None
    kind_code: str = ""
    seal: SealState | None = None
    number: str = ""
    payer: str = ""
    region_prefix: str = ""


class FormerCycle(msgspec.Struct, frozen=True, kw_only=True):
    """The former bills of a unit, kind and month (its first day), added up; reversed sums are positive, in 元."""

    unit_id: int
    month: date
    kind_code: str
    issued_count: int
    issued_amount: Decimal
    reversed_count: int
    reversed_amount: Decimal
    writeoff_id: int | None
    written_off_at: datetime | None

    @property
    def net_amount(self) -> Decimal:
        return self.issued_amount - self.reversed_amount


class NumberGap(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of a code that are missing before a bill of the month: those from `first` to `last`, but for `others`
    that another unit has.
    """

    bill_id: int
    first: BillIdentity
    last: BillIdentity
    others: int

    @property
    def count(self) -> int:
        return self.last.bill_id - self.first.bill_id + 1 - self.others

    @property
    def words(self) -> str:
        """The numbers for people: one, or the first and the last, and how many of them are not missing."""
        if self.first == self.last:
            return self.first.number
        besides = f"，其中{self.others}个由其他单位导入" if self.others else ""
        return f"{self.first.number}至{self.last.number}{besides}"


class FormerImportState(StrEnum):
    """读取中 → 待确认 → 导入中 → 已导入, or 未能读取."""

    READING = "reading"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def moving(self) -> bool:
        return self in (FormerImportState.READING, FormerImportState.IMPORTING)


_STATE_LABELS = {
    FormerImportState.READING: "核对中",
    FormerImportState.CHECKED: "待确认",
    FormerImportState.IMPORTING: "导入中",
    FormerImportState.IMPORTED: "已导入",
    FormerImportState.FAILED: "未能读取",
}


class FormerImport(msgspec.Struct, frozen=True, kw_only=True):
    """A file of former bills: of a unit, or of a department (`region_code`) for its units.

    `entries` are the bills in it, `done` those that were judged or imported so far.
    """

    import_id: int
    unit_id: int | None
    region_code: str | None
    file_name: str
    state: FormerImportState
    run: int
    entries: int
    done: int
    failure: str
    uploaded_by_name: str
    uploaded_at: datetime
    finished_at: datetime | None


class VerdictOutcome(StrEnum):
    """What an import does with a bill of its file."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    REFUSED = "refused"

    @property
    def label(self) -> str:
        return {"created": "导入", "unchanged": "已有，跳过", "refused": "不能导入"}[self.value]


class EntryVerdict(msgspec.Struct, frozen=True, kw_only=True):
    """One bill of a file: its place (row, or number of the file in an archive), its name there, and what becomes of it.

    `message` is why it is refused; `notice` what should be looked at although it can be imported.
    """

    place: int
    name: str
    outcome: VerdictOutcome
    bill_id: int | None = None
    total: Decimal | None = None
    problem_code: str = ""
    problem_field: str = ""
    message: str = ""
    notice: str = ""

    @property
    def identity(self) -> BillIdentity | None:
        return None if self.bill_id is None else BillIdentity.from_bill_id(self.bill_id)


class VerdictSums(msgspec.Struct, frozen=True, kw_only=True):
    """How many bills of a file are imported, known already, and refused; the amount (元) of those imported, and how many
    of them should be looked at.
    """

    created: int = 0
    unchanged: int = 0
    refused: int = 0
    amount: Decimal = Decimal("0.00")
    noticed: int = 0


class FormerCertificate(msgspec.Struct, frozen=True, kw_only=True):
    """A certificate with which an old system sealed; its seals count from `used_from` to `used_to` (inclusive)."""

    certificate_id: int
    region_code: str
    name: str
    der: bytes
    serial: str
    issuer: str
    used_from: date
    used_to: date
    retired_at: datetime | None
    retired_by_name: str
    registered_by_name: str
    registered_at: datetime
