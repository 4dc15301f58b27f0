"""Units: each has its own size, prices, payers and habits, drawn from the seed."""

import msgspec
import numpy as np

from bench.detection.ground import PLACES, Array, Item, listed_items, share
from bench.detection.payers import COMPANIES_OF_PLACE, company
from bench.detection.profiles import PROFILES, REMARKS, Profile

#: How many rates and quantities a unit has in mind for each item.
VARIETY = 64
#: A share of the hours of a day in which bills are issued: offices, places that never close, and pages on the web.
_OFFICE = np.array([0, 0, 0, 0, 0, 0, 0, 0.2, 4, 8, 9, 6, 1, 1, 5, 8, 7, 4, 0.7, 0.2, 0.1, 0, 0, 0])
_OPEN = np.array([1, 1, 1, 1, 1, 1, 2, 6, 14, 16, 14, 9, 5, 6, 9, 10, 9, 6, 4, 4, 4, 3, 2, 1.0])
WEB_HOURS = np.array([2, 1, 0.5, 0.3, 0.2, 0.3, 0.8, 2, 4, 6, 7, 6, 6, 5, 5, 5, 5, 5, 6, 7, 8, 8, 6, 4.0])


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit and its ways. Shares are from 0 to 1; `items` are numbers of charge items, with `weights` within their
    kind, and each a row of `rates` (分) and `quantities` (hundredths) to choose from. `repriced`: from a month on (-1:
    never) the item of a row costs so much more. Who `reconciles` finds mistakes when the month is over.
    """

    index: int
    profile: Profile
    place: int
    volume: float
    growth: float
    restless: float
    hours: Array
    day_noise: float
    month_end: float
    monday: float
    december: float
    reconciles: bool
    repriced: tuple[int, int, float]
    handlers: Array
    turnover: int
    program: float
    items: Array
    item_kinds: Array
    weights: Array
    rates: Array
    quantities: Array
    at_top: bool
    companies: Array
    company_share: float
    coded: float
    accounts: float
    again: float
    same_day: float
    evidence: float
    policy_paper: float
    contract_paper: float
    tells_paid: float
    paid_lag: float
    remarks: Array
    remarked: float
    reversing: float
    reissuing: float
    reverser: str
    refused: float
    overridden: float
    quiet_months: tuple[int, ...] = ()
    registers_late: bool = False

    @property
    def unit_id(self) -> int:
        """The unit's number in the files."""
        return 100_001 + self.index * 7


def draw_unit(rng: np.random.Generator, index: int, profile: Profile, size: float) -> Unit:
    """One unit of a profile; `size` multiplies how much it issues."""
    items, kinds, weights = _items_of(rng, profile)
    place = _place_of(rng, profile)
    at_top = bool(rng.random() < 0.12)
    listed = listed_items()
    count = int(rng.integers(profile.handlers[0], profile.handlers[1] + 1))
    handlers = rng.dirichlet(np.full(count, 2.5))
    return Unit(
        index=index,
        profile=profile,
        place=place,
        volume=float(profile.volume * size * np.exp(rng.normal(0, profile.spread))),
        growth=float(rng.normal(0.04, 0.12)),
        restless=float(rng.uniform(0.06, 0.3)),
        hours=np.cumsum(_hours_of(profile)) / _hours_of(profile).sum(),
        day_noise=float(rng.uniform(0.15, 0.7)),
        month_end=float(rng.choice([1.0, 1.0, 1.0, 1.6, 2.5, 4.0])),
        monday=float(rng.choice([1.0, 1.0, 1.3, 1.8])),
        december=1.0
        if profile.unit_type in ("hospital", "school")
        else float(rng.choice([1.0, 1.0, 1.6, 3.0])),
        reconciles=bool(rng.random() < 0.15),
        repriced=_repricing(rng, len(items)),
        handlers=handlers,
        turnover=int(rng.integers(2, 24)) if rng.random() < 0.4 else -1,
        program=float(profile.program * rng.choice([0, 1, 2])),
        items=items,
        item_kinds=kinds,
        weights=weights,
        rates=np.array([_rates_of(rng, listed[item], at_top) for item in items]),
        quantities=np.array([_quantities_of(rng, listed[item]) for item in items]),
        at_top=at_top,
        companies=_companies_of(rng, place),
        company_share=float(
            np.clip(profile.companies + rng.normal(0, 0.12 * (profile.companies > 0)), 0, 0.98)
        ),
        coded=float(np.clip(profile.coded + rng.normal(0, 0.12), 0.05, 1)),
        accounts=float(rng.choice([0.02, 0.1, 0.4])),
        again=float(np.clip(profile.again + rng.normal(0, 0.12), 0.02, 0.9)),
        same_day=float(profile.same_day * rng.uniform(0.4, 1.6)),
        evidence=float(np.clip(profile.evidence * rng.uniform(0.2, 2.0), 0, 0.97)),
        policy_paper=float(rng.choice([0, 0, 0, 0, 0.3, 0.95])),
        contract_paper=float(rng.choice([0, 0.1, 0.3])),
        tells_paid=float(rng.choice([0, 0.5, 0.95])),
        paid_lag=float(rng.choice([0.1, 0.6, 2.0])),
        remarks=rng.choice(np.arange(1, len(REMARKS)), 6, replace=False),
        remarked=float(rng.choice([0.01, 0.05, 0.3])),
        reversing=float(np.exp(rng.normal(-4.7, 0.7))),
        reissuing=float(rng.uniform(0.4, 0.85)),
        reverser=str(rng.choice(["same", "same", "same", "chief", "any"])),
        refused=float(rng.gamma(0.6, 0.012)),
        overridden=float(rng.gamma(0.5, 0.008)),
    )


