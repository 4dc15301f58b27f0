"""Numbers: 号段 in stock, and where a unit stands in a kind."""

from datetime import date

import msgspec


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
    """Where a unit stands in a kind, as read under its lock.

    Numbers `next` to `last` of `code` are free in the segment in use. `locks` names what stops the
    unit (empty: nothing); `valid_until` is the last day, inclusive, on which it may issue.
    """

    unit_id: int
    kind_code: str
    segment_id: int | None
    code: str
    next: int
    last: int
    locks: tuple[str, ...]
    valid_until: date | None

    @property
    def free(self) -> int:
        return self.last - self.next + 1


class StockLevel(msgspec.Struct, frozen=True, kw_only=True):
    """库存 of a unit in a kind for people to see: free numbers, and numbers used so far."""

    kind_code: str
    free: int
    used: int
    locks: tuple[str, ...]
    valid_until: date | None


class PoolLevel(msgspec.Struct, frozen=True, kw_only=True):
    """How many numbers of a 票据代码 were allotted to units, and how many are left."""

    code: str
    kind_code: str
    allotted: int
    left: int
