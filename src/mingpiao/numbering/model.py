"""Values of numbering: segments (号段), and a unit's stock of numbers by bill kind."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from mingpiao.kernel.clock import to_shanghai


class Segment(msgspec.Struct, frozen=True, kw_only=True):
    """号段: numbers `first` to `last` (both inclusive) of a 票据代码, allotted to a unit."""

    segment_id: int
    unit_id: int
    kind_code: str
    code: str
    first: int
    last: int
    state: str


#: The reason of a limit that lets corrections pass: what is to be put right is reversed, and issued once more.
RECTIFICATION_OVERDUE = "rectification_overdue"

#: The reason that stops one account of a unit.
UKEY_LOST = "ukey_lost"
#: The reason that stops one account where issuing needs a UKey.
UKEY_HELD = "ukey_held"


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's stock of one kind, as read while its row is locked.

    Numbers `next` to `last` of `code` are still free in the segment in use. `locks` are the reasons why
    the unit may not issue (empty: none); `valid_until` is the last day, inclusive, on which it may issue.
    `held_at` is the database's time when the row was locked, `last_issued_at` the time of issue of the
    bill that has the number before `next`. A kind that was `withdrawn` (收回) has no free numbers, and only reversals
    of its old bills may get one. `issue_until` is another last day, with the reason for which the
    unit is stopped after it. Bills from `writeoff_from` on are not written off yet; None where write-off is
    not in force. The `lost_accounts` (by id) may not issue, as their UKeys were reported lost; the
    `keyless_accounts` may not where issuing needs a UKey: theirs were put on hold or revoked, and none is in use.
    """

    unit_id: int
    kind_code: str
    segment_id: int | None
    code: str
    next: int
    last: int
    held_at: datetime
    last_issued_at: datetime | None
    locks: tuple[str, ...]
    valid_until: date | None
    issue_until: date | None = None
    issue_until_reason: str = ""
    writeoff_from: date | None = None
    withdrawn: bool = False
    lost_accounts: frozenset[int] = frozenset()
    keyless_accounts: frozenset[int] = frozenset()

    def stopped_on(self, day: date, *, correcting: bool = False) -> tuple[str, ...]:
        """The reasons why the unit may not issue on a day (Asia/Shanghai); empty if it may.

        With `correcting`: may not reverse a bill, nor issue the one that a notice of rectification asks for. What
        must be put right can be put right also when it is overdue.
        """
        if self.valid_until is not None and self.valid_until < day:
            return ("qualification_expired",)
        if self.locks:
            return self.locks
        if self.issue_until is not None and self.issue_until < day:
            spared = correcting and self.issue_until_reason == RECTIFICATION_OVERDUE
            return () if spared else (self.issue_until_reason,)
        return ()

    def unsettled_month(self, day: date) -> date | None:
        """The first day of the month of the last bill, if that month is over on a day and not written off."""
        if self.writeoff_from is None or self.last_issued_at is None:
            return None
        month = to_shanghai(self.last_issued_at).date().replace(day=1)
        return month if self.writeoff_from <= month < day.replace(day=1) else None

    def time_of_issue(self, moment: datetime) -> datetime:
        """When a number that is taken at `moment` counts as issued: never before the one before it."""
        return moment if self.last_issued_at is None else max(moment, to_shanghai(self.last_issued_at))

    @property
    def free(self) -> int:
        return self.last - self.next + 1