def _repricing(rng: np.random.Generator, items: int) -> tuple[int, int, float]:
    """From which month on which of its items costs how much more; month -1 for never."""
    month = int(rng.integers(2, 24)) if rng.random() < 0.2 else -1
    return month, int(rng.integers(0, items)), float(rng.uniform(1.05, 1.5))


def _place_of(rng: np.random.Generator, profile: Profile) -> int:
    """Big units sit in cities; the first towns have more of all than the last."""
    if profile.name in ("college", "hospital") and rng.random() < 0.6:
        cities = [number for number, (code, _) in enumerate(PLACES) if code.endswith("00")]
        return int(rng.choice(cities))
    return int(len(PLACES) * rng.random() ** 1.25)


def _hours_of(profile: Profile) -> Array:
    if profile.unit_type == "hospital":
        return _OPEN
    return _OFFICE + WEB_HOURS * 0.15 if profile.program > 0.3 else _OFFICE + 0.0


def _companies_of(rng: np.random.Generator, place: int) -> Array:
    """The companies that pay this unit: mostly of its place, the first ones most often."""
    count = int(rng.integers(15, 220))
    places = np.where(rng.random(count) < 0.8, place, rng.integers(0, len(PLACES), count))
    return company(places, (COMPANIES_OF_PLACE * rng.random(count) ** 1.5).astype(np.int64))


def _items_of(rng: np.random.Generator, profile: Profile) -> tuple[Array, Array, Array]:
    """Items, kinds and weights: for each kind of the profile some items of its families."""
    items: list[int] = []
    kinds: list[int] = []
    weights: list[float] = []
    for kind, part in profile.kinds.items():
        fitting = _fitting(profile, kind)
        count = min(len(fitting), int(rng.integers(3, 10)))
        chosen = rng.choice(fitting, count, replace=False)
        items += [int(item) for item in chosen]
        kinds += [kind] * count
        weights += list(rng.dirichlet(np.full(count, 0.8)) * part)
    if rng.random() < 0.06:
        kind = next(iter(profile.kinds))
        unlisted = [n for n, item in enumerate(listed_items()) if item.minimum < 0 and kind in item.kinds]
        if unlisted:
            items.append(int(rng.choice(unlisted)))
            kinds.append(kind)
            weights.append(float(rng.uniform(0.01, 0.12)))
    total = np.array(weights)
    return np.array(items), np.array(kinds), total / total.sum()


def _fitting(profile: Profile, kind: int) -> list[int]:
    """Listed items of a profile's families that a kind may carry; persons' items where no companies pay."""
    return [
        number
        for number, item in enumerate(listed_items())
        if item.minimum >= 0
        and item.code[:4] in profile.families
        and kind in item.kinds
        and (profile.companies > 0 or "1" in item.payers)
    ]


def _rates_of(rng: np.random.Generator, item: Item, at_top: bool) -> Array:
    """A unit's rates of an item: one for fixed ones, a few within bounds, many where they are free."""
    low, high, step = item.rates
    if item.rate_kind == "fixed":
        return np.full(VARIETY, item.minimum)
    if item.rate_kind == "bounded":
        levels = int(rng.integers(1, 5))
        steps = np.floor(rng.random(levels) ** 1.2 * ((high - low) // step + 1)).astype(np.int64)
        few = np.minimum(low + steps * step, high)
        if at_top:
            few[0] = item.maximum if item.maximum < 4 * high else high
        return few[np.minimum(rng.geometric(0.55, VARIETY) - 1, levels - 1)]
    middle = np.exp(rng.uniform(0.3, 0.7) * np.log(high / max(low, 1))) * max(low, 1)
    drawn = middle * np.exp(rng.normal(0, 0.25 * np.log(high / max(low, 1)) ** 0.8, VARIETY))
    return np.clip(np.round(drawn / step) * step, max(low, step), high * 2).astype(np.int64)


def _quantities_of(rng: np.random.Generator, item: Item) -> Array:
    """A unit's quantities of an item: mostly one, or spread evenly over magnitudes where they are large."""
    low, high, step = item.quantities
    if high <= low:
        return np.full(VARIETY, low)
    if high > 20 * low:
        drawn = low * np.exp(rng.random(VARIETY) ** 1.4 * np.log(high / low))
    else:
        drawn = low + (high - low) * rng.random(VARIETY) ** 2.2
    return np.clip(np.round(drawn / max(step, 1)) * max(step, 1), max(low, 1), high).astype(np.int64)


def draw_units(rng: np.random.Generator, count: int, size: float) -> list[Unit]:
    """`count` units in the shares of the profiles, in no order."""
    parts = np.array([profile.part for profile in PROFILES])
    exact = parts / parts.sum() * count
    numbers = np.floor(exact).astype(np.int64)
    for extra in np.argsort(numbers - exact)[: count - int(numbers.sum())]:
        numbers[extra] += 1
    order = rng.permutation(np.repeat(np.arange(len(PROFILES)), numbers))
    return [draw_unit(rng, index, PROFILES[profile], size) for index, profile in enumerate(order)]


def keeps(unit: Unit, salt: int) -> float:
    """A number from 0 to 1 that a unit always has."""
    return float(share(np.array([unit.index * 1_000 + salt]))[0])
