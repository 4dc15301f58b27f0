"""A made province: units with plain lives, honest oddities and planted wrongdoing, as the analysis reads it."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import msgspec
import numpy as np

from bench.detection.ground import DAY, PLACES, Array, Calendar, calendar, listed_items
from bench.detection.life import live
from bench.detection.scene import Scene
from bench.detection.stories import ODDS, WRONGS, Story, shaped, tell
from bench.detection.units import Unit, draw_units
from bench.detection.writing import Writer
from mingpiao.analysis.inputs import PATTERNS

#: How many units go into one file.
_TOGETHER = 80


class Planted(msgspec.Struct, frozen=True):
    """Wrongdoing of a unit that shows in a month: `style` is which way it was done, `bills` how many it touched."""

    unit_id: int
    month: date
    pattern: str
    style: int
    bills: int


class Odd(msgspec.Struct, frozen=True):
    """Something honest that looks strange in a unit and month."""

    unit_id: int
    month: date
    what: str


class Province(msgspec.Struct, frozen=True):
    """Where the files are, the months that they cover, and the truth. `bills` and `reversals` are globs."""

    bills: Path
    reversals: Path
    asks: Path
    units: Path
    months: tuple[date, ...]
    truth: tuple[Planted, ...]
    oddities: tuple[Odd, ...]


class RateChange(msgspec.Struct, frozen=True):
    """From a day on the bounds of an item are multiplied by a factor."""

    item: int
    day: int
    factor: float


def made_province(
    folder: Path, seed: int, *, units: int = 640, months: int = 24, size: float = 1.0
) -> Province:
    """Makes a province in a folder: equal seeds and sizes give equal provinces. `size` multiplies how much units
    issue: 1 makes some three million bills of 640 units.
    """
    return _Making(folder, seed, units, months, size).province()


class _Making:
    """A province while it is made."""

    def __init__(self, folder: Path, seed: int, units: int, months: int, size: float) -> None:
        self._seed = seed
        self._folder = folder
        rng = np.random.default_rng([seed, 1])
        start = int(rng.integers(0, 22))
        self._calendar = calendar(date(2023 + start // 12, start % 12 + 1, 1), months)
        self._units = draw_units(rng, units, size)
        self._changes = _rate_changes(rng, self._calendar)
        changed = frozenset(change.item for change in self._changes)
        self._stories: dict[int, list[Story]] = defaultdict(list)
        self._told = tell(rng, self._units, self._calendar, changed)
        for story in self._told:
            self._stories[story.unit].append(story)
            self._units[story.unit] = shaped(self._units[story.unit], story, self._calendar)
        self._merged = {story.other: story for story in self._told if story.what == "merger"}
        types = sorted({unit.profile.unit_type for unit in self._units})
        self._shocks = {name: np.exp(rng.normal(0, 0.07, months)) for name in types}
        self._new_from = int(self._calendar.starts[min(int(rng.integers(3, 10)), months - 1)])
        self._truth: list[Planted] = []
        self._oddities: list[Odd] = []
        self._asks: list[tuple[int, object, int, int]] = []

    def province(self) -> Province:
        """Makes and writes everything."""
        self._folder.mkdir(parents=True, exist_ok=True)
        writer = Writer(
            self._folder,
            self._calendar,
            {change.item: change.factor for change in self._changes},
            self._new_from,
        )
        try:
            for start in range(0, len(self._units), _TOGETHER):
                group = self._units[start : start + _TOGETHER]
                lives = [self._life(unit) for unit in group]
                owners = np.repeat([unit.index for unit in group], [len(bills) for bills in lives])
                writer.write(owners, np.concatenate(lives))
            rows = [(unit.unit_id, unit.profile.unit_type, PLACES[unit.place][0]) for unit in self._units]
            units, asks = writer.units(rows), writer.asks(self._asks)
        finally:
            writer.close()
        return Province(
            bills=self._folder / "bills" / "*.parquet",
            reversals=self._folder / "reversals" / "*.parquet",
            asks=asks,
            units=units,
            months=self._calendar.months,
            truth=tuple(sorted(self._truth, key=lambda row: (row.unit_id, row.month, row.pattern))),
            oddities=tuple(sorted(self._oddities, key=lambda row: (row.unit_id, row.month, row.what))),
        )

    def _life(self, unit: Unit) -> Array:
        """All bills of a unit, with what happens in it."""
        months = len(self._calendar.months)
        merged = self._merged.get(unit.index)
        bills = self._plain(unit, 0, merged.first if merged else months)
        extra = np.zeros((2, months), np.int64)
        for story in self._stories[unit.index]:
            bills = self._happen(unit, story, bills, extra)
        for change in self._changes:
            _apply(change, unit, self._rng(unit, 5), bills)
        bills = bills[bills["at"] < self._calendar.end]
        bills["reversed_at"] = np.where(bills["reversed_at"] < self._calendar.end, bills["reversed_at"], 0)
        self._tell_truth(unit, bills)
        self._count_asks(unit, bills, extra)
        return bills

    def _rng(self, unit: Unit, salt: int) -> np.random.Generator:
        return np.random.default_rng([self._seed, 2, unit.index, salt])

    def _plain(self, unit: Unit, first: int, last: int) -> Array:
        shocks = self._shocks[unit.profile.unit_type]
        return live(unit, self._rng(unit, first), self._calendar, first, last, shocks)

    def _happen(self, unit: Unit, story: Story, bills: Array, extra: Array) -> Array:
        """What one story makes of a unit's bills; `extra` are the asks of each month that it adds."""
        if story.what == "merger":
            bills = np.concatenate([bills, self._taken_over(unit, story)])
        act = WRONGS[story.what][0] if story.wrong else ODDS.get(story.what)
        rng = np.random.default_rng(story.seed)
        memory: dict[str, object] = {"changed": story.changed, "ring": story.seed % 1_000}
        for month in story.months(self._calendar):
            if act is not None:
                scene = Scene(
                    unit=unit, calendar=self._calendar, month=month, style=story.style, rng=rng, memory=memory,
                    strength=float(np.clip(story.strength + rng.normal(0, 0.05), 0, 1)), bills=bills,
                    mark=1 + list(PATTERNS).index(story.what) if story.wrong else 0,
                )  # fmt: skip
                act(scene)
                bills = scene.bills
                extra[:, month] += (scene.refused, scene.overridden)
            if not story.wrong:
                self._oddities.append(Odd(unit.unit_id, self._calendar.months[month], story.what))
        return bills

    def _taken_over(self, unit: Unit, story: Story) -> Array:
        """The bills of the unit that was taken over: its people go on under another roof."""
        other = self._units[story.other]
        bills = self._plain(other, story.first, len(self._calendar.months))
        for name in ("handler", "reverser"):
            bills[name] = np.where(bills[name] >= 0, bills[name] + 64 * (other.index + 1), -1)
        self._oddities.append(Odd(other.unit_id, self._calendar.months[story.first], "merger"))
        return bills

    def _tell_truth(self, unit: Unit, bills: Array) -> None:
        """A month has wrongdoing if a fair part of what was planted shows in it."""
        for number, pattern in enumerate(PATTERNS, 1):
            rows = bills[bills["wrong"] == number]
            if not len(rows):
                continue
            reversed_rows = rows[rows["reversed_at"] > 0]
            turns = pattern in ("wash_reversal", "collusion")
            issued = rows[rows["reversed_at"] == 0] if turns else rows
            moments = np.concatenate([issued["at"], reversed_rows["reversed_at"]])
            counts = np.bincount(self._calendar.month(moments), minlength=len(self._calendar.months))
            style = next(story.style for story in self._stories[unit.index] if story.what == pattern)
            for month in np.flatnonzero((counts >= 2) & (counts >= 0.2 * counts.max())):
                self._truth.append(
                    Planted(unit.unit_id, self._calendar.months[month], pattern, style, int(counts[month]))
                )

    def _count_asks(self, unit: Unit, bills: Array, extra: Array) -> None:
        """What rules asked back: the unit's usual share, more while somebody new learns, and what stories add."""
        rng = self._rng(unit, 9)
        months = len(self._calendar.months)
        issued = np.bincount(self._calendar.month(bills["at"]), minlength=months)
        mood = np.exp(rng.normal(0, 0.6, (2, months)))
        if 0 <= unit.turnover < months:
            mood[:, unit.turnover] *= 6
        counts = rng.poisson(issued * mood * np.array([[unit.refused], [unit.overridden]])) + extra
        for month in np.flatnonzero(counts.sum(axis=0)):
            self._asks.append(
                (unit.unit_id, self._calendar.months[month], int(counts[0, month]), int(counts[1, month]))
            )


