"""Values of 智能分析 and 关联分析, as other rooms and pages see them."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.analysis.patterns import BY_CODE


class Basis(StrEnum):
    """What a finding stands on."""

    PAST = "past"
    PEERS = "peers"
    RARE = "rare"

    @property
    def label(self) -> str:
        return {"past": "与自身以往比", "peers": "与同类单位比", "rare": "少见的组合"}[self.value]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One measure of a finding: its value, what is usual of the unit and of its peers, and steps from both."""

    measure: str
    value: float
    usual: float | None
    peers: float | None
    past_steps: float | None
    peer_steps: float | None


class PeerDrawing(msgspec.Struct, frozen=True, kw_only=True):
    """The unit's line over its peers' band: a measure over the months up to the judged one; None where nothing is."""

    measure: str
    months: tuple[date, ...]
    own: tuple[float | None, ...]
    low: tuple[float | None, ...]
    middle: tuple[float | None, ...]
    high: tuple[float | None, ...]


class TieKind(StrEnum):
    """What ties."""

    PAYER = "payer"
    ACCOUNT = "account"
    ROUND_TRIP = "round_trip"
    HANDLERS = "handlers"
    AGENT = "agent"

    @property
    def label(self) -> str:
        return _LABELS[self]


_LABELS = {
    TieKind.PAYER: "同一缴款单位跨单位缴款",
    TieKind.ACCOUNT: "同一账号替多人缴款",
    TieKind.ROUND_TRIP: "反复冲红重开",
    TieKind.HANDLERS: "经办人互相冲红",
    TieKind.AGENT: "同一经办人为多家单位开票",
}


class TieEdge(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a tie: from `source` to `target`, or to the unit itself where this is empty."""

    unit_id: int
    source: str
    target: str
    bills: int
    amount: float


class FindingState(StrEnum):
    """待核查 → 属实, 已说明 or 误报."""

    NEW = "new"
    CONFIRMED = "confirmed"
    EXPLAINED = "explained"
    FALSE = "false"

    @property
    def label(self) -> str:
        return {"new": "待核查", "confirmed": "属实", "explained": "已说明", "false": "误报"}[self.value]


class MonthFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What stands out of a unit in a month, and what a department decided of it.

    `score` ranks it, in hundredths of 0 to 100. `unlikely` (0 to 100) is the second opinion: the share of peers that are more usual.
    """

    finding_id: int
    unit_id: int
    region_code: str
    month: date
    pattern: str
    kind_code: str
    basis: Basis
    score: int
    unlikely: int
    peers: int
    sentence: str
    evidence: tuple[Evidence, ...]
    drawing: PeerDrawing
    bill_ids: tuple[int, ...]
    state: FindingState
    revision: int
    standing: bool
    found_at: datetime
    breaches: int
    decided_by: str | None
    decided_by_name: str
    decided_at: datetime | None
    words: str

    @property
    def label(self) -> str:
        """The pattern for people."""
        return BY_CODE[self.pattern].label


class FindingFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which findings are wanted; empty members do not restrict."""

    state: FindingState | None = None
    pattern: str = ""
    basis: Basis | None = None
    month: date | None = None
    region: str = ""
    unit_id: int | None = None


class FindingStep(msgspec.Struct, frozen=True, kw_only=True):
    """A decision about a finding."""

    state: FindingState
    at: datetime
    actor_name: str
    words: str


class FindingBill(msgspec.Struct, frozen=True, kw_only=True):
    """A bill that a finding is about; `total` in 元."""

    bill_id: int
    kind_code: str
    color: str
    state: str
    issued_at: datetime
    total: Decimal
    payer_name: str


class PatternPrecision(msgspec.Struct, frozen=True, kw_only=True):
    """How often a pattern was right, by what departments decided of its findings."""

    pattern: str
    found: int
    open: int
    confirmed: int
    explained: int
    false: int

    @property
    def decided(self) -> int:
        """How many were decided."""
        return self.confirmed + self.explained + self.false

    @property
    def precision(self) -> int | None:
        """Of a hundred decided findings so many were true; None before five were decided."""
        return round(100 * self.confirmed / self.decided) if self.decided >= 5 else None


class AnalysedMonth(msgspec.Struct, frozen=True, kw_only=True):
    """When a month was analysed last, and how many findings too weak to be kept it had."""

    month: date
    ended_at: datetime
    units: int
    findings: int
    left_out: int


class SeenTie(msgspec.Struct, frozen=True, kw_only=True):
    """A tie as somebody sees it: `edges` of the own area, `elsewhere` how many units are beyond."""

    tie_id: int
    kind: TieKind
    name: str
    month: date
    units: int
    elsewhere: int
    bills: int
    amount: Decimal
    score: int
    edges: tuple[TieEdge, ...] = ()

    @property
    def label(self) -> str:
        """Its name for people; empty where the unit is its name."""
        if self.kind is TieKind.ROUND_TRIP:
            return ""
        return self.name.partition("@")[0]


class TieFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which ties are wanted; empty members do not restrict."""

    kind: TieKind | None = None
    unit_id: int | None = None
