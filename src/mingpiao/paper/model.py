"""Values of the stock of paper bills (纸质票据): batches, who holds which sheets in which state, and what happened.

A sheet is named by one number, code × 10¹⁰ + number, as a bill is.
"""

from datetime import datetime
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
