"""Values of supervision rules: a rule, its versions, and what judging a bill finds."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Any

import msgspec

from mingpiao.kernel.errors import Problem


class Stage(StrEnum):
    """When a rule runs. Evidence rules run at issue for kinds that need evidence."""

    FACE = "face"
    EVIDENCE = "evidence"
    WRITEOFF = "writeoff"
    MONITORING = "monitoring"

    @property
    def label(self) -> str:
        return _STAGE_LABELS[self]


_STAGE_LABELS = {
    Stage.FACE: "票面填报",
    Stage.EVIDENCE: "佐证审核",
    Stage.WRITEOFF: "核销",
    Stage.MONITORING: "监测预警",
}


class Severity(StrEnum):
    """What a hit does: 拦截 refuses the bill, 核实 asks its handler for a reason, 提示 only informs."""

    BLOCK = "block"
    ASK = "ask"
    WARN = "warn"

    @property
    def label(self) -> str:
        return _SEVERITY_LABELS[self]


_SEVERITY_LABELS = {Severity.BLOCK: "拦截", Severity.ASK: "核实", Severity.WARN: "提示"}


class RuleMode(StrEnum):
    """Whether the hits of a version act. In 试运行 (shadow) they are counted and listed, and nothing follows."""

    ACTING = "acting"
    SHADOW = "shadow"

    @property
    def label(self) -> str:
        return _MODE_LABELS[self]


_MODE_LABELS = {RuleMode.ACTING: "正式运行", RuleMode.SHADOW: "试运行"}


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """监管规则: the content of one version. The rule hits a bill for which `condition` is true.

    Empty `regions`, `kinds`, `unit_types` and `items` do not restrict. `regions` includes all regions below
    those named. `kinds` holds kinds (0201) or categories (02). `items` holds charge item codes, of which a
    bill must have at least one. `reasons` are usual answers to an ask, for people to choose from. `field` is
    the path in the request at which the problem is shown. Both dates are inclusive (Asia/Shanghai); without
    `effective_to` the rule has no end.
    """

    code: str
    name: str
    basis: str
    stage: Stage = Stage.FACE
    severity: Severity
    mode: RuleMode = RuleMode.ACTING
    condition: str
    message: str
    field: str = ""
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    unit_types: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    effective_from: date
    effective_to: date | None = None
    reasons: tuple[str, ...] = ()


class VersionState(StrEnum):
    """The state of a version: 草稿 → 待审核 → 已通过 or 已退回; 已撤回 when its department took it back."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    VersionState.DRAFT: "草稿",
    VersionState.SUBMITTED: "待审核",
    VersionState.RETURNED: "已退回",
    VersionState.APPROVED: "已通过",
    VersionState.WITHDRAWN: "已撤回",
}


class RuleVersion(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a rule, and who changed it when. `region_code` is the owner: province, city or county.

    `makers` are all who wrote or submitted it, by their names in the audit trail; none of them may approve
    it.
    """

    rule: Rule
    region_code: str
    version: int
    state: VersionState
    revision: int
    note: str
    author: str
    author_name: str
    makers: tuple[str, ...]
    saved_at: datetime
    submitted_at: datetime | None = None
    decided_by: str | None = None
    decided_by_name: str = ""
    decided_at: datetime | None = None
    decision_reason: str = ""


class TrialKind(StrEnum):
    """How it is known which bills a version hits: 试算 over the past, 试运行, or 曾正式运行."""

    BACKTEST = "backtest"
    SHADOW = "shadow"
    ACTED = "acted"


class RuleTrial(msgspec.Struct, frozen=True, kw_only=True):
    """A trial of a version, or of one that hits the same bills; `version` is None for an unsaved draft.

    `hits` bills of `units` units were hit. A back-test looked at `bills` in the rule's scope over `months`
    months, of which the newest month had `newest_hits`; `warnings` are its Chinese sentences. A 试运行 went on
    for `days` whole days. `address` is its page.
    """

    kind: TrialKind
    version: int | None
    hits: int = 0
    units: int = 0
    bills: int = 0
    months: int = 0
    newest_hits: int = 0
    warnings: tuple[str, ...] = ()
    days: int = 0
    ended_at: datetime | None = None
    address: str = ""


class History(msgspec.Struct, frozen=True, order=True):
    """A history aggregate over `days` days up to today, e.g. `unit_sum(30)`; its column is `unit_sum_30`."""

    name: str
    days: int

    @property
    def column(self) -> str:
        return f"{self.name}_{self.days}"


#: The facts of one bill by column (`payer_name`, `total`, `unit_sum_30`). `items` is a list of such mappings;
#: `extension`, `extension_numbers` and `extension_dates` map MOF names to text, Decimal and date.
Facts = Mapping[str, Any]
#: A compiled condition. A rule hits on True, not on False or None (unknown, like NULL in SQL).
Predicate = Callable[[Facts], bool | None]


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """Which problems of the request's own checks make a hit of this rule redundant.

    Each entry is (problem code, path of a field): it matches a problem of that code at the field or below it.
    A problem in `restates` reports the same fault as the rule: it is shown with the rule's legal basis
    instead of the hit. A problem in `follows` is the cause of the rule's hit: it is shown as it is instead.
    """

    restates: frozenset[tuple[str, str]] = frozenset()
    follows: frozenset[tuple[str, str]] = frozenset()


class LoadedRule(msgspec.Struct, frozen=True, kw_only=True):
    """An approved rule, compiled for a process. `history` holds the aggregates that its facts must contain."""

    rule: Rule
    region_code: str
    version: int
    predicate: Predicate
    history: frozenset[History]
    item_history: frozenset[History]
    overlap: Overlap = Overlap()


class HitOutcome(StrEnum):
    """The two outcomes of a hit: a violation blocks the bill; a finding asks the handler or only warns."""

    VIOLATION = "violation"
    FINDING = "finding"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that hit a bill. `failed` means that the rule could not be evaluated and hits for that reason.

    `error` then says why: it is for the alert to the department, and is never shown to a unit.
    """

    rule: str
    version: int
    name: str
    severity: Severity
    message: str
    field: str
    basis: str
    failed: bool = False
    error: str = ""

    @property
    def outcome(self) -> HitOutcome:
        """Whether the hit blocks the bill."""
        return HitOutcome.VIOLATION if self.severity is Severity.BLOCK else HitOutcome.FINDING

    @property
    def problem(self) -> Problem:
        """The hit as a problem: `rule.violation` for a block, `rule.confirmation_needed` for an ask, else
        `rule.warning`.
        """
        code, status = _PROBLEM_CODES[self.severity]
        facts: dict[str, Any] = {
            "rule": self.rule,
            "version": self.version,
            "name": self.name,
            "basis": self.basis,
            "severity": self.severity.value,
        }
        return Problem(code=code, field=self.field, message=self.message, status=status, facts=facts)


_PROBLEM_CODES = {
    Severity.BLOCK: ("rule.violation", 422),
    Severity.ASK: ("rule.confirmation_needed", 409),
    Severity.WARN: ("rule.warning", 200),
}


class Confirmation(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The handler's statement that the business complies although a rule asks, with the reason."""

    rule: str
    reason: str


class Fate(StrEnum):
    """What followed from a hit: the bill was refused, its handler was asked, had already confirmed, or was
    only informed.
    """

    BLOCKED = "blocked"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    WARNED = "warned"
    OVERTURNED = "overturned"


class HitCount(msgspec.Struct, frozen=True, kw_only=True):
    """A hit of one rule on one bill of a unit, as it is counted."""

    unit_id: int
    rule: str
    fate: Fate
