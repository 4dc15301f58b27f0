"""补核销专项: what was decided of campaigns, and how far they are."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.kernel.clock import today


class Campaign(msgspec.Struct, frozen=True, kw_only=True):
    """补核销专项 of a region: bills of `first_month` to `last_month` (first days) are written off by `due_on`.

    With `stops` a unit that is overdue gets no numbers, as for a month in force. `is_carried` says whether the last
    decision has reached all units.
    """

    campaign_id: int
    region_code: str
    name: str
    basis: str
    first_month: date
    last_month: date
    due_on: date
    stops: bool
    opened_at: datetime
    ended_at: datetime | None
    revision: int
    is_carried: bool

    @property
    def is_running(self) -> bool:
        return self.ended_at is None

    @property
    def is_over(self) -> bool:
        """Whether the last day has passed while the campaign runs."""
        return self.is_running and self.due_on < today()

    @property
    def span(self) -> str:
        """The months in words: 2021年1月至2026年10月."""
        first, last = f"{self.first_month:%Y年%-m月}", f"{self.last_month:%Y年%-m月}"
        return first if first == last else f"{first}至{last}"

    @property
    def years(self) -> range:
        return range(self.first_month.year, self.last_month.year + 1)


class CampaignStepKind(StrEnum):
    """What was decided of a campaign."""

    OPENED = "opened"
    EXTENDED = "extended"
    ENDED = "ended"

    @property
    def label(self) -> str:
        return {"opened": "开展", "extended": "延期", "ended": "结束"}[self.value]


class CampaignStep(msgspec.Struct, frozen=True, kw_only=True):
    """A decision: who proposed it with which reason, who approved it, and the last day since then."""

    kind: CampaignStepKind
    at: datetime
    due_on: date
    reason: str
    proposed_by_name: str
    approved_by_name: str


class CampaignSums(msgspec.Struct, frozen=True, kw_only=True):
    """Units with bills of a campaign's months, their months, and these bills (reversals are bills too).

    `bills_done` leaves out bills of which an exception is not settled; `held` counts those.
    """

    units: int = 0
    units_done: int = 0
    months: int = 0
    months_done: int = 0
    bills: int = 0
    bills_done: int = 0
    held: int = 0

    @property
    def units_left(self) -> int:
        return self.units - self.units_done


class CampaignUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's months of a campaign: how many, how many are written off, the oldest that is not, and its last day."""

    unit_id: int
    unit: str
    region_code: str
    unit_type: str
    months: int
    months_done: int
    bills: int
    bills_left: int
    net_left: Decimal
    oldest: date | None
    due_on: date | None
    last_done_on: date | None
    reminded_on: date | None

    @property
    def months_left(self) -> int:
        return self.months - self.months_done

    @property
    def days_late(self) -> int:
        """Days after the last day; 0 while it has not passed."""
        return 0 if self.due_on is None else max(0, (today() - self.due_on).days)


class CampaignState(StrEnum):
    """How far a unit is with its months of a campaign."""

    LEFT = "left"
    NOT_BEGUN = "not_begun"
    OVERDUE = "overdue"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"left": "没有完成", "not_begun": "没有开始", "overdue": "已逾期", "done": "已完成"}[
            self.value
        ]


class CampaignUnitFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Units of a campaign: below a prefix of region codes, of a type, in a state, or one. Empty: all."""

    region_prefix: str = ""
    unit_type: str = ""
    state: CampaignState | None = None
    unit_id: int | None = None


class CatchUpState(StrEnum):
    """How a unit's month of a campaign stands."""

    OPEN = "open"
    CHECKING = "checking"
    OVERDUE = "overdue"
    DONE = "done"

    @property
    def label(self) -> str:
        return {"open": "未核销", "checking": "核对中", "overdue": "已逾期", "done": "已核销"}[self.value]


class CatchUpMonth(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's month of a campaign; `exceptions` are undecided cases of it. `is_former` is true where what is left, or
    all there is, are bills of an old system.
    """

    month: date
    due_on: date
    bills: int
    net: Decimal
    state: CatchUpState
    exceptions: int
    is_former: bool


class CatchUp(msgspec.Struct, frozen=True, kw_only=True):
    """A campaign as it concerns one unit."""

    campaign: Campaign
    months: tuple[CatchUpMonth, ...]

    @property
    def left(self) -> tuple[CatchUpMonth, ...]:
        """The months that are not written off, oldest first."""
        return tuple(each for each in self.months if each.state is not CatchUpState.DONE)
