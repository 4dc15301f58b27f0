"""Who does what and when: wrongdoing and oddities are given to units, all drawn from the seed."""

from collections.abc import Callable, Mapping

import msgspec
import numpy as np

from bench.detection import honest, wrong_bills, wrong_changes
from bench.detection.ground import Calendar, listed_items
from bench.detection.scene import Scene
from bench.detection.units import Unit
from mingpiao.analysis.inputs import PATTERNS

#: What makes a month of each kind of wrongdoing, and how many styles it has.
WRONGS: Mapping[str, tuple[Callable[[Scene], None], int]] = {
    "splitting": (wrong_bills.splitting, 4),
    "wash_reversal": (wrong_changes.wash_reversal, 4),
    "borrowed_bills": (wrong_bills.borrowed_bills, 4),
    "item_disguise": (wrong_bills.item_disguise, 4),
    "above_rate": (wrong_changes.above_rate, 3),
    "ghost_payers": (wrong_bills.ghost_payers, 4),
    "month_end": (wrong_bills.month_end, 4),
    "evidence_reuse": (wrong_changes.evidence_reuse, 4),
    "dormant_busy": (wrong_bills.dormant_busy, 4),
    "collusion": (wrong_changes.collusion, 4),
}

#: What makes a month of each oddity; those of `SHAPES` shape the unit's whole life instead.
ODDS: Mapping[str, Callable[[Scene], None]] = {
    "campaign": honest.campaign,
    "enrolment": honest.enrolment,
    "new_system": honest.new_system,
    "late_registration": honest.late_registration,
    "batch_correction": honest.batch_correction,
    "many_parcels": honest.many_parcels,
    "new_service": honest.new_service,
    "checkups": honest.checkups,
    "joint_paper": honest.joint_paper,
    "quarter_rent": honest.quarter_rent,
    "opening": honest.opening,
    "reopening": honest.reopening,
}


def _has_bounds(unit: Unit) -> bool:
    listed = listed_items()
    bounded = np.array([listed[item].rate_kind == "bounded" for item in unit.items])
    return bool(unit.weights[bounded].sum() > 0.15) and unit.volume > 15


#: How many units of a thousand have an oddity, the least and most months that it lasts, and whose it is.
_COMMON: Mapping[str, tuple[float, int, int, Callable[[Unit], bool]]] = {
    "campaign": (14, 1, 2, lambda unit: unit.profile.unit_type == "charity"),
    "enrolment": (
        22,
        1,
        1,
        lambda unit: unit.profile.name in ("exam", "middle_school", "college", "association"),
    ),
    "new_system": (9, 2, 2, lambda unit: unit.profile.unit_type == "hospital"),
    "late_registration": (18, 1, 3, lambda unit: unit.volume < 60),
    "batch_correction": (16, 1, 1, lambda unit: unit.volume > 30),
    "many_parcels": (24, 1, 3, lambda unit: unit.profile.name in ("land", "court", "charity", "market")),
    "new_service": (16, 3, 9, lambda unit: unit.profile.companies > 0.05),
    "checkups": (10, 1, 3, lambda unit: unit.profile.unit_type == "hospital"),
    "joint_paper": (16, 1, 3, lambda unit: unit.evidence > 0.15),
    "quarter_rent": (18, 24, 24, lambda unit: unit.profile.companies > 0.3),
    "opening": (12, 2, 2, lambda unit: True),
    "reopening": (8, 1, 1, lambda unit: unit.volume < 150),
    "seasonal": (16, 24, 24, lambda unit: unit.profile.name in ("exam", "association", "charity")),
    "always_late": (12, 24, 24, lambda unit: unit.volume < 40),
    "second_person": (30, 24, 24, lambda unit: len(unit.handlers) >= 2),
    "special_approval": (14, 24, 24, _has_bounds),
    "merger": (8, 3, 3, lambda unit: True),
}


#: Who is in a position to do it.
_ABLE: Mapping[str, Callable[[Unit], bool]] = {
    "splitting": lambda unit: unit.profile.companies > 0.05 or unit.profile.unit_type == "school",
    "wash_reversal": lambda unit: unit.volume > 15,
    "borrowed_bills": lambda unit: unit.profile.name not in ("kindergarten", "exam", "court"),
    "item_disguise": lambda unit: unit.profile.name not in ("court", "police"),
    "above_rate": _has_bounds,
    "ghost_payers": lambda unit: (
        unit.profile.name in ("charity", "association", "clinic", "middle_school", "college")
    ),
    "month_end": lambda unit: unit.profile.unit_type != "hospital" and unit.volume > 8,
    "evidence_reuse": lambda unit: unit.evidence > 0.2 and unit.volume > 12,
    "dormant_busy": lambda unit: unit.volume < 80,
    "collusion": lambda unit: len(unit.handlers) >= 2 and unit.program < 0.5 and unit.volume > 25,
}


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """What happens in a unit in `length` months from the month `first` on; `other` is the unit that it takes over or
    works with, -1 for none.
    """

    unit: int
    what: str
    first: int
    length: int
    strength: float
    style: int
    seed: int
    other: int = -1
    changed: frozenset[int] = frozenset()

    @property
    def wrong(self) -> bool:
        """Whether it is wrongdoing."""
        return self.what in PATTERNS

    def months(self, calendar: Calendar) -> range:
        """The months in which it happens."""
        return range(self.first, min(self.first + self.length, len(calendar.months)))


