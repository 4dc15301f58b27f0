"""Values of write-off: policies, cycles, requests for write-off, what arrived, and exception cases."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem
from mingpiao.units.model import UnitMode


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """核销设置 of a department's area.

    Months before `begins_on` (a first day) need no write-off; None: none does. A cycle is due on the
    `interface_workdays`-th or `online_workdays`-th working day after its end. Issued and received may differ
    by `tolerance` 元. Of all seals at least the share `seal_share` is verified. A rectification has
    `rectification_months` calendar months; when it is overdue a unit gets no numbers, and with
    `breach_stops_issuing` it issues no bills either. What a department has not decided for `decision_workdays`
    working days is told to the one above.
    """

    begins_on: date | None = None
    interface_workdays: int = 5
    online_workdays: int = 5
    tolerance: Decimal = Decimal("0.00")
    seal_share: Decimal = Decimal("0.01")
    rectification_months: int = 3
    breach_stops_issuing: bool = False
    decision_workdays: int = 10

    def workdays_for(self, mode: UnitMode) -> int:
        """How many working days a unit of this mode has."""
        return self.online_workdays if mode is UnitMode.ONLINE else self.interface_workdays


class PolicyOf(msgspec.Struct, frozen=True, kw_only=True):
    """The policy that holds in a region: whose it is (empty: nobody has set one), and its revision."""

    policy: Policy
    region_code: str = ""
    revision: int = 0


class Cycle(msgspec.Struct, frozen=True, kw_only=True):
    """周期: the closed month of a unit and kind, with its sums in 元; reversed sums are positive.

    `month` is its first day. It must be written off by the end of `due_on` (Asia/Shanghai).
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


#: Channels by which money arrives, as a unit enters totals.
CHANNELS = ("银行转账", "POS", "微信", "支付宝", "现金", "其他")
#: Where a receipt comes from: stored word, and its Chinese name.
SOURCES = {"payment": "缴款平台", "statement": "银行流水", "manual": "单位登记", "interface": "接口报送"}


class Payment(msgspec.Struct, frozen=True, kw_only=True):
    """A payment as a payment service reports it. `serial` is its own number of it; negative amounts were paid back."""

    serial: str
    received_on: date
    amount: Decimal
    channel: str = ""
    payer_name: str = ""
    payment_code: str = ""
    business_no: str = ""


