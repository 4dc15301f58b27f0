"""Values of an inspection at work: its plan, the bills that were drawn, their working papers, and its steps."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.inspections.query import InspectionQuery


class InspectionState(StrEnum):
    """抽样中 → 待检查 → 检查中 → 已办结; it may be cancelled until it ends."""

    DRAWING = "drawing"
    FAILED = "failed"
    PLANNED = "planned"
    WORKING = "working"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    InspectionState.DRAWING: "抽样中",
    InspectionState.FAILED: "抽样未完成",
    InspectionState.PLANNED: "待检查",
    InspectionState.WORKING: "检查中",
    InspectionState.CONCLUDED: "已办结",
    InspectionState.CANCELLED: "已取消",
}


class PaperVerdict(StrEnum):
    """What an inspector found of a bill."""

    CLEAN = "clean"
    WRONG = "wrong"

    @property
    def label(self) -> str:
        return {"clean": "未见问题", "wrong": "有问题"}[self.value]


class InspectionStepKind(StrEnum):
    """What was done in an inspection."""

    PLANNED = "planned"
    DRAWN = "drawn"
    STARTED = "started"
    ASKED = "asked"
    ANSWERED = "answered"
    BREACHED = "breached"
    CONCLUDED = "concluded"
    CANCELLED = "cancelled"

    @property
    def label(self) -> str:
        return _STEPS[self]


_STEPS = {
    InspectionStepKind.PLANNED: "制定检查计划",
    InspectionStepKind.DRAWN: "抽出样本",
    InspectionStepKind.STARTED: "分派检查任务",
    InspectionStepKind.ASKED: "请单位说明",
    InspectionStepKind.ANSWERED: "单位说明",
    InspectionStepKind.BREACHED: "认定违规",
    InspectionStepKind.CONCLUDED: "办结",
    InspectionStepKind.CANCELLED: "取消",
}

#: What is looked at of each bill: stored word and question.
CHECKLIST: dict[str, str] = {
    "face": "票面要素齐全、真实",
    "evidence": "业务材料与票面一致",
    "payment": "款项实际收到、金额一致",
    "scope": "票种、项目和收费标准适用正确",
    "reversal": "冲红、换开手续和理由合规",
}
#: Answers to a line of the checklist.
ANSWERS: dict[str, str] = {"yes": "是", "no": "否", "none": "不适用"}


class InspectionPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer wants: the query, and how the work is meant to be done."""

    name: str
    query: InspectionQuery
    due_on: date
    minutes_each: int = 15


class Inspection(msgspec.Struct, frozen=True, kw_only=True):
    """An inspection of a department. Amounts in 元; `done` of `slices` tells how far the draw is."""

    inspection_id: int
    region_code: str
    name: str
    query: InspectionQuery
    seed: str
    state: InspectionState
    revision: int
    minutes_each: int
    due_on: date
    planned_by: int
    planned_by_name: str
    planned_at: datetime
    slices: int
    done: int
    population: int
    population_amount: Decimal
    population_units: int
    drawn: int
    drawn_amount: Decimal
    step_amount: Decimal | None
    warnings: tuple[str, ...]
    failure: str
    started_at: datetime | None
    ended_at: datetime | None
    ended_by_name: str
    conclusion: str

    @property
    def is_open(self) -> bool:
        return self.ended_at is None

    @property
    def hours(self) -> Decimal:
        """The work that looking at all bills is estimated to take."""
        return Decimal(self.drawn * self.minutes_each) / 60


class StratumFigures(msgspec.Struct, frozen=True, kw_only=True):
    """Bills of a stratum that were found and drawn."""

    stratum: str
    bills: int
    amount: Decimal
    drawn: int
    drawn_amount: Decimal


class InspectedBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that was drawn, with its working paper (检查底稿); `place` is its number in the inspection."""

    inspection_id: int
    bill_id: int
    place: int
    unit_id: int
    unit_name: str
    region_code: str
    kind_code: str
    issued_at: datetime
    total: Decimal
    stratum: str
    hits: int
    inspector_id: int | None
    inspector_name: str
    verdict: PaperVerdict | None
    wrong_amount: Decimal
    checks: dict[str, str]
    note: str
    revision: int
    examined_at: datetime | None
    case_id: int | None


class PaperFile(msgspec.Struct, frozen=True, kw_only=True):
    """A photograph or scan that belongs to a working paper; `digest` is its SM3 in hex."""

    file_id: int
    name: str
    media_type: str
    digest: str
    size: int
    added_by_name: str
    added_at: datetime


class PaperWish(msgspec.Struct, frozen=True, kw_only=True):
    """What an inspector writes into a working paper; `wrong_amount` in 元."""

    verdict: PaperVerdict
    checks: dict[str, str] = {}
    note: str = ""
    wrong_amount: Decimal = Decimal(0)


class Inspector(msgspec.Struct, frozen=True, kw_only=True):
    """Who examines bills of an inspection, with how many are theirs and done."""

    account_id: int
    name: str
    region_code: str
    bills: int = 0
    done: int = 0


class InspectionStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of an inspection, in people's words."""

    kind: InspectionStepKind
    at: datetime
    actor_name: str
    words: str


class InspectionFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list asks for; empty members leave nothing out. `mine` are those of which the account is an inspector."""

    state: InspectionState | None = None
    mine: bool = False


class Estimate(msgspec.Struct, frozen=True, kw_only=True):
    """How many bills a query finds, of how many units, and their sum in 元."""

    bills: int
    units: int
    amount: Decimal
