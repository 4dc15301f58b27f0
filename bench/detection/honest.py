"""Honest oddities: what looks strange and is not. Each takes a month of a unit, as wrongdoing does."""

import numpy as np

from bench.detection.ground import DAY, listed_items, mixed
from bench.detection.life import CORRECTED, reverse, seconds
from bench.detection.payers import NAMELESS, with_look, without_papers
from bench.detection.scene import Scene, kind_of, priced, roomy_item
from bench.detection.units import WEB_HOURS

_WEB = np.cumsum(WEB_HOURS) / WEB_HOURS.sum()
#: Its place among REMARKS: 系统切换补录.
_SWITCHED = 29


def campaign(scene: Scene) -> None:
    """A fund-raising: many small round donations, day and night, by people who come once and often give no code."""
    rng = scene.rng
    count = int(rng.poisson(max(scene.usual, 30) * np.exp(rng.uniform(0.5, 2.6))))
    made = scene.like_own(count)
    first = int(rng.choice(scene.calendar.days(scene.month)[:20]))
    length = int(rng.integers(3, 24))
    made["at"] = (first + np.minimum(rng.exponential(length / 3, count), length)).astype(np.int64) * DAY
    made["at"] += seconds(rng, _WEB, count)
    people = scene.strangers(count)
    shy = rng.random(count)
    people = np.where(shy < rng.uniform(0.4, 0.9), without_papers(people), people)
    made["payer"] = np.where(shy < rng.uniform(0, 0.2), with_look(people, NAMELESS), people)
    sums = np.array([1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000])
    amount = rng.choice(sums, count, p=rng.dirichlet([2, 2, 3, 4, 3, 1, 1]))
    item = roomy_item(scene.unit)
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, amount)
    made["handler"] = -1 if rng.random() < 0.5 else 0
    made["paper"], made["papers"] = 0, 0
    scene.pay(made)
    scene.add(made)


def enrolment(scene: Scene) -> None:
    """A flood of people who register within days, all at one price, many on the web."""
    rng = scene.rng
    count = int(rng.poisson(max(scene.usual, 30) * np.exp(rng.uniform(-0.3, 1.8))))
    made = scene.like_own(count)
    first = int(rng.choice(scene.calendar.days(scene.month)[:22]))
    made["at"] = (first + rng.integers(0, int(rng.integers(2, 8)), count)) * DAY
    made["at"] += seconds(rng, _WEB if rng.random() < 0.6 else scene.unit.hours, count)
    made["payer"] = scene.strangers(count)
    item = int(scene.unit.items[int(np.argmax(scene.unit.weights))])
    price = int(scene.unit.rates[int(np.argmax(scene.unit.weights)), 0])
    made["kind"] = kind_of(scene.unit, item)
    priced(made, item, np.full(count, price))
    made["rate"][:, 0], made["quantity"][:, 0] = price, 100
    made["handler"] = -1 if rng.random() < 0.5 else int(rng.integers(0, len(scene.unit.handlers)))
    scene.pay(made)
    scene.add(made)


