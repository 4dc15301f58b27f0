"""Bills that are bent: the kinds of wrongdoing that change, reverse or double a unit's own bills."""

import numpy as np

from bench.detection.ground import DAY, Array, listed_items, mixed, totals
from bench.detection.scene import Scene


def _larger(scene: Scene, among: Array, count: int) -> Array:
    """Some of the bills, larger ones rather than small ones."""
    if not len(among):
        return among
    weight = scene.rng.random(len(among)) * np.sqrt(totals(scene.bills[among]) + 1.0)
    return among[np.argsort(-weight)[:count]]


def _turned(scene: Scene, chosen: Array, at: Array, reverser: Array | None = None) -> Array:
    """Reverses bills and gives copies of them, issued some minutes later."""
    bills = scene.bills
    at = np.maximum(at, bills["at"][chosen] + 120)
    keep = at < scene.calendar.end
    chosen, at = chosen[keep], at[keep]
    anew = bills[chosen].copy()
    bills["reversed_at"][chosen] = at
    handler = np.maximum(bills["handler"][chosen], 0)
    bills["reverser"][chosen] = handler if reverser is None else reverser[keep]
    scene.marked(chosen)
    anew["at"] = at + scene.rng.integers(60, 5_400, len(anew))
    anew["reversed_at"] = 0
    anew["wrong"] = scene.mark
    return anew


def wash_reversal(scene: Scene) -> None:
    """Bills are reversed soon and issued again. Styles: to another payer; at the turn of the month into the next one;
    for less; the same bill over and over.
    """
    rng = scene.rng
    among = scene.untouched()
    count = scene.count(3, 0.7)
    if scene.style == 1:
        _over_the_month(scene, among, count)
        return
    chosen = _larger(scene, among, count)
    at = scene.bills["at"][chosen] + np.exp(rng.uniform(6, 12.3, len(chosen))).astype(np.int64)
    anew = _turned(scene, chosen, at)
    if scene.style == 0:
        friends = scene.memory.setdefault("friends", scene.outside(3, far=False))
        few = rng.random(len(anew)) < scene.memory.setdefault("few", float(rng.choice([0.0, 0.8])))
        anew["payer"] = np.where(few, rng.choice(friends, len(anew)), scene.strangers(len(anew)))
    if scene.style == 2:
        part = rng.uniform(0.35, 0.92, len(anew))
        anew["rate"][:, 0] = np.maximum((anew["rate"][:, 0] * part / 100).astype(np.int64), 1) * 100
    scene.add(anew)
    if scene.style == 3:
        _again(scene, anew)