def tell(
    rng: np.random.Generator, units: list[Unit], calendar: Calendar, changed: frozenset[int]
) -> list[Story]:
    """All stories of a province. A unit has one at most, save for one wrongdoer in twelve, who does two things."""
    free = set(range(len(units)))
    stories = _wrongs(rng, units, calendar, free, changed)
    for what, (often, least, most, whose) in _COMMON.items():
        for _ in range(max(1, round(often * len(units) / 1_000))):
            found = [index for index in sorted(free) if whose(units[index])]
            if len(found) < 2:
                continue
            unit, other = (int(index) for index in rng.choice(found, 2, replace=False))
            free -= {unit, other} if what == "merger" else {unit}
            length = int(rng.integers(least, most + 1))
            first = 0 if length >= 24 else int(rng.integers(3, len(calendar.months) - length + 1))
            stories.append(
                Story(
                    unit=unit, what=what, first=first, length=max(length, len(calendar.months) if length >= 24 else 0),
                    strength=0.0, style=0, seed=_seed(rng), other=other if what == "merger" else -1,
                )
            )  # fmt: skip
    return stories


def _wrongs(
    rng: np.random.Generator, units: list[Unit], calendar: Calendar, free: set[int], changed: frozenset[int]
) -> list[Story]:
    stories: list[Story] = []
    for what in PATTERNS:
        wanted = max(1.0, len(units) * 12 * rng.uniform(0.001, 0.0014))
        months = 0
        turn = int(rng.integers(0, 12))
        while months < wanted:
            again = [story.unit for story in stories if story.what != what and rng.random() < 1 / 12]
            able = [index for index in sorted(free) + again if _ABLE[what](units[index])]
            if not able:
                break
            story = _wrong(rng, what, int(rng.choice(able)), calendar, changed)
            story = msgspec.structs.replace(story, style=turn % WRONGS[what][1])
            turn += 1
            stories.append(story)
            free.discard(story.unit)
            if what == "evidence_reuse" and story.style == 3:
                others = [index for index in sorted(free) if _ABLE[what](units[index])]
                if others:
                    stories.append(msgspec.structs.replace(story, unit=int(rng.choice(others))))
                    free.discard(stories[-1].unit)
            # What was before the last year is not asked.
            last = len(calendar.months) - 12
            months += sum(
                month >= last
                for told in stories[-2:]
                if told.seed == story.seed
                for month in told.months(calendar)
            )
    return stories


def _wrong(
    rng: np.random.Generator, what: str, unit: int, calendar: Calendar, changed: frozenset[int]
) -> Story:
    length = int(min(rng.geometric(0.5), 5 if what != "dormant_busy" else 3))
    last = len(calendar.months) - length
    late = rng.random() < 0.9
    # Files of the first months do not say which papers they had.
    first = int(rng.integers(len(calendar.months) - 12, last + 1) if late else rng.integers(10, last + 1))
    return Story(
        unit=unit,
        what=what,
        first=first,
        length=length,
        strength=float(rng.beta(1.3, 1.7)),
        style=0,
        seed=_seed(rng),
        changed=changed,
    )


def _seed(rng: np.random.Generator) -> int:
    return int(rng.integers(1, 1 << 31))


def _specially_approved(unit: Unit, rng: np.random.Generator) -> Unit:
    """Part of an item at a rate above the province's bounds, by a decision of its own: rules ask back each time."""
    listed = listed_items()
    bounded = [row for row, item in enumerate(unit.items) if listed[item].rate_kind == "bounded"]
    row = int(rng.choice(bounded))
    rates = unit.rates.copy()
    step = max(listed[unit.items[row]].rates[2], 1)
    above = int(listed[unit.items[row]].maximum * rng.uniform(1.05, 1.5) / step) * step + step
    rates[row, : int(rng.integers(3, 24))] = above
    return msgspec.structs.replace(
        unit, rates=rates, overridden=float(unit.weights[row] * rng.uniform(0.05, 0.4))
    )


def shaped(unit: Unit, story: Story, calendar: Calendar) -> Unit:
    """The unit as a story makes it for all its life."""
    rng = np.random.default_rng(story.seed)
    if story.what == "seasonal":
        busy = set(rng.choice(12, int(rng.integers(1, 5)), replace=False).tolist())
        quiet = tuple(n for n, month in enumerate(calendar.months) if month.month - 1 not in busy)
        return msgspec.structs.replace(unit, quiet_months=quiet, volume=unit.volume * 3)
    if story.what == "special_approval":
        return _specially_approved(unit, rng)
    if story.what == "always_late":
        return msgspec.structs.replace(unit, registers_late=True)
    if story.what == "second_person":
        often = min(unit.reversing * 3, 0.06)
        return msgspec.structs.replace(unit, reverser="any", reversing=often, program=0.0)
    return unit
