"""Plain life: the bills of a unit that does nothing wrong, and its mistakes."""

import numpy as np

from bench.detection.ground import BILL, DAY, Array, Calendar, listed_items, mixed, share
from bench.detection.payers import MISSPELT, PLAIN, UNIT_BITS, is_company, payer, with_look
from bench.detection.units import VARIETY, Unit

#: Its place among REMARKS: 更正.
CORRECTED = 2


def live(
    unit: Unit, rng: np.random.Generator, calendar: Calendar, first: int, last: int, shocks: Array
) -> Array:
    """The bills of a unit from month `first` to before month `last`, in their order; `shocks` are of its type."""
    at = _moments(unit, rng, calendar, first, last, shocks)
    bills = np.zeros(len(at), BILL)
    bills["at"] = at
    primary = np.searchsorted(np.cumsum(unit.weights)[:-1], rng.random(len(at)))
    fill_lines(unit, rng, bills, primary)
    reprice(unit, calendar, bills)
    set_payers(unit, rng, bills, primary)
    set_handlers(unit, rng, calendar, bills)
    set_rest(unit, rng, bills)
    bills.sort(order="at", kind="stable")
    return err(unit, rng, calendar, bills)


def _moments(
    unit: Unit, rng: np.random.Generator, calendar: Calendar, first: int, last: int, shocks: Array
) -> Array:
    """When bills are issued: by year, growth, days of the week, and by the noise of months and days."""
    days = np.arange(calendar.starts[first], calendar.starts[last])
    places = days - calendar.first
    months = calendar.month_of[places]
    year = np.array([unit.profile.year[month.month - 1] for month in calendar.months])
    own = np.exp(rng.normal(0, unit.restless * 0.6, len(year)))
    slow = np.exp(np.cumsum(rng.normal(0, unit.restless * 0.25, len(year))))
    trend = (1 + unit.growth) ** (np.arange(len(year)) / 12)
    level = unit.volume * year**0.95 * own * slow * trend * shocks
    level[list(unit.quiet_months)] *= 0.01
    weights = _day_weights(unit, rng, calendar, places, months)
    sums = np.bincount(months, weights, minlength=len(year))
    counts = rng.poisson(level[months] * weights / np.maximum(sums[months], 1e-9))
    at = np.repeat(days, counts) * DAY
    return at + seconds(rng, unit.hours, len(at))


def _day_weights(
    unit: Unit, rng: np.random.Generator, calendar: Calendar, places: Array, months: Array
) -> Array:
    workday = calendar.workday[places]
    weights = np.where(workday, 1.0, unit.profile.weekend) * np.exp(
        rng.normal(0, unit.day_noise, len(places))
    )
    weights[((places + calendar.first + 3) % 7 == 0) & workday] *= unit.monday
    left = calendar.starts[months + 1] - (places + calendar.first)
    weights[(left <= 3) & workday] *= unit.month_end
    december = np.array([month.month == 12 for month in calendar.months])[months]
    weights[december & (left <= 12)] *= unit.december
    if unit.registers_late:
        weights[left > 4] *= 0.04
        weights[(left <= 4) & workday] += 0.05
    return weights


def seconds(rng: np.random.Generator, hours: Array, count: int) -> Array:
    """Seconds of the day, by cumulated shares of the hours."""
    hour = np.searchsorted(hours[:-1], rng.random(count), side="right")
    return np.asarray(hour * 3_600 + rng.integers(0, 3_600, count))


def fill_lines(unit: Unit, rng: np.random.Generator, bills: Array, primary: Array) -> None:
    """Kind and lines, the first of the unit's item `primary`, others of the same kind."""
    count = len(bills)
    bills["kind"] = unit.item_kinds[primary]
    lines = np.searchsorted(np.cumsum(unit.profile.lines)[:-1], rng.random(count)) + 1
    jitter = np.array([listed_items()[item].rates[2] < 100 for item in unit.items])
    free = np.array([listed_items()[item].rate_kind == "free" for item in unit.items])
    fixed = np.array([listed_items()[item].rate_kind == "fixed" for item in unit.items])
    # A dealer or a company takes many at once.
    bulk = np.where(rng.random(count) < 0.004, rng.integers(4, 120, count), 1)
    chosen = [primary]
    for line in range(1, 3):
        other = np.searchsorted(np.cumsum(unit.weights)[:-1], rng.random(count))
        fits = unit.item_kinds[other] == bills["kind"]
        for before in chosen:
            fits &= other != before
        lines = np.where(fits, lines, np.minimum(lines, line))
        chosen.append(other)
    bills["lines"] = lines
    for line, which in enumerate(chosen):
        bills["item"][:, line] = unit.items[which]
        quantity = unit.quantities[which, rng.integers(0, VARIETY, count)]
        bills["quantity"][:, line] = quantity * np.where(fixed[which], bulk, 1)
        rate = unit.rates[which, rng.integers(0, VARIETY, count)]
        moved = np.maximum((rate * rng.uniform(0.75, 1.3, count)).astype(np.int64), 1)
        bills["rate"][:, line] = np.where(jitter[which] & free[which], moved, rate)


