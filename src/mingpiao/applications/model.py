"""Values of applications: requests that wait for their evidence, their handler or a department's decision."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.evidence.model import Claim
from mingpiao.issuing.model import Issued, IssueRequest, NeedsConfirmation, Refused, Unresolved
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem
from mingpiao.kernel.workdays import workdays_left
from mingpiao.rules.model import Hit, Severity

MAX_REASON = 500
MAX_BATCH = 100


class ApplicationState(StrEnum):
    """The state of an application. The table in `machine` lists the events that change it."""

    CHECKING = "checking"
    NEEDS_CONFIRMATION = "needs_confirmation"
    REFUSED = "refused"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    APPROVED = "approved"
    AWAITS_CHECKER = "awaits_checker"
    AGREED = "agreed"
    ISSUED = "issued"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def open(self) -> bool:
        """Whether the application has not ended yet."""
        return self not in _ENDED


_STATE_LABELS = {
    ApplicationState.CHECKING: "材料识别中",
    ApplicationState.NEEDS_CONFIRMATION: "待确认",
    ApplicationState.REFUSED: "未通过",
    ApplicationState.IN_REVIEW: "待复核",
    ApplicationState.RETURNED: "已退回",
    ApplicationState.APPROVED: "复核通过待开具",
    ApplicationState.AWAITS_CHECKER: "待复核人复核",
    ApplicationState.AGREED: "复核人同意待开具",
    ApplicationState.ISSUED: "已开具",
    ApplicationState.REJECTED: "已驳回",
    ApplicationState.WITHDRAWN: "已撤回",
}
_ENDED = frozenset(
    {
        ApplicationState.REFUSED,
        ApplicationState.ISSUED,
        ApplicationState.REJECTED,
        ApplicationState.WITHDRAWN,
    }
)

#: Nobody is asked any more; the platform issues the bill as soon as that is possible.
PASSED_STATES = frozenset({ApplicationState.APPROVED, ApplicationState.AGREED})

_CORRECTABLE = frozenset(
    {ApplicationState.NEEDS_CONFIRMATION, ApplicationState.RETURNED, ApplicationState.REFUSED}
)


class AskEnding(StrEnum):
    """The end of a request that rules asked about.

    `CHANGED`: another request under its business number was issued. `UNASKED`: the same one was, and rules no
    longer asked. `GIVEN_UP`: nothing came for `GIVEN_UP_DAYS` days.
    """

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    CHANGED = "changed"
    UNASKED = "unasked"
    WITH_CHECKER = "with_checker"
    APPEALED = "appealed"
    REVIEWED = "reviewed"
    REFUSED = "refused"
    GIVEN_UP = "given_up"

    @property
    def label(self) -> str:
        return _ENDING_LABELS[self]


#: After so many days without another request, one that waits counts as given up.
GIVEN_UP_DAYS = 7
_ENDING_LABELS = {
    AskEnding.WAITING: "待处理",
    AskEnding.CONFIRMED: "说明理由后开具",
    AskEnding.CHANGED: "改为其他内容后开具",
    AskEnding.UNASKED: "规则不再询问，已开具",
    AskEnding.WITH_CHECKER: "待本单位复核人同意",
    AskEnding.APPEALED: "已提交人工复核",
    AskEnding.REVIEWED: "复核通过后开具",
    AskEnding.REFUSED: "再次提交时被拒绝",
    AskEnding.GIVEN_UP: f"超过{GIVEN_UP_DAYS}天未再提交",
}


class AskedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that rules asked about: `hits` are what the last of its `times` submissions was asked.

    `bill_id` is the bill that stands under its business number, whatever request that answered.
    """

    asked_id: int
    unit_id: int
    business_no: str
    kind: str
    payer_name: str
    total: Decimal
    hits: tuple[Hit, ...]
    asked_by: str
    asked_at: datetime
    asked_last_at: datetime
    times: int
    ending: AskEnding
    bill_id: int | None = None
    application_id: int | None = None


class AskedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which asked requests a list shows; days are those of the first submission, both inclusive."""

    unit_id: int | None = None
    business_no: str = ""
    rule: str = ""
    ending: str = ""
    asked_from: date | None = None
    asked_to: date | None = None


class Decision(StrEnum):
    """What a department decides: 通过, 退回更正 or 驳回."""

    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"

    @property
    def label(self) -> str:
        return _DECISION_LABELS[self]


_DECISION_LABELS = {Decision.APPROVED: "通过", Decision.RETURNED: "退回更正", Decision.REJECTED: "驳回"}


class CheckDecision(StrEnum):
    """What a second person of the unit (复核人) decides: 同意 or 退回."""

    AGREED = "agreed"
    SENT_BACK = "sent_back"

    @property
    def label(self) -> str:
        return "同意" if self is CheckDecision.AGREED else "退回"


class StepKind(StrEnum):
    """What happened to an application."""

    SUBMITTED = "submitted"
    ASKED = "asked"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    APPEALED = "appealed"
    RESUBMITTED = "resubmitted"
    ASSIGNED = "assigned"
    APPROVED = "approved"
    RETURNED = "returned"
    REJECTED = "rejected"
    HELD_UP = "held_up"
    REOPENED = "reopened"
    TO_CHECKER = "to_checker"
    AGREED = "agreed"
    SENT_BACK = "sent_back"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]


_STEP_LABELS = {
    StepKind.SUBMITTED: "提交申请",
    StepKind.ASKED: "需要核实",
    StepKind.REFUSED: "未通过检查",
    StepKind.CONFIRMED: "说明情况并确认",
    StepKind.CORRECTED: "更正后重新提交",
    StepKind.APPEALED: "申诉，提请人工复核",
    StepKind.RESUBMITTED: "送回复核",
    StepKind.ASSIGNED: "转办",
    StepKind.APPROVED: "复核通过",
    StepKind.RETURNED: "退回更正",
    StepKind.REJECTED: "驳回",
    StepKind.HELD_UP: "通过后未能开具",
    StepKind.REOPENED: "出现新的核实事项，重新复核",
    StepKind.TO_CHECKER: "送复核人复核",
    StepKind.AGREED: "复核人同意",
    StepKind.SENT_BACK: "复核人退回",
    StepKind.ISSUED: "开具票据",
    StepKind.WITHDRAWN: "撤回",
}


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """开票申请. `findings` are hits that ask or warn; `problems` say why its bill was refused or is held up.

    `held_rules` are the rules for which a department returned it; the handler cannot answer these alone.
    `returned_at` and `returned_request` tell when a department last returned or rejected it, and what it said
    then; `earlier_id` is the returned application that it repeats. One with either is issued only after a
    department approved it.
    `sent_by` is who sent its content as it is now, having signed in by the UKey of the 开票点 `sent_at_point` (by code;
    empty: of none); `checked_by` is the 复核人 of the unit who agreed to that, or
    sent it back for `check_reason`.
    A decision is late from `due_at` on; amounts in 元. `revision` counts its changes. `attempt_until` is
    set while its bill is being issued; until that moment no other attempt begins.
    """

    application_id: int
    unit_id: int
    region_code: str
    kind: str
    business_no: str
    payer_name: str
    total: Decimal
    request: IssueRequest
    state: ApplicationState
    findings: tuple[Hit, ...]
    claims: tuple[Claim, ...]
    problems: tuple[Problem, ...]
    submitted_by: str
    submitted_by_name: str
    submitted_at: datetime
    appeal_reason: str
    appealed_at: datetime | None
    held_rules: frozenset[str]
    reviewer_region: str | None
    reviewer_id: int | None
    due_at: datetime | None
    decided_by: str | None
    decided_by_name: str
    decided_at: datetime | None
    decision_reason: str
    bill_id: int | None
    finished_at: datetime | None
    revision: int
    attempt_until: datetime | None
    returned_at: datetime | None
    returned_request: IssueRequest | None
    earlier_id: int | None
    sent_by: str
    sent_at_point: str
    checked_by: str | None
    checked_by_name: str
    checked_at: datetime | None
    check_reason: str

    @property
    def came_back(self) -> bool:
        """Whether a department returned it, or returned the application that it repeats."""
        return self.returned_at is not None or self.earlier_id is not None

    @property
    def asks(self) -> tuple[Hit, ...]:
        """The findings that a handler or a department must answer."""
        return tuple(hit for hit in self.findings if hit.severity is Severity.ASK)

    @property
    def rules(self) -> frozenset[str]:
        """Codes of the rules that ask."""
        return frozenset(hit.rule for hit in self.asks)

    @property
    def held_up(self) -> bool:
        """Whether everybody agreed who is asked, and the bill could not be issued."""
        return self.state in PASSED_STATES and bool(self.problems)

    @property
    def department_approved(self) -> bool:
        """Whether a department approved it as it is now."""
        checked = self.state in (ApplicationState.AWAITS_CHECKER, ApplicationState.AGREED)
        return self.state is ApplicationState.APPROVED or (checked and self.decided_by is not None)

    @property
    def sent_back(self) -> bool:
        """Whether a 复核人 of the unit, and not a department, returned it."""
        return self.state is ApplicationState.RETURNED and self.checked_at is not None

    @property
    def correctable(self) -> bool:
        """Whether the unit may submit other content under its business number."""
        return self.state in _CORRECTABLE

    def workdays_left(self, moment: datetime | None = None) -> int | None:
        """Working days until a decision is due; negative when it is overdue, None when none is due."""
        if self.due_at is None or self.state is not ApplicationState.IN_REVIEW:
            return None
        return workdays_left(moment or now(), self.due_at)


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One step of an application, as its history shows it."""

    at: datetime
    actor: str
    actor_name: str
    kind: StepKind
    note: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """No bill is issued yet; `application` shows what happens to the request."""

    application: Application


#: The answer to a submitted request.
Submitted = Issued | Refused | NeedsConfirmation | Pending | Unresolved


class ApplicationFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which applications a list shows; empty members do not restrict. Dates of submission are inclusive."""

    unit_id: int | None = None
    state: str = ""
    kind: str = ""
    payer: str = ""
    business_no: str = ""
    submitted_from: date | None = None
    submitted_to: date | None = None


class ReviewFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which applications a department's list shows; `open` are those that wait for a decision or their bill.

    `due` is "soon" (a working day or less is left), "overdue" or "" (any); `rule` is the code of a rule that
    asks; `reviewer_region` and `reviewer_id` name the department and the officer who must decide.
    """

    state: str = "open"
    due: str = ""
    rule: str = ""
    unit_words: str = ""
    unit_id: int | None = None
    reviewer_region: str = ""
    reviewer_id: int | None = None


class CheckFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which applications the list of a unit's 复核人 shows; empty members do not restrict.

    Without a `state`, all that were ever given to a 复核人. Amounts in 元, inclusive.
    """

    unit_id: int
    state: str = ApplicationState.AWAITS_CHECKER.value
    kind: str = ""
    payer: str = ""
    sent_by_name: str = ""
    amount_from: Decimal | None = None
    amount_to: Decimal | None = None


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """The result for one application of a batch; `problem` says why it was not decided, or not issued."""

    application_id: int
    application: Application | None
    problem: Problem | None = None


class PastDecision(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier decision about a unit's application."""

    application_id: int
    payer_name: str
    total: Decimal
    decision: Decision
    rules: tuple[str, ...]
    decided_at: datetime