def _again(scene: Scene, anew: Array) -> None:
    """The bills just added turn once or twice more."""
    for _ in range(int(scene.rng.integers(1, 3))):
        anew = anew[anew["at"] < scene.calendar.end]
        chosen = np.arange(len(scene.bills) - len(anew), len(scene.bills))
        at = scene.bills["at"][chosen] + scene.rng.integers(DAY // 24, 2 * DAY, len(chosen))
        anew = _turned(scene, chosen, at)
        scene.add(anew)


def _over_the_month(scene: Scene, among: Array, count: int) -> None:
    rng, calendar = scene.rng, scene.calendar
    if scene.month + 1 >= len(calendar.months):
        return
    last, first = calendar.workdays(scene.month)[-3:], calendar.workdays(scene.month + 1)[:3]
    late = among[scene.bills["at"][among] // DAY >= last[0] - 12]
    chosen = _larger(scene, late, count)
    before = rng.random() < 0.5
    anew = _turned(scene, chosen, scene.moments(rng.choice(last if before else first, len(chosen))))
    anew["at"] = scene.moments(rng.choice(first, len(anew)))
    scene.add(anew)


def above_rate(scene: Scene) -> None:
    """Rates above what is approved, or at its top where peers stay below. Styles: well above; suddenly at the top;
    a little above on many bills.
    """
    rng, unit = scene.rng, scene.unit
    listed = listed_items()
    among = scene.untouched()
    rows = scene.bills[among]
    item = scene.memory.setdefault("item", _priced_item(scene))
    entry = listed[item]
    among = among[(rows["item"][:, 0] % len(listed)) == item]
    part = (0.5, 1.5, 1.5)[scene.style]
    least = 4 if scene.style != 1 else 8
    chosen = scene.some(among, scene.count(least, part))
    if entry.rate_kind not in ("bounded", "fixed") or not len(chosen):
        return
    excess = scene.memory.setdefault("excess", float(rng.uniform(1.06, 1.7)))
    if scene.style == 1 and entry.rate_kind == "bounded":
        rate = np.full(len(chosen), entry.maximum)
    else:
        step = 10 if entry.maximum < 2_000 else 100
        factor = excess if scene.style == 0 else 1 + (excess - 1) * 0.12
        rate = np.full(len(chosen), max(int(entry.maximum * factor / step) * step, entry.maximum + step))
    scene.bills["rate"][chosen, 0] = rate
    scene.marked(chosen)
    told = scene.memory.setdefault("told", float(rng.choice([0.0, 0.1, 0.6])))
    if scene.style != 1:
        scene.overridden += int(rng.binomial(len(chosen), told))
        scene.refused += int(rng.binomial(len(chosen), told / 4)) if len(unit.handlers) > 1 else 0


def _priced_item(scene: Scene) -> int:
    """An item with bounds of which the unit issues much; bounded rather than fixed where style asks for the top."""
    listed = listed_items()
    unit = scene.unit
    best, most = int(unit.items[0]), -1.0
    for item, weight in zip(unit.items, unit.weights, strict=True):
        kind = listed[item].rate_kind
        fits = kind == "bounded" or (kind == "fixed" and scene.style != 1)
        fits = fits and int(item) not in scene.memory["changed"]
        if fits and weight > most:
            best, most = int(item), float(weight)
    return best


def evidence_reuse(scene: Scene) -> None:
    """The same file under several bills. Styles: of several payers in a month; an old file of the payer again; one
    file wandering through the months; a file that another unit uses too.
    """
    rng = scene.rng
    among = scene.untouched()
    chosen = scene.some(among, scene.count(4, 0.8))
    if len(chosen) < 3:
        scene.add(scene.like_own(4))
        chosen = np.flatnonzero(
            (scene.bills["wrong"] == scene.mark) & np.isin(np.arange(len(scene.bills)), scene.here)
        )
    each = int(rng.integers(2, 6))
    group = np.arange(len(chosen)) // each
    paper = rng.integers(1 << 40, 1 << 62, int(group.max()) + 1)[group]
    months = scene.calendar.month(scene.bills["at"])
    old = np.flatnonzero(
        (months < scene.month) & (months >= scene.month - 5) & (scene.bills["paper"][:, 0] != 0)
    )
    if scene.style == 1 and len(old):
        source = rng.choice(old, len(chosen))
        paper = scene.bills["paper"][source, 0]
        scene.bills["payer"][chosen] = scene.bills["payer"][source]
    if scene.style == 2:
        few = scene.memory.setdefault("papers", rng.integers(1 << 40, 1 << 62, int(rng.integers(1, 4))))
        paper = rng.choice(few, len(chosen))
    if scene.style == 3:
        ring = mixed(np.arange(6) + scene.month * 64 + 9_000_000 + scene.memory["ring"] * 100_000)
        paper = rng.choice(ring, len(chosen))
    scene.bills["paper"][chosen, 0] = paper
    scene.bills["papers"][chosen] = np.maximum(scene.bills["papers"][chosen], 1)
    scene.marked(chosen)


def collusion(scene: Scene) -> None:
    """Two handlers reverse each other's bills and keep the cash. Styles: the same evening; some days later; only
    persons, with a smaller bill in its place; one works for the other more than the other way round.
    """
    rng, unit = scene.rng, scene.unit
    pair = scene.memory.setdefault("pair", rng.choice(len(unit.handlers), 2, replace=False))
    among = scene.untouched()
    rows = scene.bills[among]
    mine = np.isin(rows["handler"], pair)
    if scene.style == 2:
        mine &= (rows["payer"] & 1) == 0
    if scene.style == 3:
        mine &= (rows["handler"] == pair[0]) | (rng.random(len(rows)) < 0.25)
    chosen = _larger(scene, among[mine], scene.count(4, 0.5))
    handler = scene.bills["handler"][chosen]
    other = np.where(handler == pair[0], pair[1], pair[0])
    at = scene.bills["at"][chosen]
    evening = at // DAY * DAY + rng.integers(16 * 3_600, 19 * 3_600, len(chosen))
    later = at + rng.integers(DAY // 2, 6 * DAY, len(chosen))
    anew = _turned(scene, chosen, evening if scene.style in (0, 3) else later, other)
    again = rng.random(len(anew)) < (0.8 if scene.style == 2 else 0.15)
    anew = anew[again]
    anew["rate"][:, 0] = np.maximum(
        (anew["rate"][:, 0] * rng.uniform(0.4, 0.9, len(anew))).astype(np.int64), 1
    )
    scene.add(anew)