class DifferenceReason(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the difference and its reason: `amount` 元 were issued and did not arrive (negative: the reverse)."""

    code: str
    amount: Decimal
    words: str = ""


class WriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """核销申请 of a unit for a month. `difference` is what was issued (net) without what arrived, in 元.

    With `partial`, bills that no receipt pays for become exceptions and the others are written off. Names, and
    the keys that seal the certificate, are those of the day on which it was written off; empty before.
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

    @property
    def difference(self) -> Decimal:
        return self.issued_net - self.received

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


class CaseFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule of stage 核销 found of a bill. `version` is 0 for what the platform itself checks."""

    rule: str
    version: int
    name: str
    message: str
    basis: str = ""


class CaseState(StrEnum):
    """待处理 → 待说明 → 已说明 → 已解除 or 违规 → 整改中 → 已整改."""

    OPEN = "open"
    ASKED = "asked"
    ANSWERED = "answered"
    CLEARED = "cleared"
    BREACHED = "breached"
    RECTIFYING = "rectifying"
    RECTIFIED = "rectified"

    @property
    def label(self) -> str:
        return _CASE_LABELS[self]


_CASE_LABELS = {
    CaseState.OPEN: "待处理",
    CaseState.ASKED: "待说明",
    CaseState.ANSWERED: "已说明",
    CaseState.CLEARED: "已解除",
    CaseState.BREACHED: "违规",
    CaseState.RECTIFYING: "整改中",
    CaseState.RECTIFIED: "已整改",
}


class BillException(msgspec.Struct, frozen=True, kw_only=True):
    """异常票据 of a month as its unit hears of it; `total` in 元."""

    identity: BillIdentity
    kind_code: str
    total: Decimal
    state: CaseState
    findings: tuple[CaseFinding, ...]


#: States in which a case waits for a decision of the department, or for the unit's answer to its question.
UNDECIDED = frozenset({CaseState.OPEN, CaseState.ASKED, CaseState.ANSWERED})


class ExceptionCase(msgspec.Struct, frozen=True, kw_only=True):
    """异常票据: a bill that write-off did not pass, and what the department decided; `total` in 元.

    `waits_since` says since when the department is expected to act. `escalated_to` is the department above that
    was told of a delay.
    """

    case_id: int
    unit_id: int
    bill_id: int
    month: date
    kind_code: str
    region_code: str
    total: Decimal
    writeoff_id: int
    findings: tuple[CaseFinding, ...]
    rules: tuple[str, ...]
    state: CaseState
    revision: int
    opened_at: datetime
    waits_since: datetime
    asked_due_on: date | None = None
    decided_by: str | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    breach_type: str = ""
    breach_basis: str = ""
    breach_amount: Decimal | None = None
    rectification_id: int | None = None
    escalated_to: str | None = None

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list shows; empty members leave nothing out.

    `region_code` are the cases of this department itself with those that were escalated to it; `escalated` leaves
    out all others. `opened_to` is the last day on which they were found.
    """

    unit_id: int | None = None
    states: tuple[CaseState, ...] = ()
    rule: str = ""
    region_code: str = ""
    escalated: bool = False
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    opened_to: date | None = None


class CaseReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """Money that was matched to a bill: `amount` 元 of it pay for the bill."""

    received_on: date
    channel: str
    payer_name: str
    amount: Decimal


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case of several that were decided together: the case now, or why it was not."""

    case_id: int
    case: ExceptionCase | None = None
    problem: Problem | None = None


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """违规 of a bill: its type (a key of `rules.service.VIOLATIONS`), legal basis, amount in 元, and why."""

    type: str
    basis: str
    amount: Decimal
    reason: str


class WorkStepKind(StrEnum):
    """What happened to a case or a rectification."""

    ASKED = "asked"
    ANSWERED = "answered"
    CLEARED = "cleared"
    BREACHED = "breached"
    ISSUED = "issued"
    REPORTED = "reported"
    RETURNED = "returned"
    EXTENDED = "extended"
    ACCEPTED = "accepted"
    ESCALATED = "escalated"

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]


_STEP_LABELS = {
    WorkStepKind.ASKED: "要求说明",
    WorkStepKind.ANSWERED: "单位说明",
    WorkStepKind.CLEARED: "解除异常",
    WorkStepKind.BREACHED: "标记违规",
    WorkStepKind.ISSUED: "发出整改通知",
    WorkStepKind.REPORTED: "单位报送整改情况",
    WorkStepKind.RETURNED: "退回整改情况",
    WorkStepKind.EXTENDED: "延长整改期限",
    WorkStepKind.ACCEPTED: "通过整改",
    WorkStepKind.ESCALATED: "逾期未办，告知上级",
}


class WorkStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a case or rectification: who, in which words, with which files (SM3); `day` is one it set."""

    kind: WorkStepKind
    at: datetime
    actor_name: str
    words: str = ""
    day: date | None = None
    files: tuple[str, ...] = ()


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
    that the notice names.
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
    answered_at: datetime | None = None
    accepted_at: datetime | None = None
    accepted_by_name: str = ""
    escalated_to: str | None = None

    @property
    def serial(self) -> str:
        """文号 of the notice."""
        return f"财票整改〔{self.year}〕{self.issuer_code}-{self.number:04d}"


class RectificationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which rectifications a list shows, as `CaseFilter`. `due` is "overdue", or "" (any)."""

    unit_id: int | None = None
    states: tuple[RectificationState, ...] = ()
    region_code: str = ""
    escalated: bool = False
    due: str = ""


class Correction(msgspec.Struct, frozen=True, kw_only=True):
    """How the bill of a case was corrected: its reversal, and the bill that was issued instead, if any."""

    case_id: int
    red_bill_id: int
    new_bill_id: int | None = None


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


_BILL_LABELS = {
    BillStanding.OPEN: "未核销",
    BillStanding.WRITTEN_OFF: "已核销",
    BillStanding.EXCEPTION: "异常",
    BillStanding.BREACH: "违规",
    BillStanding.RECTIFYING: "整改中",
}


class BillWriteOff(msgspec.Struct, frozen=True, kw_only=True):
    """Where a bill stands; `written_off_at`, `serial` (核销编号) and `writeoff_id` when its cycle is written off.

    `is_owed`: whether the bill's month is one that must be written off, as the province has set it.
    """

    standing: BillStanding
    is_owed: bool = True
    written_off_at: datetime | None = None
    serial: str = ""
    writeoff_id: int | None = None
    case_id: int | None = None

    @property
    def is_written_off(self) -> bool:
        return self.standing is BillStanding.WRITTEN_OFF

    @property
    def is_told(self) -> bool:
        """Whether there is anything to tell: nothing is of a bill that need not be written off and is not."""
        return self.is_owed or self.standing is not BillStanding.OPEN


#: What columns may be: name, label, and how banks call them; the first word that fits wins.
STATEMENT_FIELDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "day": (
        "到账日期",
        (
            "交易日期",
            "记账日期",
            "入账日期",
            "到账日期",
            "记帐日期",
            "交易时间",
            "入账时间",
            "到账时间",
            "支付时间",
            "日期",
        ),
    ),
    "credit": (
        "收入金额",
        ("贷方发生额", "贷方金额", "收入金额", "转入金额", "存入金额", "贷方", "收入", "贷"),
    ),
    "debit": (
        "支出金额",
        ("借方发生额", "借方金额", "支出金额", "转出金额", "支取金额", "借方", "支出", "借"),
    ),
    "amount": ("金额", ("交易金额", "发生额", "到账金额", "入账金额", "实收金额", "金额")),
    "direction": ("收支方向", ("借贷标志", "借贷方向", "收支标志", "收支方向", "收/支", "借贷", "收支")),
    "payer_name": (
        "付款人名称",
        (
            "付款人名称",
            "付款人户名",
            "付款方名称",
            "付款方户名",
            "对方户名",
            "对方名称",
            "对方账户名称",
            "对方单位",
            "交易对方",
            "付款人",
            "付款方",
            "缴款人",
            "对方",
        ),
    ),
    "payer_account": ("付款人账号", ("付款人账号", "付款方账号", "对方账号", "对方帐号", "对方账户")),
    "serial": (
        "银行流水号",
        ("交易流水号", "银行流水号", "流水号", "交易号", "交易订单号", "凭证号", "回单编号", "交易单号"),
    ),
    "business_no": ("业务流水号", ("业务流水号", "商户订单号", "业务编号", "订单号")),
    "payment_code": ("缴款码", ("缴款码", "缴款识别码", "缴费码")),
    "memo": ("摘要", ("附言", "用途", "摘要", "备注", "交易摘要", "商品")),
    "channel": ("渠道", ("交易渠道", "支付方式", "支付渠道", "渠道")),
    "account": ("本方账号", ("本方账号", "本方帐号", "收款人账号", "收款账号", "账号", "帐号")),
}


class StatementColumns(msgspec.Struct, frozen=True, kw_only=True):
    """Where the heading is (rows count from 1), and the columns (from 0) by the names of `STATEMENT_FIELDS`.

    Columns of the same meaning (附言, 用途, 摘要) are one field. With `outgoing`, money that went out counts as
    paid back; else it is left out.
    """

    heading: int
    columns: dict[str, tuple[int, ...]]
    outgoing: bool = False

    @property
    def is_enough(self) -> bool:
        return "day" in self.columns and ("amount" in self.columns or "credit" in self.columns)


class OddRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row that is not taken, and why, in Chinese."""

    row: int
    why: str


class StatementState(StrEnum):
    """读取中 → 待指定列 or 待导入 → 导入中 → 已导入; 读取失败."""

    READING = "reading"
    UNMAPPED = "unmapped"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def moving(self) -> bool:
        """Whether a worker is at it."""
        return self in (StatementState.READING, StatementState.IMPORTING)


_LABELS = {
    StatementState.READING: "读取中",
    StatementState.UNMAPPED: "待指定列",
    StatementState.CHECKED: "待导入",
    StatementState.IMPORTING: "导入中",
    StatementState.IMPORTED: "已导入",
    StatementState.FAILED: "不能读取",
}


class BankStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A file and what is in it: `fresh` of its `lines` are new, with `fresh_amount` 元 in all.

    `doubt` says in Chinese why it may be another unit's; `told` has the first odd rows, `shown` the first rows.
    """

    statement_id: int
    unit_id: int
    file_name: str
    state: StatementState
    run: int
    columns: StatementColumns | None
    shown: list[list[str]]
    account: str
    holder: str
    doubt: str
    lines: int
    fresh: int
    fresh_amount: Decimal
    totals: int
    outgoing: int
    odd: int
    told: tuple[OddRow, ...]
    done: int
    failure: str
    uploaded_by_name: str
    uploaded_at: datetime
    finished_at: datetime | None

    @property
    def known(self) -> int:
        return self.lines - self.fresh


#: How a match was found: stored word, and its Chinese name.
MATCH_WAYS = {
    "payment_code": "缴款码",
    "business_no": "业务流水号",
    "memo": "摘要中的号码",
    "payer": "金额和付款人",
    "split": "分次付款",
    "merged": "合并付款",
    "amount": "金额和日期",
    "manual": "人工匹配",
}


class MatchedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that a receipt pays for, with how much of it and how that was found (`MATCH_WAYS`)."""

    bill_id: int
    amount: Decimal
    how: str


class ReceiptLine(msgspec.Struct, frozen=True, kw_only=True):
    """A receipt of a unit with the bills that it pays for."""

    receipt_id: int
    month: date
    received_on: date
    amount: Decimal
    source: str
    channel: str
    payer_name: str
    payer_account: str
    business_no: str
    payment_code: str
    memo: str
    matched: Decimal
    bills: tuple[MatchedBill, ...]

    @property
    def open(self) -> Decimal:
        return self.amount - self.matched


class OpenBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that no receipt pays for, or not wholly: `open` 元 are left."""

    bill_id: int
    kind_code: str
    issued_at: datetime
    payer_name: str
    business_no: str
    total: Decimal
    matched: Decimal

    @property
    def open(self) -> Decimal:
        return self.total - self.matched
