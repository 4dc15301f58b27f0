"""The typed query (检查条件) of which bills are wanted, and how it was read from a request."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

import msgspec

from mingpiao.catalog.model import UnitType
from mingpiao.writeoff.model import BillStanding

#: A request, and a name in a query, is no longer than this.
MAX_REQUEST = 1_000
MAX_WORD = 60
#: A list of a query has no more members than this.
MAX_MEMBERS = 100


Period = tuple[date, date]


class PayerType(StrEnum):
    """Who paid: a person or an organisation."""

    PERSON = "person"
    ORGANISATION = "organisation"

    @property
    def label(self) -> str:
        return {"person": "个人", "organisation": "单位"}[self.value]


class RegionLevel(StrEnum):
    """The level of the region that a unit itself belongs to."""

    PROVINCE = "province"
    CITY = "city"
    COUNTY = "county"

    @property
    def label(self) -> str:
        return {"province": "省本级", "city": "市本级", "county": "县级"}[self.value]


class WantedState(StrEnum):
    """What became of the bills that are wanted; `RED` are the red bills themselves."""

    NORMAL = "normal"
    REVERSED = "reversed"
    SAME_DAY = "reversed_same_day"
    SAME_MONTH = "reversed_same_month"
    LATER_MONTH = "reversed_later_month"
    OTHER_YEAR = "reversed_other_year"
    EXCHANGED = "exchanged"
    NOT_EXCHANGED = "not_exchanged"
    RED = "red"

    @property
    def label(self) -> str:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    WantedState.NORMAL: "未冲红",
    WantedState.REVERSED: "已冲红",
    WantedState.SAME_DAY: "当日冲红",
    WantedState.SAME_MONTH: "当月冲红",
    WantedState.LATER_MONTH: "跨月冲红",
    WantedState.OTHER_YEAR: "跨年冲红",
    WantedState.EXCHANGED: "已换开纸质票据",
    WantedState.NOT_EXCHANGED: "未换开纸质票据",
    WantedState.RED: "红字票据",
}


class DayKind(StrEnum):
    """Days by the calendar of the State Council."""

    WORKDAY = "workday"
    REST_DAY = "rest_day"

    @property
    def label(self) -> str:
        return {"workday": "工作日", "rest_day": "非工作日"}[self.value]


class EvidenceWanted(StrEnum):
    """What the platform has of a bill's evidence."""

    NONE = "none"
    PRESENT = "present"
    CONTRADICTED = "contradicted"

    @property
    def label(self) -> str:
        return {"none": "没有佐证材料", "present": "有佐证材料", "contradicted": "佐证材料不符"}[self.value]


class SampleMethod(StrEnum):
    """How bills are chosen among those that were found."""

    ALL = "all"
    RANDOM = "random"
    STRATIFIED = "stratified"
    MONETARY = "monetary"
    SYSTEMATIC = "systematic"
    LARGEST = "largest"

    @property
    def label(self) -> str:
        return _METHOD_LABELS[self]


_METHOD_LABELS = {
    SampleMethod.ALL: "全部检查",
    SampleMethod.RANDOM: "简单随机抽样",
    SampleMethod.STRATIFIED: "分层随机抽样",
    SampleMethod.MONETARY: "货币单位抽样",
    SampleMethod.SYSTEMATIC: "等距抽样",
    SampleMethod.LARGEST: "取金额最大的",
}


class Stratum(StrEnum):
    """What a sample is stratified by."""

    UNIT = "unit"
    REGION = "region"
    KIND = "kind"
    UNIT_TYPE = "unit_type"
    MONTH = "month"

    @property
    def label(self) -> str:
        return _STRATUM_LABELS[self]


_STRATUM_LABELS = {
    Stratum.UNIT: "单位",
    Stratum.REGION: "地区",
    Stratum.KIND: "票据种类",
    Stratum.UNIT_TYPE: "单位类型",
    Stratum.MONTH: "月份",
}