def _rate_changes(rng: np.random.Generator, when: Calendar) -> list[RateChange]:
    """Some items get new bounds in the province: mostly higher ones, sometimes lower ones."""
    bounded = [number for number, item in enumerate(listed_items()) if item.rate_kind == "bounded"]
    chosen = rng.choice(bounded, 5, replace=False)
    days = rng.choice(when.starts[4:-1] if len(when.starts) > 6 else when.starts[:-1], 5)
    factors = rng.choice([0.8, 1.1, 1.2, 1.3], 5)
    return [
        RateChange(int(item), int(day), float(factor))
        for item, day, factor in zip(chosen, days, factors, strict=True)
    ]


def _apply(change: RateChange, unit: Unit, rng: np.random.Generator, bills: Array) -> None:
    """Bills from the day on have the new bounds; the unit follows with its rates some days late, if they sank, or in
    its own time, if they rose.
    """
    later = bills["at"] // DAY >= change.day
    maximum = int(listed_items()[change.item].maximum * change.factor)
    lag = rng.integers(0, 6) if change.factor < 1 else rng.integers(0, 120)
    follows = (bills["at"] // DAY >= change.day + lag) & (bills["wrong"] == 0)
    for line in range(3):
        here = later & (bills["item"][:, line] == change.item)
        rate = bills["rate"][:, line]
        moved = np.minimum(np.maximum((rate * change.factor).astype(np.int64), 1), maximum)
        bills["rate"][:, line] = np.where(here & follows, moved, rate)
        bills["item"][:, line] = np.where(here, change.item + len(listed_items()), bills["item"][:, line])
