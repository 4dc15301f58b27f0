"""Values of tips: what somebody outside tells, where it stands, and what the reporter is told."""

from datetime import date, datetime, timedelta
from enum import StrEnum

import msgspec

from mingpiao.kernel.clock import to_shanghai


class TipKind(StrEnum):
    """What is wrong, in the reporter's view."""

    NO_BILL = "no_bill"
    AMOUNT = "amount"
    FAKE = "fake"
    REPEATED = "repeated"
    OVERCHARGE = "overcharge"
    LENT = "lent"
    OTHER = "other"

    @property
    def label(self) -> str:
        return _KIND_LABELS[self]


_KIND_LABELS = {
    TipKind.NO_BILL: "收费不开票",
    TipKind.AMOUNT: "票据金额不符",
    TipKind.FAKE: "虚假票据",
    TipKind.REPEATED: "重复报销",
    TipKind.OVERCHARGE: "超标准收费",
    TipKind.LENT: "代开、转借票据",
    TipKind.OTHER: "其他",
}


class TipState(StrEnum):
    """Where a tip stands. The last three are final."""

    NEW = "new"
    ACCEPTED = "accepted"
    ASKED = "asked"
    REFUSED = "refused"
    CLOSED = "closed"
    MERGED = "merged"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    TipState.NEW: "待受理",
    TipState.ACCEPTED: "办理中",
    TipState.ASKED: "待补充",
    TipState.REFUSED: "不予受理",
    TipState.CLOSED: "已办结",
    TipState.MERGED: "已并案",
}
#: States in which a department still has something to do.
OPEN_STATES = frozenset({TipState.NEW, TipState.ACCEPTED, TipState.ASKED})


class TipStepKind(StrEnum):
    """What happened to a tip."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    TRANSFERRED = "transferred"
    ASKED = "asked"
    ADDED = "added"
    CLOSED = "closed"
    MERGED = "merged"
    TOOK = "took"
    INQUIRED = "inquired"
    EXPLAINED = "explained"

    @property
    def label(self) -> str:
        return _STEP_LABELS[self]


_STEP_LABELS = {
    TipStepKind.SUBMITTED: "提交线索",
    TipStepKind.ACCEPTED: "受理",
    TipStepKind.REFUSED: "不予受理",
    TipStepKind.TRANSFERRED: "转办",
    TipStepKind.ASKED: "要求补充",
    TipStepKind.ADDED: "补充",
    TipStepKind.CLOSED: "办结",
    TipStepKind.MERGED: "并入其他线索",
    TipStepKind.TOOK: "并入了同类线索",
    TipStepKind.INQUIRED: "请单位说明",
    TipStepKind.EXPLAINED: "单位说明",
}


class TipFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file of a tip: `digest` is its SM3 in hex, `size` in bytes; `file_id` is 0 until it is stored with one."""

    digest: str
    name: str
    media_type: str
    size: int
    file_id: int = 0


class TipWish(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter typed, as text; `code` and `number` name a bill, `kinds` are values of `TipKind`."""

    code: str = ""
    number: str = ""
    unit_name: str = ""
    kinds: tuple[str, ...] = ()
    words: str = ""
    contact: str = ""


class TipDraft(msgspec.Struct, frozen=True, kw_only=True):
    """What a reporter is about to send: it travels sealed with the form, so that nothing of it is kept before.

    `lookup` is the 查询码 that the tip will have, so that a draft which is sent twice is one tip.
    """

    wish: TipWish
    files: tuple[TipFile, ...]
    lookup: str
    made_at: datetime


class Tip(msgspec.Struct, frozen=True, kw_only=True):
    """A tip as departments see it. `contact` is masked; `unit_name` is what the reporter wrote."""

    tip_id: int
    region_code: str
    unit_id: int | None
    unit_name: str
    bill_id: int | None
    kinds: tuple[TipKind, ...]
    words: str
    contact: str
    state: TipState
    revision: int
    due_at: datetime
    submitted_at: datetime
    accepted_at: datetime | None
    question: str
    decided_at: datetime | None
    decided_by_name: str
    answer: str
    merged_into: int | None

    @property
    def serial(self) -> str:
        """How departments name it: XS00000012."""
        return serial_of(self.tip_id)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def last_day(self) -> date:
        """The last day on which the department acts in time."""
        return to_shanghai(self.due_at - timedelta(microseconds=1)).date()

    def is_overdue(self, at: datetime) -> bool:
        """Whether the department should have acted before a moment."""
        return self.is_open and self.due_at <= at


def serial_of(tip_id: int) -> str:
    """How departments name a tip: XS00000012."""
    return f"XS{tip_id:08d}"


class TipStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a tip: `words` are for the reporter, `note` stays within departments."""

    kind: TipStepKind
    at: datetime
    actor_name: str
    words: str
    note: str
    files: tuple[TipFile, ...] = ()


class SeenTip(msgspec.Struct, frozen=True, kw_only=True):
    """What the reporter sees of a tip. `steps` have a time, a label and words for the reporter; no officer is named."""

    state: TipState
    submitted_at: datetime
    department: str
    kinds: tuple[TipKind, ...]
    question: str
    may_add: bool
    answer: str
    steps: tuple[TipStep, ...]


class TipFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list asks for: `region` with all below it, `overdue` ones alone, days inclusive."""

    states: tuple[TipState, ...] = ()
    kind: TipKind | None = None
    region: str = ""
    unit_id: int | None = None
    overdue: bool = False
    tip_id: int | None = None
    submitted_from: datetime | None = None
    submitted_before: datetime | None = None
    by_due: bool = False


class Inquiry(msgspec.Struct, frozen=True, kw_only=True):
    """情况问询: what a department asks a unit until the end of `due_on`, and what the unit says."""

    inquiry_id: int
    unit_id: int
    question: str
    due_on: date
    asked_at: datetime
    asked_by_name: str
    answer: str
    answered_at: datetime | None
    answered_by_name: str
