"""Bills that should not be: the kinds of wrongdoing that add bills to a unit's own."""

import numpy as np

from bench.detection.ground import DAY, Array, listed_items, totals
from bench.detection.payers import INVENTED, SERIES, is_company, with_look, without_papers
from bench.detection.scene import Scene, kind_of, largest_usual, priced, roomy_item

#: Sums in 分 above which rules ask back.
_LIMITS = (200_000, 500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000)


def splitting(scene: Scene) -> None:
    """One payment as several bills below a limit. Styles: equal parts on a day; uneven ones over days; just below the
    limit and a rest, in turn by two people; under several items.
    """
    rng, unit = scene.rng, scene.unit
    usual = largest_usual(scene.bills)
    limit = scene.memory.setdefault("limit", next((known for known in _LIMITS if known > usual), _LIMITS[-1]))
    payments = 1 + int(rng.poisson(0.7 + 8 * scene.strength**1.4))
    payers = _known(scene, payments)
    for payer in payers:
        total = float(limit * np.exp(rng.uniform(0.15, 1.4)))
        count = int(np.ceil(total / (limit * rng.uniform(0.75, 0.98))))
        count = max(2, min(count, 9))
        made = scene.like_own(count)
        made["payer"] = payer
        made["kind"] = kind_of(unit, roomy_item(unit))
        parts = _parts(rng, total, count, limit, scene.style)
        priced(made, roomy_item(unit), parts)
        if scene.style == 3:
            _spread_items(scene, made, parts)
        spread = (0, 3, 1, 2)[scene.style]
        first = int(rng.choice(scene.workdays[: max(1, len(scene.workdays) - spread)]))
        made["at"] = np.sort(scene.moments(first + rng.integers(0, spread + 1, count)))
        if scene.style == 0 and rng.random() < 0.6:
            made["at"] = made["at"][0] + np.cumsum(rng.integers(50, 900, count))
        people = rng.integers(0, len(unit.handlers), 2)
        made["handler"] = people[np.arange(count) % 2] if scene.style == 2 else people[0]
        scene.pay(made)
        scene.add(made)
    if rng.random() < 0.4:
        scene.refused += int(rng.integers(0, 1 + payments))


def _parts(rng: np.random.Generator, total: float, count: int, limit: int, style: int) -> Array:
    if style == 0:
        return np.full(count, round(total / count / 100) * 100)
    if style == 2:
        parts = np.full(count, int(limit * 0.98 / 1_000) * 1_000)
        parts[-1] = max(total - parts[:-1].sum(), limit * 0.1)
        return np.minimum(parts, limit - 100)
    shares = rng.dirichlet(np.full(count, 6.0))
    return np.minimum(np.round(total * shares / 100).astype(np.int64) * 100, limit - 100)


def _spread_items(scene: Scene, made: Array, parts: Array) -> None:
    kind = made["kind"][0]
    own = scene.unit.items[scene.unit.item_kinds == kind]
    free = [item for item in own if listed_items()[item].rate_kind == "free"]
    for row in range(len(made)):
        priced(made[row : row + 1], int(scene.rng.choice(free or own)), parts[row : row + 1])


def _known(scene: Scene, count: int) -> Array:
    """Payers of the unit, companies rather than persons."""
    payers = scene.bills["payer"]
    companies = payers[is_company(payers)]
    among = companies if len(companies) > 10 else payers
    return np.asarray(scene.rng.choice(among, count))


