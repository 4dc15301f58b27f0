"""Values of watches: why a unit is watched, until when, and what it did meanwhile."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec


class WatchSource(StrEnum):
    """What led to a watch."""

    TIP = "tip"
    UNUSUAL = "unusual"
    EXCEPTION = "exception"
    INSPECTION = "inspection"
    ALERT = "alert"
    ANALYSIS = "analysis"
    HAND = "hand"

    @property
    def label(self) -> str:
        return _SOURCE_LABELS[self]


_SOURCE_LABELS = {
    WatchSource.TIP: "群众线索",
    WatchSource.UNUSUAL: "用票异常",
    WatchSource.EXCEPTION: "异常票据",
    WatchSource.INSPECTION: "检查",
    WatchSource.ALERT: "预警",
    WatchSource.ANALYSIS: "智能分析",
    WatchSource.HAND: "其他",
}


class WatchEventKind(StrEnum):
    """What a watched unit did."""

    AMOUNT = "amount"
    REVERSAL = "reversal"
    REFUSAL = "refusal"
    OVERRIDE = "override"

    @property
    def label(self) -> str:
        return _EVENT_LABELS[self]


_EVENT_LABELS = {
    WatchEventKind.AMOUNT: "大额开票",
    WatchEventKind.REVERSAL: "冲红",
    WatchEventKind.REFUSAL: "被规则拦截",
    WatchEventKind.OVERRIDE: "经核实后照开",
}


class WatchStepKind(StrEnum):
    """What a department did with a watch."""

    PLACED = "placed"
    EXTENDED = "extended"
    TAKEN = "taken"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {"placed": "列入重点监控", "extended": "延长", "taken": "接手", "ended": "解除"}[self.value]


class WatchWish(msgspec.Struct, frozen=True, kw_only=True):
    """A watch that is wished for. A bill of `bound` 元 or more is told at once; both days are inclusive."""

    unit_id: int
    source: WatchSource
    reason: str
    last_day: date
    bound: Decimal
    source_id: int | None = None


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that the department of a region watches; `watcher` is who is told."""

    watch_id: int
    unit_id: int
    region_code: str
    source: WatchSource
    source_id: int | None
    reason: str
    first_day: date
    last_day: date
    extended: bool
    bound: Decimal
    watcher_id: int
    watcher_name: str
    placed_at: datetime
    revision: int
    ended_at: datetime | None
    ended_by_name: str
    end_reason: str

    def is_active(self, on: date) -> bool:
        """Whether it holds on a day."""
        return self.ended_at is None and self.last_day >= on


class WatchStep(msgspec.Struct, frozen=True, kw_only=True):
    """A step of a watch, in people's words."""

    kind: WatchStepKind
    at: datetime
    actor_name: str
    words: str


class WatchEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a watched unit did: a bill, or so many times in a minute that the platform looked."""

    kind: WatchEventKind
    at: datetime
    bill_id: int | None
    amount: Decimal | None
    times: int


class WatchFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What a unit did while it was watched; amounts in 元."""

    bills: int = 0
    amount: Decimal = Decimal(0)
    reversals: int = 0
    refusals: int = 0
    overrides: int = 0
    large: int = 0


class WatchFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a list asks for; `active` is None for all, `region` has all below it."""

    active: bool | None = True
    source: WatchSource | None = None
    region: str = ""
    unit_id: int | None = None
