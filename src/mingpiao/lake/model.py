"""Values of the lake: its files, and back-tests of rules."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.rules.model import Rule
from mingpiao.rules.service import Condition

MAX_MONTHS = 36
MAX_SAMPLE = 50


class Dataset(StrEnum):
    """The two kinds of files: blue bills with all their facts, and red bills with what they reversed."""

    BILLS = "bills"
    REVERSALS = "reversals"


class LakeFile(msgspec.Struct, frozen=True, kw_only=True):
    """A Parquet file of one month (its first day, Asia/Shanghai). It is never changed."""

    key: str
    dataset: Dataset
    month: date
    rows: int
    size: int


class BackTestState(StrEnum):
    """等待 → 进行中 → 已完成, 已停止 or 失败."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def finished(self) -> bool:
        return self in (BackTestState.DONE, BackTestState.STOPPED, BackTestState.FAILED)


_STATE_LABELS = {
    BackTestState.WAITING: "等待",
    BackTestState.RUNNING: "进行中",
    BackTestState.DONE: "已完成",
    BackTestState.STOPPED: "已停止",
    BackTestState.FAILED: "失败",
}


class MonthFigure(msgspec.Struct, frozen=True, kw_only=True):
    """One month (its first day): bills in the rule's scope, those hit, and their money in 元."""

    month: date
    bills: int
    hits: int
    money: Decimal


class BackTestResult(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule would have hit. `bills` counts those in the rule's scope and the department's area.

    `sample` holds up to 50 票据编号 of hits, newest first. `warnings` are Chinese sentences.
    `covered_until` is when the newest bill in the lake was issued; None for an empty lake.
    """

    bills: int
    hits: int
    units: int
    money: Decimal
    months: tuple[MonthFigure, ...]
    sample: tuple[int, ...]
    warnings: tuple[str, ...] = ()
    covered_until: datetime | None = None

    @property
    def share(self) -> Decimal:
        """The share of bills that were hit, 0 to 1."""
        return Decimal(self.hits) / self.bills if self.bills else Decimal(0)


class BackTest(msgspec.Struct, frozen=True, kw_only=True):
    """试算 of a rule over the bills of `months` months in a department's area. `progress` is 0 to 1.

    `version` is None for a condition that was tried in the editor before it was saved. `result` is set when
    the back-test is done, `failure` (Chinese) when it failed.
    """

    backtest_id: int
    region_code: str
    rule: Rule
    version: int | None
    months: int
    state: BackTestState
    progress: float
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None
    result: BackTestResult | None
    failure: str


class MonthRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that judges all bills of a month: its content, and the region whose bills it may judge."""

    rule: Rule
    region_code: str
    condition: Condition


class FoundBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of which something was found before rules judge it: the columns that are true of it."""

    unit_id: int
    bill_id: int
    columns: tuple[str, ...]


class MonthHit(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that rules hit, with the codes of these rules in order."""

    unit_id: int
    bill_id: int
    kind_code: str
    total: Decimal
    rules: tuple[str, ...]