def borrowed_bills(scene: Scene) -> None:
    """Bills for income of others. Styles: unlisted services for companies from afar; the unit's own roomy item for
    them; items of another trade; participants of somebody else's course, all at one price.
    """
    rng = scene.rng
    count = scene.count(4)
    made = scene.like_own(count)
    memory = scene.memory
    clients = int(rng.integers(1, 4) + 10 * scene.strength)
    payers = memory.setdefault("payers", scene.outside(clients, far=bool(rng.random() < 0.6)))
    made["payer"] = payers[(len(payers) * rng.random(count) ** 1.6).astype(np.int64)]
    middle = memory.setdefault("middle", float(np.exp(rng.uniform(12.2, 14.6))))
    amount = np.round(middle * np.exp(rng.normal(0, 0.6, count)) / 1_000).astype(np.int64) * 1_000 + 1_000
    item = memory.setdefault("item", _borrowed_item(scene))
    if scene.style == 3:
        made["payer"] = scene.strangers(count)
        amount = np.full(count, round(middle / 8 / 1_000) * 1_000 + 1_000)
        made["at"] = scene.moments(rng.choice(rng.choice(scene.workdays, 3), count))
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, amount)
    made["handler"] = memory.setdefault("handler", int(rng.integers(0, len(scene.unit.handlers))))
    if rng.random() < 0.5:
        made["paper"], made["papers"] = 0, 0
    if rng.random() < 0.3:
        made["remark"] = np.where(rng.random(count) < 0.6, rng.choice([16, 18, 19, 22]), 0)
    scene.pay(made)
    scene.add(made)
    scene.overridden += int(rng.binomial(count, 0.25)) if scene.style in (0, 2) and rng.random() < 0.5 else 0


def _borrowed_item(scene: Scene) -> int:
    listed = listed_items()
    unlisted = [number for number, item in enumerate(listed) if item.minimum < 0]
    if scene.style in (0, 3):
        return int(scene.rng.choice(unlisted))
    if scene.style == 1:
        return roomy_item(scene.unit)
    families = scene.unit.profile.families
    kinds = set(scene.unit.item_kinds.tolist())
    others = [
        number
        for number, item in enumerate(listed)
        if item.minimum >= 0
        and item.rate_kind != "fixed"
        and item.code[:4] not in families
        and kinds & set(item.kinds)
    ]
    return int(scene.rng.choice(others or unlisted))


def item_disguise(scene: Scene) -> None:
    """Income under an item that it does not belong to. Styles: a forbidden fee of one price under a free item; a small
    fixed fee with a large quantity; amounts moved from one item to another; a fee hidden as a second line.
    """
    (_disguised_fee, _inflated_quantity, _moved_item, _second_line)[scene.style](scene)
    if scene.rng.random() < 0.3:
        scene.overridden += int(scene.rng.integers(0, 3))


def _disguised_fee(scene: Scene) -> None:
    rng = scene.rng
    count = scene.count(5)
    made = scene.like_own(count)
    free = [item for item in scene.unit.items if listed_items()[item].rate_kind == "free"]
    item = scene.memory.setdefault("item", int(rng.choice(free)) if free else roomy_item(scene.unit))
    prices = scene.memory.setdefault(
        "prices", rng.choice([30_000, 80_000, 120_000, 180_000, 260_000, 500_000], 2)
    )
    made["payer"] = scene.strangers(count)
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, prices[(rng.random(count) < 0.2).astype(int)])
    hints = rng.random(count) < rng.choice([0, 0, 0.3, 0.8])
    made["remark"] = np.where(hints, rng.choice([20, 21, 26, 27]), 0)
    days = rng.choice(scene.workdays, int(rng.integers(2, 12)))
    made["at"] = scene.moments(rng.choice(days, count))
    scene.pay(made)
    scene.add(made)


def _inflated_quantity(scene: Scene) -> None:
    rng = scene.rng
    count = scene.count(3)
    made = scene.like_own(count)
    listed = listed_items()
    small = [item for item in scene.unit.items if listed[item].rate_kind != "free"] or list(scene.unit.items)
    item = scene.memory.setdefault("item", int(min(small, key=lambda number: listed[number].rates[0])))
    middle = scene.memory.setdefault("middle", float(np.exp(rng.uniform(10.8, 13.2))))
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, np.round(middle * np.exp(rng.normal(0, 0.4, count))))
    made["payer"] = np.where(rng.random(count) < 0.5, _known(scene, count), scene.strangers(count))
    scene.add(made)


