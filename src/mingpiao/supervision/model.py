"""Values of alerts."""

from datetime import datetime
from enum import StrEnum

import msgspec

from mingpiao.rules.model import Severity


class AlertState(StrEnum):
    """待处理 → 处理中 → 已说明, 误报 or 违规; who decides may leave 处理中 out."""

    NEW = "new"
    TAKEN = "taken"
    EXPLAINED = "explained"
    FALSE = "false"
    BREACH = "breach"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]

    @property
    def is_open(self) -> bool:
        return self in (AlertState.NEW, AlertState.TAKEN)


_STATE_LABELS = {
    AlertState.NEW: "待处理",
    AlertState.TAKEN: "处理中",
    AlertState.EXPLAINED: "已说明",
    AlertState.FALSE: "误报",
    AlertState.BREACH: "违规",
}
#: How severe an alert is, by what its rule does with a bill elsewhere.
SEVERITY_LABELS = {Severity.ASK: "重要", Severity.WARN: "一般"}


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """预警: what a rule of monitoring found of a unit in one hour or several; `reason` is of the newest one."""

    alert_id: int
    unit_id: int
    region_code: str
    rule_code: str
    rule_version: int
    rule_name: str
    basis: str
    severity: Severity
    reason: str
    state: AlertState
    revision: int
    hours: int
    first_hour: datetime
    last_hour: datetime
    raised_at: datetime
    taken_by_name: str
    decided_by: str | None
    decided_by_name: str
    decided_at: datetime | None
    words: str


class AlertHour(msgspec.Struct, frozen=True, kw_only=True):
    """An hour that belongs to an alert, with its own sentence."""

    hour: datetime
    reason: str


class AlertStep(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody of a department did with an alert."""

    state: AlertState
    at: datetime
    actor_name: str
    words: str


class AlertBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill of the hours of an alert; `total` is negative for a red one."""

    bill_id: int
    kind_code: str
    color: str
    state: str
    issued_at: datetime
    total: str
    payer_name: str


class AlertFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which alerts are wanted; empty members do not restrict."""

    states: tuple[AlertState, ...] = ()
    rule: str = ""
    severity: Severity | None = None
    region_prefix: str = ""
    unit_id: int | None = None


class RulePrecision(msgspec.Struct, frozen=True, kw_only=True):
    """How often a rule of monitoring was right, by what departments decided of its alerts."""

    rule_code: str
    raised: int
    open: int
    explained: int
    false: int
    breach: int

    @property
    def precision(self) -> int | None:
        """Of a hundred decided alerts so many were no false alarm; None before five were decided."""
        decided = self.explained + self.false + self.breach
        return round(100 * (decided - self.false) / decided) if decided >= 5 else None


class WatchTrial(msgspec.Struct, frozen=True, kw_only=True):
    """A rule tried over past hours: `hits` of `hours` hours in which `units` units did something.

    `samples` are (unit, hour, sentence), the newest first. `proposed` is a condition under which the rule would
    hit no more than it may, where it hits too often; empty where there is none to propose.
    """

    trial_id: int
    days: int
    hours: int
    hits: int
    units: int
    samples: tuple[tuple[int, datetime, str], ...]
    proposed: str
    truncated: bool