def new_system(scene: Scene) -> None:
    """A hospital's new system: for some weeks many bills are reversed and issued again, by those who mend it."""
    rng, unit = scene.rng, scene.unit
    weeks = scene.memory.setdefault("weeks", int(rng.integers(2, 6)))
    begun = scene.memory.setdefault("begun", int(scene.workdays[int(rng.integers(0, 12))]))
    among = scene.untouched()
    day = scene.bills["at"][among] // DAY
    left = np.clip(1 - (day - begun) / (weeks * 7), 0, 1) * (day >= begun)
    level = scene.memory.setdefault("level", float(rng.uniform(0.06, 0.28)))
    chosen = among[rng.random(len(among)) < left * level]
    at = scene.bills["at"][chosen] + rng.exponential(DAY / 3, len(chosen)).astype(np.int64) + 300
    at = np.minimum(at, scene.calendar.end - DAY)
    menders = rng.integers(0, min(2, len(unit.handlers)), len(chosen))
    anew = scene.bills[chosen].copy()
    scene.bills["reversed_at"][chosen] = np.maximum(at, scene.bills["at"][chosen] + 60)
    scene.bills["reverser"][chosen] = menders
    anew["at"] = scene.bills["reversed_at"][chosen] + rng.integers(60, DAY // 4, len(chosen))
    anew["remark"] = np.where(rng.random(len(anew)) < 0.4, _SWITCHED, anew["remark"])
    anew["handler"] = np.where(rng.random(len(anew)) < 0.6, menders, anew["handler"])
    wrong_sum = rng.random(len(anew)) < 0.2
    anew["quantity"][:, 0] += np.where(wrong_sum, 100, 0)
    scene.add(anew[rng.random(len(anew)) < 0.93])
    scene.refused += int(rng.poisson(scene.usual * level * 0.3))


def late_registration(scene: Scene) -> None:
    """Whoever issues was away: the month's payments are billed in its last days, each with its true day."""
    rng = scene.rng
    here = scene.untouched()
    days = scene.workdays[-int(rng.integers(1, 4)) :]
    told = scene.bills["paid"][here] >= 0
    before = scene.bills["at"][here] // DAY
    scene.bills["paid"][here] = np.where(told, np.minimum(before, days[0]), -1)
    scene.bills["at"][here] = scene.moments(rng.choice(days, len(here)))


def batch_correction(scene: Scene) -> None:
    """A price was wrong for some days: all those bills are reversed and issued again at the right one."""
    rng, unit = scene.rng, scene.unit
    item = int(unit.items[int(np.argmax(unit.weights))])
    among = scene.untouched()
    first = int(rng.choice(scene.workdays[:-4]))
    day = scene.bills["at"][among] // DAY
    stretch = int(rng.integers(1, 6))
    chosen = among[(scene.bills["item"][among, 0] == item) & (day >= first) & (day < first + stretch)]
    mended = scene.moments(
        np.full(len(chosen), min(first + stretch + int(rng.integers(0, 3)), scene.workdays[-1]))
    )
    anew = scene.bills[chosen].copy()
    reverse(unit, rng, scene.bills, chosen, mended, scene.calendar)
    anew["at"] = np.maximum(mended, scene.bills["at"][chosen] + 120) + rng.integers(120, 4_000, len(chosen))
    anew["remark"] = np.where(rng.random(len(anew)) < 0.5, CORRECTED, anew["remark"])
    scene.bills["rate"][chosen, 0] = np.maximum(anew["rate"][:, 0] * rng.choice([8, 9, 11, 12]) // 10, 1)
    if listed_items()[item].rate_kind != "free":
        scene.bills["rate"][chosen, 0] = anew["rate"][:, 0]
        scene.bills["quantity"][chosen, 0] = anew["quantity"][:, 0] * 2
    scene.add(anew)


def many_parcels(scene: Scene) -> None:
    """One payer has many matters at once: a developer's parcels, a donor's projects, a bank's cases."""
    rng, unit = scene.rng, scene.unit
    among = unit.companies if unit.company_share > 0.05 else scene.strangers(3)
    for payer in rng.choice(among, int(rng.integers(1, 5))):
        count = int(rng.integers(3, 26))
        made = scene.like_own(count)
        item = int(rng.choice(unit.items, p=unit.weights))
        made["payer"] = payer
        made["kind"] = kind_of(unit, item)
        row = int(np.flatnonzero(unit.items == item)[0])
        made["lines"] = 1
        made["item"][:, 0] = item
        made["rate"][:, 0] = unit.rates[row, rng.integers(0, 3, count)]
        made["quantity"][:, 0] = unit.quantities[row, rng.integers(0, 8, count)]
        day = int(rng.choice(scene.workdays))
        made["at"] = scene.moments(np.full(count, day))[0] + np.cumsum(rng.integers(60, 600, count))
        made["handler"] = int(rng.integers(0, len(unit.handlers)))
        if rng.random() < 0.5:
            made["paper"][:, 0] = np.where(made["papers"] > 0, made["paper"][0, 0], 0)
        scene.pay(made)
        scene.add(made)


def new_service(scene: Scene) -> None:
    """The unit was given a new task: an item that it never had, for payers that it never had."""
    rng, unit = scene.rng, scene.unit
    memory = scene.memory
    kinds = set(unit.item_kinds.tolist())
    fitting = [
        number
        for number, entry in enumerate(listed_items())
        if kinds & set(entry.kinds) and number not in unit.items and entry.code[:2] != "06"
    ]
    item = memory.setdefault("item", int(rng.choice(fitting)) if fitting else roomy_item(unit))
    entry = listed_items()[item]
    payers = memory.setdefault(
        "payers", scene.outside(int(rng.integers(6, 60)), far=bool(rng.random() < 0.5))
    )
    level = memory.setdefault("level", float(np.exp(rng.uniform(-2.5, 0))))
    count = 3 + int(rng.poisson(scene.usual * level))
    made = scene.like_own(count)
    made["kind"] = next((kind for kind in entry.kinds if kind in kinds), int(unit.item_kinds[0]))
    low, high, step = entry.rates
    prices = memory.setdefault(
        "prices", np.round(rng.uniform(max(low, 1), max(high, 2), 3) / step).astype(np.int64) * step
    )
    made["lines"] = 1
    made["item"][:, 0] = item
    made["rate"][:, 0] = np.maximum(rng.choice(prices, count), max(low, 1))
    made["quantity"][:, 0] = max(entry.quantities[0], 1)
    made["payer"] = rng.choice(payers, count) if "2" in entry.payers else scene.strangers(count)
    scene.pay(made)
    scene.add(made)
    scene.overridden += int(rng.binomial(3, 0.3))


def checkups(scene: Scene) -> None:
    """A hospital examines the staff of companies: bills of one price, to companies, in a few days."""
    rng = scene.rng
    item = next(number for number, entry in enumerate(listed_items()) if entry.name == "体检费")
    for payer in scene.outside(int(rng.integers(1, 6)), far=bool(rng.random() < 0.3)):
        count = int(rng.integers(1, 60))
        made = scene.like_own(count)
        made["payer"] = payer
        made["kind"] = 601
        priced(made, item, np.full(count, 1))
        made["rate"][:, 0] = int(rng.integers(12, 90)) * 1_000
        made["quantity"][:, 0] = 100 if count > 5 else int(rng.integers(5, 120)) * 100
        made["at"] = scene.moments(rng.choice(rng.choice(scene.workdays, 3), count))
        scene.pay(made)
        scene.add(made)


def joint_paper(scene: Scene) -> None:
    """One approval names several payers: each gets a bill, and the approval stands under all of them."""
    rng = scene.rng
    for _ in range(int(rng.integers(1, 4))):
        chosen = scene.some(scene.untouched(), int(rng.integers(3, 14)))
        if not len(chosen):
            return
        day = int(rng.choice(scene.workdays))
        scene.bills["at"][chosen] = scene.moments(np.full(len(chosen), day))[0] + np.arange(len(chosen)) * 420
        scene.bills["paper"][chosen, 0] = rng.integers(1 << 40, 1 << 62)
        scene.bills["papers"][chosen] = np.maximum(scene.bills["papers"][chosen], 1)


def quarter_rent(scene: Scene) -> None:
    """At the end of each quarter the same payers pay the same round sums under their contracts."""
    rng, unit = scene.rng, scene.unit
    if scene.calendar.months[scene.month].month % 3:
        return
    memory = scene.memory
    count = memory.setdefault("count", int(rng.integers(3, 4 + max(6, int(unit.volume / 3)))))
    payers = memory.setdefault("tenants", rng.choice(unit.companies, count))
    sums = memory.setdefault("sums", rng.integers(2, 60, count) * 50_000)
    item = roomy_item(unit)
    made = scene.like_own(count)
    made["payer"] = payers
    made["kind"] = kind_of(unit, item)
    priced(made, item, sums)
    made["at"] = scene.moments(rng.choice(scene.workdays[-3:], count))
    made["paper"][:, 0] = mixed(payers + 3)
    made["papers"] = 1
    scene.pay(made)
    scene.add(made)


def opening(scene: Scene) -> None:
    """The unit is new: before this month there was nothing, and what follows is its plain life."""
    if "open" not in scene.memory:
        scene.memory["open"] = True
        scene.bills = scene.bills[scene.calendar.month(scene.bills["at"]) >= scene.month]


def reopening(scene: Scene) -> None:
    """The unit was closed for some months, and opens again with somewhat more to do at first."""
    rng = scene.rng
    if "closed" in scene.memory:
        return
    closed = scene.memory["closed"] = int(rng.integers(3, 8))
    months = scene.calendar.month(scene.bills["at"])
    scene.bills = scene.bills[(months < scene.month - closed) | (months >= scene.month)]
    scene.add(scene.like_own(int(rng.poisson(scene.usual * rng.uniform(0, 0.9)))))