def _moved_item(scene: Scene) -> None:
    rng, unit = scene.rng, scene.unit
    kind = int(unit.item_kinds[int(np.argmax(unit.weights))])
    own = unit.items[unit.item_kinds == kind]
    free = [int(item) for item in own if listed_items()[item].rate_kind == "free"]
    target = scene.memory.setdefault("item", int(rng.choice(free or own)))
    among = scene.untouched()
    rows = scene.bills[among]
    among = among[(rows["kind"] == kind) & (rows["item"][:, 0] != target)]
    chosen = scene.some(among, scene.count(5))
    moved = scene.bills[chosen]
    first = (moved["quantity"][:, 0] * moved["rate"][:, 0] + 50) // 100
    lines, rest = moved["lines"].copy(), moved.copy()
    priced(moved, target, first)
    moved["lines"] = np.where((rest["item"][:, 1] == target) | (rest["item"][:, 2] == target), 1, lines)
    scene.bills[chosen] = moved
    scene.marked(chosen)


def _second_line(scene: Scene) -> None:
    rng, unit = scene.rng, scene.unit
    among = scene.untouched()
    rows = scene.bills[among]
    kind = int(unit.item_kinds[int(np.argmax(unit.weights))])
    own = unit.items[unit.item_kinds == kind]
    target = scene.memory.setdefault("item", int(own[int(np.argmin(unit.weights[unit.item_kinds == kind]))]))
    among = among[(rows["lines"] < 3) & (rows["kind"] == kind) & ~(rows["item"] == target).any(axis=1)]
    chosen = scene.some(among, scene.count(6, 1.5))
    if not len(chosen):
        return
    moved = scene.bills[chosen]
    line = moved["lines"].astype(np.int64)
    where = np.arange(len(moved))
    price = scene.memory.setdefault("price", int(rng.choice([1_000, 2_000, 5_000, 10_000])))
    item = listed_items()[target]
    moved["item"][where, line] = target
    moved["rate"][where, line] = price if item.rate_kind == "free" else max(item.rates[0], 1)
    moved["quantity"][where, line] = (
        100 if item.rate_kind == "free" else max(price // max(item.rates[0], 1), 1) * 100
    )
    moved["lines"] = line + 1
    scene.bills[chosen] = moved
    scene.marked(chosen)


def ghost_payers(scene: Scene) -> None:
    """Payers that do not exist. Styles: plain names without anything else; invented codes of a narrow range; names of
    former payers without their codes; all in two evenings.
    """
    rng = scene.rng
    count = scene.count(6, 1.3)
    made = scene.like_own(count)
    made["payer"] = with_look(without_papers(scene.strangers(count)), INVENTED)
    if scene.style == 1:
        made["payer"] = with_look(made["payer"], SERIES) | 0b10
    if scene.style == 2:
        old = scene.bills["payer"][~is_company(scene.bills["payer"])]
        made["payer"] = without_papers(rng.choice(old, count)) if len(old) else made["payer"]
    middle = scene.memory.setdefault("middle", float(np.median(_sums(scene)) * np.exp(rng.uniform(0, 1.5))))
    width = scene.memory.setdefault("width", float(rng.choice([0.0, 0.03, 0.25])))
    step = 5_000 if middle > 50_000 else 1_000
    amount = (
        np.maximum(np.round(middle * np.exp(rng.normal(0, width, count)) / step), 1).astype(np.int64) * step
    )
    item = scene.memory.setdefault("item", int(rng.choice(scene.unit.items, p=scene.unit.weights)))
    if listed_items()[item].payers == "2" or listed_items()[item].rate_kind == "fixed":
        item = roomy_item(scene.unit)
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, amount)
    if scene.style == 3:
        evenings = rng.choice(scene.workdays, 2)
        made["at"] = rng.choice(evenings, count) * DAY + rng.integers(17 * 3_600, 20 * 3_600, count)
    if rng.random() < 0.7:
        made["paper"], made["papers"] = 0, 0
    scene.pay(made)
    scene.add(made)