class StockLevel(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a unit in a kind, as pages show it: free numbers, and numbers used so far."""

    kind_code: str
    free: int
    used: int
    locks: tuple[str, ...]
    valid_until: date | None


class UnitStanding(msgspec.Struct, frozen=True, kw_only=True):
    """What a list tells of a unit: what stops it, its last day, its last issue, and free numbers by kind."""

    locks: tuple[str, ...] = ()
    valid_until: date | None = None
    last_issued_at: datetime | None = None
    free: dict[str, int] = {}


class PoolLevel(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers of a 票据代码 were allotted to units, and how many are left."""

    code: str
    kind_code: str
    allotted: int
    left: int


class SupplyLimit(msgspec.Struct, frozen=True, kw_only=True):
    """Until which day (inclusive, Asia/Shanghai) a unit may do something, and the stable reason that ends it."""

    day: date
    reason: str


class NumberHolder(StrEnum):
    """Who has a number: the pool of its code, a department's stock, a unit's stock, a bill, or nobody since it was
    given back.
    """

    POOL = "pool"
    DEPARTMENT = "department"
    STOCK = "stock"
    TAKEN = "taken"
    RETURNED = "returned"


class SegmentState(StrEnum):
    """未使用, 使用中, 已用完, or 已退回注销."""

    IN_STOCK = "in_stock"
    IN_USE = "in_use"
    USED = "used"
    RETURNED = "returned"

    @property
    def label(self) -> str:
        return {"in_stock": "未使用", "in_use": "使用中", "used": "已用完", "returned": "已退回注销"}[
            self.value
        ]


class HeldSegment(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's 号段 `first` to `last` (both inclusive). Numbers from `next` on are not taken, or were given back.

    `drawn_by_bill`: a bill needed a number and drew it (即领即开). `point_code` is the 开票点 that has it; empty: the
    unit's common stock.
    """

    segment_id: int
    kind_code: str
    code: str
    first: int
    last: int
    next: int
    state: SegmentState
    drawn_by_bill: bool
    allotted_at: datetime
    point_code: str = ""

    @property
    def free(self) -> int:
        held = self.state in (SegmentState.IN_STOCK, SegmentState.IN_USE)
        return self.last - self.next + 1 if held else 0


class SegmentFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which of a unit's segments a list shows; empty members do not restrict. An empty `point_code` means the common stock."""

    unit_id: int
    kind_code: str = ""
    state: str = ""
    segment_id: int | None = None
    point_code: str | None = None


class ReturnWay(StrEnum):
    """Why numbers were given back: the unit gave them back, 收回 of the kind, or 注销 of the unit; EARLIER: not noted."""

    EARLIER = ""
    UNIT = "unit"
    WITHDRAW = "withdraw"
    CLOSE = "close"

    @property
    def label(self) -> str:
        return {"": "退回", "unit": "单位退回", "withdraw": "收回票据种类", "close": "单位注销"}[self.value]


class ReturnedNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """退回注销: numbers `first` to `last` (both inclusive) that a unit did not use and that nobody gets again."""

    segment_id: int
    unit_id: int
    unit_name: str
    kind_code: str
    code: str
    first: int
    last: int
    returned_at: datetime
    way: ReturnWay
    reason: str
    made_by_name: str


class ReturnedFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers that were given back a list shows; days (Asia/Shanghai) are inclusive."""

    unit_id: int | None = None
    region_prefix: str = ""
    kind_code: str = ""
    way: str = ""
    since: date | None = None
    until: date | None = None
    segment_id: int | None = None


class MoveWay(StrEnum):
    """How numbers go from one department to another: 下发 to one below, 退回 to the one above, or to the successor of a
    region that ended.
    """

    ALLOT = "allot"
    RETURN = "return"
    REFORM = "reform"

    @property
    def label(self) -> str:
        return {"allot": "下发", "return": "退回", "reform": "区划调整"}[self.value]


class WantedMove(msgspec.Struct, frozen=True, kw_only=True):
    """`quantity` numbers of a 票据代码 that one department passes to another.

    `request_no` is the department's own number of the move; the same one twice is one move.
    """

    way: MoveWay
    from_region: str
    to_region: str
    kind_code: str
    code: str
    quantity: int
    request_no: str
    note: str = ""


class NumberMove(msgspec.Struct, frozen=True, kw_only=True):
    """A move that was made, with its 号段 (first, last) in order; both are inclusive."""

    move_id: int
    way: MoveWay
    from_region: str
    to_region: str
    kind_code: str
    code: str
    quantity: int
    note: str
    made_by_name: str
    made_at: datetime
    spans: tuple[tuple[int, int], ...] = ()


class MoveFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which moves a list shows; empty members do not restrict. `region` is on either side of the move."""

    region: str = ""
    kind_code: str = ""
    code: str = ""
    way: str = ""


class RegionStock(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a department in a 票据代码: numbers received, passed down, passed to units, given back, and left.

    The province received all numbers of the code.
    """

    region_code: str
    kind_code: str
    code: str
    received: int
    passed_down: int
    given_back: int
    left: int

    @property
    def to_units(self) -> int:
        return self.received - self.passed_down - self.given_back - self.left


class NumberTransfer(msgspec.Struct, frozen=True, kw_only=True):
    """调拨: numbers `first` to `last` (both inclusive) went from a holder of their unit to another one: a 开票点 by its
    code, or the unit's common stock (empty).
    """

    kind_code: str
    code: str
    first: int
    last: int
    from_point: str
    to_point: str
    made_by_name: str
    made_at: datetime


class NumberStage(msgspec.Struct, frozen=True, kw_only=True):
    """A department's lot that a number was in: by which move it came, and with which numbers (inclusive)."""

    way: MoveWay
    from_region: str
    to_region: str
    first: int
    last: int
    at: datetime


class NumberPlace(msgspec.Struct, frozen=True, kw_only=True):
    """Where a number is. Its segment's numbers are inclusive; without a segment it is in the pool, or in the stock of
    the department of `region_code`. `stages` are the departments that had it, oldest first, within the scope.

    `returned_at` is when the rest of the segment was given back, `returned_why` how and why, also for a number that a
    bill took before. `point_code` is the 开票点 of its unit that has or had it last, `transfers` its way within the unit.
    """

    holder: NumberHolder
    kind_code: str
    unit_id: int | None = None
    first: int | None = None
    last: int | None = None
    allotted_at: datetime | None = None
    returned_at: datetime | None = None
    returned_why: tuple[ReturnWay, str] = (ReturnWay.EARLIER, "")
    region_code: str = ""
    stages: tuple[NumberStage, ...] = ()
    point_code: str = ""
    transfers: tuple[NumberTransfer, ...] = ()
