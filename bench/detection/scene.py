"""A unit's month in which something happens: what wrongdoing and oddities share."""

from typing import Any

import msgspec
import numpy as np

from bench.detection.ground import BILL, DAY, Array, Calendar, listed_items, totals
from bench.detection.life import person, seconds
from bench.detection.payers import UNIT_BITS, company
from bench.detection.units import Unit


class Scene(msgspec.Struct, kw_only=True):
    """One month of a unit, with its bills so far. `strength` is from 0 (hardly anything) to 1; `memory` lasts as long
    as the story; `mark` is what its bills get as `wrong`; `refused` and `overridden` are added to the month.
    """

    unit: Unit
    calendar: Calendar
    month: int
    strength: float
    style: int
    rng: np.random.Generator
    memory: dict[str, Any]
    bills: Array
    mark: int = 0
    refused: int = 0
    overridden: int = 0

    @property
    def here(self) -> Array:
        """Which bills are of this month."""
        return np.flatnonzero(self.calendar.month(self.bills["at"]) == self.month)

    @property
    def usual(self) -> float:
        """How many bills the unit has in a usual month."""
        return max(len(self.bills) / len(self.calendar.months), 3.0)

    def count(self, least: int, share: float = 1.0) -> int:
        """How many bills it takes, by strength: from about 2 to 60 % of a usual month, times `share`."""
        part = 0.02 * 30.0**self.strength * share
        return max(least, int(self.rng.poisson(max(self.usual, 12.0) * part)))

    def untouched(self) -> Array:
        """This month's bills that are neither reversed nor part of a story."""
        here = self.here
        rows = self.bills[here]
        return here[(rows["reversed_at"] == 0) & (rows["wrong"] == 0)]

    def some(self, among: Array, count: int) -> Array:
        """Up to `count` of the bills named, in no order."""
        return self.rng.permutation(among)[:count]

    def like_own(self, count: int) -> Array:
        """New bills of this month, such as the unit issues: copies of its bills, at moments like its own."""
        months = self.calendar.month(self.bills["at"])
        near = np.flatnonzero((abs(months - self.month) <= 4) & (self.bills["wrong"] == 0))
        if len(near) < 5:
            near = np.arange(len(self.bills))
        made = self.bills[self.rng.choice(near, count)].copy() if len(near) else np.zeros(count, BILL)
        made["at"] = self.moments(self.rng.choice(self.workdays, count))
        made["reversed_at"] = 0
        made["wrong"] = self.mark
        fresh = self.rng.integers(1 << 40, 1 << 62, count)
        made["paper"][:, 0] = np.where(made["paper"][:, 0] != 0, fresh, 0)
        made["handler"] = np.maximum(made["handler"], 0) if self.rng.random() < 0.7 else made["handler"]
        self.pay(made)
        return made

    def pay(self, made: Array) -> None:
        """Days of payment close to the issue, where the unit's bills tell them."""
        lag = self.rng.geometric(1 / (1 + self.unit.paid_lag), len(made)) - 1
        told = self.rng.random(len(made)) < self.unit.tells_paid
        made["paid"] = np.where(told, made["at"] // DAY - lag, -1)

    @property
    def workdays(self) -> Array:
        """The working days of the month."""
        return self.calendar.workdays(self.month)

    def moments(self, days: Array) -> Array:
        """A moment on each of the days, at hours of the unit."""
        return np.asarray(days * DAY + seconds(self.rng, self.unit.hours, len(days)))

    def add(self, made: Array) -> None:
        """Puts bills among the unit's; those past the end are dropped."""
        self.bills = np.concatenate([self.bills, made[made["at"] < self.calendar.end]])

    def marked(self, which: Array) -> None:
        """Says that these bills are part of the story."""
        self.bills["wrong"][which] = self.mark

    def strangers(self, count: int, least: int = 1 << 20) -> Array:
        """Persons who have never been with the unit; none of them comes again."""
        start = int(self.memory.setdefault("strangers", least + int(self.rng.integers(0, 1 << 18))))
        self.memory["strangers"] = start + count
        serial = (np.int64(self.unit.index + 1) << UNIT_BITS) + start + np.arange(count)
        return person(self.unit, serial)

    def outside(self, count: int, *, far: bool) -> Array:
        """Companies that are none of the unit's: of its own place or of others."""
        place = self.rng.integers(0, 40, count) if far else np.full(count, self.unit.place)
        return company(place, self.rng.integers(0, 1_200, count))


def largest_usual(bills: Array) -> float:
    """What nine bills in ten stay below, in 分."""
    return float(np.quantile(totals(bills), 0.9)) if len(bills) else 100_000.0


def priced(bills: Array, item: Array | int, amount: Array) -> None:
    """Gives bills one line of an item with about this amount (分): free rates take it, others by quantity."""
    listed = listed_items()
    number = np.broadcast_to(np.asarray(item), (len(bills),))
    free = np.array([entry.rate_kind == "free" for entry in listed])[number % len(listed)]
    bills["lines"] = 1
    rate = np.where(bills["item"][:, 0] == number, bills["rate"][:, 0], 0)
    low = np.array([entry.rates[0] for entry in listed])[number % len(listed)]
    rate = np.where(rate > 0, rate, np.maximum(low, 1))
    bills["item"][:, 0] = number
    bills["rate"][:, 0] = np.where(free, np.maximum(amount, 1), rate)
    quantity = np.maximum(np.round(amount / rate), 1).astype(np.int64) * 100
    bills["quantity"][:, 0] = np.where(free, 100, quantity)


def roomy_item(unit: Unit) -> int:
    """The unit's item that takes the largest sums: a free one where it has one."""
    listed = listed_items()
    order = sorted(
        unit.items, key=lambda item: (listed[item].rate_kind == "free", listed[item].rates[1]), reverse=True
    )
    return int(order[0])


def kind_of(unit: Unit, item: int) -> int:
    """The kind under which the unit issues an item; its first one for items that it does not have."""
    found = np.flatnonzero(unit.items == item)
    return int(unit.item_kinds[found[0]]) if len(found) else int(unit.item_kinds[0])
