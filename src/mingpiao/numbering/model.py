"""Values of numbering: segments (号段), and a unit's stock of numbers by bill kind."""

from datetime import date, datetime

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


class Stock(msgspec.Struct, frozen=True, kw_only=True):
    """A unit's stock of one kind, as read while its row is locked.

    Numbers `next` to `last` of `code` are still free in the segment in use. `locks` are the reasons why
    the unit may not issue (empty: none); `valid_until` is the last day, inclusive, on which it may issue.
    `held_at` is the database's time when the row was locked, `last_issued_at` the time of issue of the
    bill that has the number before `next`.
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