class Sample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """Which of the found bills are examined: a share (0.1 is 10%), a number, `each` from every stratum, or one of `every`."""

    method: SampleMethod = SampleMethod.ALL
    by: Stratum | None = None
    share: Decimal | None = None
    number: int | None = None
    each: int | None = None
    every: int | None = None


class InspectionQuery(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    """检查条件: which bills are wanted. Lists mean any of their members, members of the query all hold at once.

    Both days of a period are inclusive (Asia/Shanghai). Regions include all below them. `units` are 统一社会信用代码, so
    that a unit with a new name stays the same one. `kinds` holds kinds (0201) and categories (02).
    A bill with one of the `items`, or with one of the `item_words` in an item's name, is wanted. Amounts are totals
    of bills in 元. `hours` are from the first hour up to, but without, the second; they may run over midnight.
    """

    periods: tuple[Period, ...] = ()
    reversed_periods: tuple[Period, ...] = ()
    regions: tuple[str, ...] = ()
    not_regions: tuple[str, ...] = ()
    levels: tuple[RegionLevel, ...] = ()
    unit_types: tuple[UnitType, ...] = ()
    not_unit_types: tuple[UnitType, ...] = ()
    units: tuple[str, ...] = ()
    not_units: tuple[str, ...] = ()
    unit_words: tuple[str, ...] = ()
    not_unit_words: tuple[str, ...] = ()
    unit_modes: tuple[str, ...] = ()
    watched: bool | None = None
    kinds: tuple[str, ...] = ()
    not_kinds: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    not_items: tuple[str, ...] = ()
    item_words: tuple[str, ...] = ()
    not_item_words: tuple[str, ...] = ()
    amount_over: Decimal | None = None
    amount_least: Decimal | None = None
    amount_under: Decimal | None = None
    amount_most: Decimal | None = None
    amount_multiple: Decimal | None = None
    states: tuple[WantedState, ...] = ()
    reversed_within_days: int | None = None
    payer_type: PayerType | None = None
    payer_words: tuple[str, ...] = ()
    not_payer_words: tuple[str, ...] = ()
    pay_modes: tuple[str, ...] = ()
    not_pay_modes: tuple[str, ...] = ()
    hours: tuple[int, int] | None = None
    days: DayKind | None = None
    weekdays: tuple[int, ...] = ()
    month_end_days: int | None = None
    evidence: tuple[EvidenceWanted, ...] = ()
    evidence_claims: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    severities: tuple[str, ...] = ()
    flagged: bool | None = None
    overridden: bool | None = None
    standings: tuple[BillStanding, ...] = ()
    sample: Sample = Sample()


class MarkReason(StrEnum):
    """Why a piece of a request has no part in the query."""

    UNKNOWN = "unknown"
    OUTSIDE = "outside"
    PERSONAL = "personal"
    PROGRAM = "program"
    CONFLICT = "conflict"

    @property
    def label(self) -> str:
        return _REASON_LABELS[self]


_REASON_LABELS = {
    MarkReason.UNKNOWN: "没有看懂，未列入检查条件",
    MarkReason.OUTSIDE: "不属于本地区，未列入检查条件",
    MarkReason.PERSONAL: "是个人信息，检查条件里不能写",
    MarkReason.PROGRAM: "像是程序语句，不会执行，也未列入检查条件",
    MarkReason.CONFLICT: "与前面的条件冲突，未列入检查条件",
}


class MarkedPiece(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a request, from `start` up to `end`, that was not understood or is not allowed, and why."""

    start: int
    end: int
    text: str
    reason: MarkReason


class UnderstoodRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request as it was understood: the query, and all pieces that have no part in it, in the order of the text."""

    request: str
    query: InspectionQuery
    marked: tuple[MarkedPiece, ...] = ()

    @property
    def is_clear(self) -> bool:
        return not self.marked
