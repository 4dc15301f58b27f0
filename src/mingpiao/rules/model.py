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
    """What a hit does: 拦截 refuses, 核实 asks the handler, 提示 only says so."""

    BLOCK = "block"
    ASK = "ask"
    WARN = "warn"

    @property
    def label(self) -> str:
        return _SEVERITY_LABELS[self]


_SEVERITY_LABELS = {Severity.BLOCK: "拦截", Severity.ASK: "核实", Severity.WARN: "提示"}


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """监管规则: the content of one version. `condition` is true of a bill that the rule hits.

    Empty `regions`, `kinds`, `unit_types` and `items` do not restrict; `regions` means a region and all
    below it, `kinds` holds kinds (0201) or categories (02), `items` charge item codes of which a bill
    carries one at least. `field` is the request's path at which the problem is shown. Both dates are
    inclusive (Asia/Shanghai); without `effective_to` the rule has no end.
    """

    code: str
    name: str
    basis: str
    stage: Stage = Stage.FACE
    severity: Severity
    condition: str
    message: str
    field: str = ""
    regions: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    unit_types: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    effective_from: date
    effective_to: date | None = None


class VersionState(StrEnum):
    """草稿 → 待审核 → 已通过 or 已退回."""

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
    """One version of a rule with how it came to be. `region_code` is the owner: province, city or county.

    `makers` are all who wrote or submitted it, as the audit trail names them; none of them approves it.
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


class History(msgspec.Struct, frozen=True, order=True):
    """A history aggregate over the `days` up to today, e.g. `unit_sum(30)`; its column is `unit_sum_30`."""

    name: str
    days: int

    @property
    def column(self) -> str:
        return f"{self.name}_{self.days}"


#: Facts of one bill by column (`payer_name`, `total`, `unit_sum_30`); `items` is a list of such mappings,
#: `extension`, `extension_numbers` and `extension_dates` map MOF names to text, Decimal and date.
Facts = Mapping[str, Any]
#: A compiled condition: True hits, False and None (unknown, as SQL's NULL) do not.
Predicate = Callable[[Facts], bool | None]


class Overlap(msgspec.Struct, frozen=True, kw_only=True):
    """What a rule has in common with the checks of a request, as (code of a problem, field at or under which).

    A problem of `restates` tells the fault that the rule would tell; from one of `follows` the rule's hit follows.
    """

    restates: frozenset[tuple[str, str]] = frozenset()
    follows: frozenset[tuple[str, str]] = frozenset()


class LoadedRule(msgspec.Struct, frozen=True, kw_only=True):
    """An approved rule as a process runs it. `history` holds the aggregates that its facts must bring."""

    rule: Rule
    region_code: str
    version: int
    predicate: Predicate
    history: frozenset[History]
    item_history: frozenset[History]
    overlap: Overlap = Overlap()


class HitOutcome(StrEnum):
    """What a hit is: a violation blocks the bill, a finding asks the handler or only warns."""

    VIOLATION = "violation"
    FINDING = "finding"


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that hit a bill. `failed` tells that it could not be evaluated and hits for that reason.

    `error` then says what went wrong: for the alert to the department, never shown to a unit.
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
        """The hit as a problem: `rule.violation` blocks, `rule.confirmation_needed` asks, `rule.warning`."""
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
    """The handler states that the business complies in spite of what a rule asks, and why."""

    rule: str
    reason: str


class Fate(StrEnum):
    """What a hit led to: the bill was refused, its handler asked, had confirmed, or was only told."""

    BLOCKED = "blocked"
    ASKED = "asked"
    CONFIRMED = "confirmed"
    WARNED = "warned"
    OVERTURNED = "overturned"


class HitCount(msgspec.Struct, frozen=True, kw_only=True):
    """One hit of a rule on a bill of a unit."""

    unit_id: int
    rule: str
    fate: Fate
