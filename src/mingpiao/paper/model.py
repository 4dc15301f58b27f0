"""Values of the stock of paper bills (纸质票据): batches, who holds which sheets in which state, and what happened.

A sheet is named by one number, code × 10¹⁰ + number, as a bill is.
"""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from mingpiao.kernel.codes import NUMBER_SPACE


class PaperState(StrEnum):
    """在途 until who gets it accepts it, 在库, then what became of it."""

    TRANSIT = "transit"
    STOCK = "stock"
    USED = "used"
    VOID = "void"
    LOST = "lost"
    LISTED = "listed"
    DESTROYED = "destroyed"

    @property
    def label(self) -> str:
        return _STATES[self]


_STATES = {
    PaperState.TRANSIT: "在途",
    PaperState.STOCK: "在库",
    PaperState.USED: "已使用",
    PaperState.VOID: "已作废",
    PaperState.LOST: "已遗失",
    PaperState.LISTED: "待销毁",
    PaperState.DESTROYED: "已销毁",
}


class PaperPurpose(StrEnum):
    """换开专用: an electronic bill is printed on it. 传统: filled in by hand or machine in place of an electronic bill."""

    EXCHANGE = "exchange"
    ORDINARY = "ordinary"

    @property
    def label(self) -> str:
        return "换开专用" if self is PaperPurpose.EXCHANGE else "传统纸质票据"


class PaperWay(StrEnum):
    """What a step did to its sheets."""

    RECEIVE = "receive"
    ALLOT = "allot"
    RETURN = "return"
    ACCEPT = "accept"
    DECLINE = "decline"
    HAND_OUT = "hand_out"
    TAKE_BACK = "take_back"
    USE = "use"
    VOID = "void"
    LOSE = "lose"
    LIST = "list"
    UNLIST = "unlist"
    DESTROY = "destroy"
    REFORM = "reform"

    @property
    def label(self) -> str:
        return _WAYS[self]


_WAYS = {
    PaperWay.RECEIVE: "印制入库",
    PaperWay.ALLOT: "发放",
    PaperWay.RETURN: "退回",
    PaperWay.ACCEPT: "签收",
    PaperWay.DECLINE: "拒收",
    PaperWay.HAND_OUT: "领到开票点",
    PaperWay.TAKE_BACK: "从开票点收回",
    PaperWay.USE: "使用",
    PaperWay.VOID: "作废",
    PaperWay.LOSE: "遗失",
    PaperWay.LIST: "列入销毁清册",
    PaperWay.UNLIST: "移出销毁清册",
    PaperWay.DESTROY: "销毁",
    PaperWay.REFORM: "随区划调整划转",
}


class PaperRange(msgspec.Struct, frozen=True, order=True):
    """Consecutive sheets of one 票据代码; both ends are inclusive."""

    first: int
    last: int

    @property
    def count(self) -> int:
        return self.last - self.first + 1

    @property
    def code(self) -> str:
        return f"{self.first // NUMBER_SPACE:08d}"

    @property
    def first_number(self) -> str:
        return f"{self.first % NUMBER_SPACE:010d}"

    @property
    def last_number(self) -> str:
        return f"{self.last % NUMBER_SPACE:010d}"

    @property
    def numbers(self) -> str:
        """The numbers without their code, as people read them."""
        return self.first_number if self.count == 1 else f"{self.first_number}至{self.last_number}"

    @property
    def line(self) -> str:
        """Code and numbers as a line of a form."""
        ends = self.first_number if self.count == 1 else f"{self.first_number} {self.last_number}"
        return f"{self.code} {ends}"


class PaperHolder(msgspec.Struct, frozen=True):
    """A department, a unit's store, or an issuing point of a unit."""

    region_code: str | None = None
    unit_id: int | None = None
    point: str = ""

    @property
    def owner(self) -> str:
        """Who is responsible: the department or the unit."""
        return f"unit:{self.unit_id}" if self.unit_id is not None else f"region:{self.region_code}"


class WantedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A batch to be printed; numbers are of one code, both ends inclusive."""

    kind_code: str
    purpose: str
    sheets: str
    printer: str
    plan_no: str
    request_no: str
    note: str = ""


class PaperBatch(msgspec.Struct, frozen=True, kw_only=True):
    """印制批次: what was ordered, and what arrived of it."""

    batch_id: int
    code: str
    kind_code: str
    purpose: PaperPurpose
    sheets: PaperRange
    printer: str
    plan_no: str
    note: str
    received: tuple[PaperRange, ...]
    ordered_by_name: str
    ordered_at: datetime

    @property
    def arrived(self) -> int:
        """How many sheets arrived."""
        return sum(each.count for each in self.received)


class PaperHolding(msgspec.Struct, frozen=True, kw_only=True):
    """Sheets of a batch that somebody has in a state, as the longest ranges."""

    holding_id: int
    batch_id: int
    kind_code: str
    purpose: PaperPurpose
    holder: PaperHolder
    state: PaperState
    ranges: tuple[PaperRange, ...]

    @property
    def count(self) -> int:
        return sum(each.count for each in self.ranges)


class PaperStep(msgspec.Struct, frozen=True, kw_only=True):
    """What happened to sheets at once. `answered`: a parcel that was accepted or declined; None where there is no parcel."""

    step_id: int
    way: PaperWay
    ranges: tuple[PaperRange, ...]
    giver: PaperHolder | None
    taker: PaperHolder | None
    note: str
    reference: str
    made_by_name: str
    made_at: datetime
    answered: bool | None = None

    @property
    def count(self) -> int:
        return sum(each.count for each in self.ranges)


class PaperCount(msgspec.Struct, frozen=True, kw_only=True):
    """Sheets of a kind and purpose by state: `department` in departments' hands, the others in units'."""

    region_code: str
    unit_id: int | None
    kind_code: str
    purpose: PaperPurpose
    by_state: dict[PaperState, int]

    def of(self, *states: PaperState) -> int:
        """How many sheets are in one of these states."""
        return sum(self.by_state.get(each, 0) for each in states)


class PaperTrace(msgspec.Struct, frozen=True, kw_only=True):
    """A sheet's steps, oldest first, as far as the scope sees them; holder and state now."""

    sheet: PaperRange
    batch: PaperBatch
    holder: PaperHolder | None
    state: PaperState | None
    steps: tuple[PaperStep, ...]


class LossNotice(msgspec.Struct, frozen=True, kw_only=True):
    """遗失公告: which sheets somebody lost, and what they say of it in public."""

    step_id: int
    holder_name: str
    ranges: tuple[PaperRange, ...]
    lost_on: date
    notice: str
    published_at: datetime


class DestructionState(StrEnum):
    """待批准, 待销毁 or 不予批准, 待会签 when the first has signed, 已销毁 when the second has."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    SIGNED = "signed"
    DONE = "done"

    @property
    def label(self) -> str:
        return _DESTRUCTION_STATES[self]


_DESTRUCTION_STATES = {
    DestructionState.ASKED: "待批准",
    DestructionState.APPROVED: "已批准，待销毁",
    DestructionState.REFUSED: "不予批准",
    DestructionState.SIGNED: "待会签",
    DestructionState.DONE: "已销毁",
}


class WantedDestruction(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of a destruction when it is signed: `destroyed_on` None for a day that could not be read."""

    destroyed_on: date | None
    place: str
    witnesses: str


class DestructionList(msgspec.Struct, frozen=True, kw_only=True):
    """销毁清册: who asked, who decided, when and before whom the sheets were destroyed, and who signed."""

    list_id: int
    holder: PaperHolder
    holder_name: str
    ranges: tuple[PaperRange, ...]
    reason: str
    state: DestructionState
    asked_by: str
    asked_by_name: str
    asked_at: datetime
    decided_by: str | None
    decided_by_name: str
    decided_at: datetime | None
    decision: str
    destroyed_on: date | None
    place: str
    witnesses: str
    signed_by: str | None
    signed_by_name: str
    signed_at: datetime | None
    countersigned_by: str | None
    countersigned_by_name: str
    countersigned_at: datetime | None

    @property
    def count(self) -> int:
        return sum(each.count for each in self.ranges)


class StockTaking(msgspec.Struct, frozen=True, kw_only=True):
    """盘点: what the books said and what was found; `missing` and `surplus` are the differences."""

    stocktaking_id: int
    booked: tuple[PaperRange, ...]
    counted: tuple[PaperRange, ...]
    missing: tuple[PaperRange, ...]
    surplus: tuple[PaperRange, ...]
    explanation: str
    counted_by: str
    made_by_name: str
    made_at: datetime


class PaperStop(msgspec.Struct, frozen=True, kw_only=True):
    """A unit that has or had ordinary paper (传统纸质票据), and how far it is with ending it.

    `left` are sheets that it could use, `void` those that wait for destruction. None of `stopped_at`: it has not
    stopped. `stage` is 未停用, 待盘点 until it took stock after it stopped, 待核销, 待销毁 or 已完成.
    """

    unit_id: int
    name: str
    region_code: str
    stopped_at: datetime | None
    reason: str
    left: int
    void: int
    destroyed: int
    stage: str


class StopSum(msgspec.Struct, frozen=True, kw_only=True):
    """How far the units of a region are with ending ordinary paper: units by stage, and their sheets."""

    region_code: str
    units: int
    by_stage: dict[str, int]
    left: int
    void: int
    destroyed: int