def _sums(scene: Scene) -> Array:
    bills = scene.bills
    return (
        np.maximum((bills["quantity"][:, 0] * bills["rate"][:, 0]) // 100, 100)
        if len(bills)
        else np.array([50_000])
    )


def month_end(scene: Scene) -> None:
    """A month is filled in its last days. Styles: a few large round sums; many small ones; in the evenings of the last
    two days; taken back in the first days of the next month.
    """
    rng, unit = scene.rng, scene.unit
    small = scene.style == 1
    count = scene.count(10 if small else 3, 1.2 if small else 0.6)
    made = scene.like_own(count)
    last = scene.workdays[-(2 if scene.style == 2 else int(rng.integers(1, 5))) :]
    made["at"] = scene.moments(rng.choice(last, count))
    if scene.style == 2:
        made["at"] = rng.choice(last, count) * DAY + rng.integers(17 * 3_600, 23 * 3_600, count)
    item = roomy_item(unit)
    # What is missing of the target, a part of what the unit has in a month.
    wanted = (
        totals(scene.bills).sum()
        / len(scene.calendar.months)
        * (0.1 + 1.1 * scene.strength)
        * rng.uniform(0.8, 1.3)
    )
    rough = wanted * rng.dirichlet(np.full(count, 4.0))
    step = 10 ** max(3, int(np.log10(max(wanted / count, 1_000.0))))
    amount = np.maximum(np.round(rough / step), 1).astype(np.int64) * step
    made["kind"] = kind_of(unit, item)
    priced(made, item, amount)
    few = scene.memory.setdefault("payers", _known(scene, int(rng.integers(2, 9))))
    made["payer"] = rng.choice(few, count) if rng.random() < 0.7 else _known(scene, count)
    scene.pay(made)
    if scene.style == 3 and scene.month + 1 < len(scene.calendar.months):
        back = scene.calendar.workdays(scene.month + 1)[:4]
        gone = rng.random(count) < 0.8
        made["reversed_at"] = np.where(gone, scene.moments(rng.choice(back, count)), 0)
        made["reverser"] = np.maximum(made["handler"], 0)
    scene.add(made)


def dormant_busy(scene: Scene) -> None:
    """Months of nothing, then much. Styles: as the unit's own bills, only many; round sums of companies from
    elsewhere; persons by the hundred at one price; own and outside bills mixed.
    """
    rng = scene.rng
    if "silent" not in scene.memory:
        silent = scene.memory["silent"] = int(rng.integers(4, 11))
        months = scene.calendar.month(scene.bills["at"])
        gap = (months >= scene.month - silent) & (months < scene.month)
        scene.bills = scene.bills[~gap | (rng.random(len(months)) < rng.choice([0, 0, 0.02]))]
    if scene.memory.setdefault("leaves", bool(rng.random() < 0.5)):
        scene.bills = scene.bills[scene.calendar.month(scene.bills["at"]) <= scene.month]
    level = max(scene.unit.volume, 12.0) * (0.6 + 4 * scene.strength)
    count = max(10, int(rng.poisson(level)))
    made = scene.like_own(count)
    outside = np.full(count, scene.style in (1, 2)) | ((scene.style == 3) & (rng.random(count) < 0.5))
    many = scene.outside(int(rng.integers(4, 40)), far=True)
    stranger = scene.strangers(count) if scene.style == 2 else rng.choice(many, count)
    made["payer"] = np.where(outside, stranger, made["payer"])
    item = roomy_item(scene.unit)
    price = float(np.exp(rng.uniform(10.5, 13.8)))
    amount = np.full(count, price) if scene.style == 2 else price * np.exp(rng.normal(0.7, 0.7, count))
    special = made.copy()
    special["kind"] = kind_of(scene.unit, item)
    priced(special, item, np.maximum(np.round(amount / 10_000), 1).astype(np.int64) * 10_000)
    made = np.where(outside, special, made)
    scene.pay(made)
    scene.add(made)