def reprice(unit: Unit, calendar: Calendar, bills: Array) -> None:
    """A decision of the unit: from a month on an item costs more, within its bounds."""
    since, row, factor = unit.repriced
    item = listed_items()[unit.items[row]]
    if not 0 <= since < len(calendar.months) or item.rate_kind == "fixed":
        return
    step = max(item.rates[2], 1)
    later = bills["at"] // DAY >= calendar.starts[since]
    for line in range(3):
        rate = bills["rate"][:, line]
        dearer = np.maximum((rate * factor / step).astype(np.int64) * step, rate)
        if item.rate_kind == "bounded":
            dearer = np.minimum(dearer, np.maximum(item.maximum, rate))
        here = later & (bills["item"][:, line] == unit.items[row])
        bills["rate"][:, line] = np.where(here, dearer, rate)


def set_payers(unit: Unit, rng: np.random.Generator, bills: Array, primary: Array) -> None:
    """Persons who come back or not, companies, and payers with several bills one after the other."""
    count = len(bills)
    listed = listed_items()
    only = np.array([{"1": 0.0, "2": 1.0, "12": -1.0}[listed[item].payers] for item in unit.items])[primary]
    wants = np.where(only < 0, unit.company_share, only) > rng.random(count)
    # The companies that come most often stand first.
    companies = unit.companies[(len(unit.companies) * rng.random(count) ** 2).astype(np.int64)]
    order = np.argsort(bills["at"], kind="stable")
    number = np.empty(count, np.int64)
    number[order] = np.cumsum(rng.random(count) >= unit.again)
    back = (number * rng.random(count) ** 1.5).astype(np.int64)
    returns = rng.random(count) < unit.again
    serial = (np.int64(unit.index + 1) << UNIT_BITS) + np.where(returns, np.maximum(number - back, 1), number)
    bills["payer"] = np.where(wants, companies, person(unit, serial))
    same = (rng.random(count) < unit.same_day) & (wants == np.roll(wants, 1))
    same[:1] = False
    where = np.arange(count)
    base = np.maximum.accumulate(np.where(same, 0, where))
    bills["payer"] = bills["payer"][base]
    start = bills["at"][base]
    # The day ends for everybody.
    bills["at"] = np.minimum(
        start + (where - base) * rng.integers(45, 400, count), (start // DAY + 1) * DAY - 1
    )


def person(unit: Unit, serial: Array) -> Array:
    """The persons of a unit: most of its own place; the share with code and account is the unit's."""
    place = np.where(share(serial + 21) < 0.85, unit.place, (share(serial + 22) * 40).astype(np.int64))
    coded, account = share(serial + 23) < unit.coded, share(serial + 24) < unit.accounts * 0.5
    return payer(serial, place, PLAIN, coded, account)


def set_handlers(unit: Unit, rng: np.random.Generator, calendar: Calendar, bills: Array) -> None:
    """Who issues: people in turn, some days more than others; one may leave for another; or the unit's program."""
    count, people = len(bills), len(unit.handlers)
    day = bills["at"] // DAY
    shift = share(day * 1_013 + unit.index)
    draw = np.where(rng.random(count) < 0.6, shift, rng.random(count))
    handler = np.searchsorted(np.cumsum(unit.handlers)[:-1], draw)
    if unit.turnover >= 0:
        handler = np.where((handler == 0) & (calendar.month(bills["at"]) >= unit.turnover), people, handler)
    bills["handler"] = np.where(rng.random(count) < min(unit.program, 0.9), -1, handler)


def set_rest(unit: Unit, rng: np.random.Generator, bills: Array) -> None:
    """Day of payment, remarks, and the files that bills stand on."""
    count = len(bills)
    day = bills["at"] // DAY
    lag = rng.geometric(1 / (1 + unit.paid_lag), count) - 1
    lag = np.where(rng.random(count) < 0.03, lag + rng.integers(5, 40, count), lag)
    if unit.registers_late:
        lag = rng.integers(0, 26, count)
    bills["paid"] = np.where(rng.random(count) < unit.tells_paid, day - lag, -1)
    bills["remark"] = np.where(rng.random(count) < unit.remarked, rng.choice(unit.remarks, count), 0)
    set_papers(unit, rng, bills)


def set_papers(unit: Unit, rng: np.random.Generator, bills: Array) -> None:
    """A file of the bill's own, a contract that several bills of a payer share, the notice that every bill shares."""
    count = len(bills)
    has = rng.random(count) < unit.evidence
    contract = is_company(bills["payer"]) & (share(bills["payer"] + unit.index) < unit.contract_paper)
    own = rng.integers(1 << 40, 1 << 62, count)
    bills["paper"][:, 0] = np.where(has, np.where(contract, mixed(bills["payer"] * 31 + unit.index), own), 0)
    notice = has & (rng.random(count) < unit.policy_paper)
    bills["paper"][:, 1] = np.where(notice, mixed(np.full(count, unit.index * 17 + 5)), 0)
    bills["papers"] = has.astype(np.int8) + notice
    # Files of a kind that nobody compares.
    bills["papers"] += (has & (rng.random(count) < 0.1)).astype(np.int8)


def err(unit: Unit, rng: np.random.Generator, calendar: Calendar, bills: Array) -> Array:
    """Some bills are wrong: they are reversed, most soon, and most are issued again, corrected."""
    month = calendar.month(bills["at"])
    often = unit.reversing * np.exp(rng.normal(0, 0.5, len(calendar.months)))
    wrong = np.flatnonzero(rng.random(len(bills)) < often[month])
    after = np.where(
        rng.random(len(wrong)) < 0.6,
        rng.exponential(2_400, len(wrong)),
        rng.exponential(np.where(rng.random(len(wrong)) < 0.8, 4, 30) * DAY, len(wrong)),
    )
    at = bills["at"][wrong] + 60 + after.astype(np.int64)
    if unit.reconciles:
        found = rng.random(len(wrong)) < 0.5
        over = calendar.starts[month[wrong] + 1] + rng.integers(0, 4, len(wrong))
        at = np.where(found, over * DAY + seconds(rng, unit.hours, len(wrong)), at)
    reverse(unit, rng, bills, wrong, at, calendar)
    again = wrong[rng.random(len(wrong)) < unit.reissuing]
    again = again[bills["reversed_at"][again] > 0]
    anew = corrected(unit, rng, bills[again])
    # What was misspelt had been misspelt on the wrong bill.
    fixed = anew["remark"] == -1
    bills["payer"][again[fixed]] = with_look(bills["payer"][again[fixed]], MISSPELT)
    anew["remark"][fixed] = 0
    # A digit too many; the right bill follows.
    slipped = again[rng.random(len(again)) < 0.08]
    bills["rate"][slipped, 0] *= 10
    return np.concatenate([bills, anew[anew["at"] < calendar.end]])


def reverse(
    unit: Unit, rng: np.random.Generator, bills: Array, which: Array, at: Array, calendar: Calendar
) -> None:
    """Reverses bills at moments, by whom the unit lets do it; what would be after the end is left out."""
    hour = at % DAY // 3_600
    late = (at // DAY > bills["at"][which] // DAY) & ((hour < 8) | (hour > 18))
    at = np.where(late, at // DAY * DAY + seconds(rng, unit.hours, len(at)), at)
    at = np.maximum(at, bills["at"][which] + 60)
    bills["reversed_at"][which] = np.where(at < calendar.end, at, 0)
    handler = bills["handler"][which]
    anyone = rng.integers(0, len(unit.handlers), len(which))
    if unit.reverser == "same":
        reverser = np.where(rng.random(len(which)) < 0.93, handler, anyone)
    elif unit.reverser == "chief":
        reverser = np.full(len(which), len(unit.handlers) - 1)
    else:
        reverser = np.where(anyone == handler, (anyone + 1) % max(len(unit.handlers), 1), anyone)
    bills["reverser"][which] = reverser


def corrected(unit: Unit, rng: np.random.Generator, wrong: Array) -> Array:
    """The bills that take the place of reversed ones: another name, another amount, another payer, or all the same."""
    anew = wrong.copy()
    count = len(anew)
    pause = np.where(
        rng.random(count) < 0.85, rng.integers(40, 1_500, count), rng.integers(DAY // 2, 2 * DAY, count)
    )
    anew["at"] = wrong["reversed_at"] + pause
    anew["reversed_at"] = 0
    why = rng.random(count)
    anew["remark"] = np.where(why < 0.4, -1, np.where(rng.random(count) < 0.1, CORRECTED, anew["remark"]))
    price = (why >= 0.4) & (why < 0.7)
    changed = np.maximum(
        (anew["rate"][:, 0] * rng.choice([0.1, 0.5, 0.8, 1.1, 2, 10], count)).astype(np.int64), 1
    )
    free = np.array([item.rate_kind == "free" for item in listed_items()])[
        anew["item"][:, 0] % len(listed_items())
    ]
    anew["rate"][:, 0] = np.where(price & free, changed, anew["rate"][:, 0])
    other = price & ~free
    anew["quantity"][:, 0] = np.where(other, anew["quantity"][:, 0] + 100, anew["quantity"][:, 0])
    header = why > 0.9
    anew["payer"] = np.where(header, rng.choice(unit.companies, count), anew["payer"])
    return anew
