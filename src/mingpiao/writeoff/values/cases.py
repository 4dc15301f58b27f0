"""异常票据, what departments decide of them, and the steps of this work."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem
from mingpiao.writeoff.values.months import BillOrigin


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
    was told of a delay. `decided_in` is the region of the department that decided.
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
    decided_in: str | None = None
    reason: str = ""
    breach_type: str = ""
    breach_basis: str = ""
    breach_amount: Decimal | None = None
    rectification_id: int | None = None
    escalated_to: str | None = None
    origin: BillOrigin = BillOrigin.OWN

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED


class CaseFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases a list shows; empty members leave nothing out.

    `region_code` are the cases of this department itself with those that were escalated to it; `escalated` leaves
    out all others. `opened_to` is the last day on which they were found, `month` that of their bills.
    """

    unit_id: int | None = None
    states: tuple[CaseState, ...] = ()
    rule: str = ""
    region_code: str = ""
    escalated: bool = False
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None
    opened_to: date | None = None
    month: date | None = None


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one case of several that were decided together: the case now, or why it was not."""

    case_id: int
    case: ExceptionCase | None = None
    problem: Problem | None = None


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """违规 of a bill: its type (a key of `service.BREACH_TYPES`), legal basis, amount in 元, and why."""

    type: str
    basis: str
    amount: Decimal
    reason: str


class WorkStepKind(StrEnum):
    """What happened to a case or a rectification."""

    FOUND = "found"
    ASKED = "asked"
    ANSWERED = "answered"
    CLEARED = "cleared"
    BREACHED = "breached"
    WITHDRAWN = "withdrawn"
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
    WorkStepKind.FOUND: "列为异常票据",
    WorkStepKind.ASKED: "要求说明",
    WorkStepKind.ANSWERED: "单位说明",
    WorkStepKind.CLEARED: "解除异常",
    WorkStepKind.BREACHED: "标记违规",
    WorkStepKind.WITHDRAWN: "撤回违规认定",
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
