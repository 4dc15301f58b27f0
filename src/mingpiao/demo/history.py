"""Three closed months before the first day, made through the same verbs under a clock that is moved.

Most units wrote them off in time; some did so in part, one is overdue, and the hospital has the last month left.
What departments and units made of the exceptions is in `casework.py`, what they catch up on in `campaign.py`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from random import Random

import msgspec

from mingpiao.demo.backing import Shelf
from mingpiao.demo.bills import requests
from mingpiao.demo.campaign import OLD_BILLS, campaign_steps, old_months
from mingpiao.demo.casework import ASKED, OVERDUE, casework
from mingpiao.demo.casework import MONTHS as RECTIFICATION_MONTHS
from mingpiao.demo.findings import stand_out
from mingpiao.demo.first_day import issue, reverse_some
from mingpiao.demo.progress import DemoProgress
from mingpiao.demo.regions import PROVINCE, moved
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, first_of_profiles, head_of
from mingpiao.demo.units import DemoUnit, shares
from mingpiao.identity.model import platform
from mingpiao.issuing.model import IssueRequest
from mingpiao.kernel.clock import SHANGHAI, now, set_to, today
from mingpiao.kernel.workdays import is_workday
from mingpiao.units.model import UnitType
from mingpiao.writeoff.model import DifferenceReason, Policy
from mingpiao.writeoff.service import (
    close_due_months,
    due_on,
    load_policies,
    month_of,
    month_standing,
    months_after,
    open_months,
    set_channel_totals,
    set_policy,
    submit,
)

MONTHS = 3
#: Profiles whose first unit writes its oldest month off in part: what no receipt pays for becomes an exception.
_IN_PART = frozenset({ASKED, OVERDUE})
#: The profile whose first unit has the last month still to write off, and the unit that is overdue.
LAST_MONTH_LEFT, _LATE_UNIT, _MONTHS_OVERDUE = "hospital", 10, 2
#: What an insurance fund still owes a hospital for a month, of what was issued.
_OWED = Decimal("0.15")
#: A month has about one bill for so many of the first day, and each unit some; more where they become exceptions.
_FEWER, _LEAST, _LEAST_IN_PART = 16, 3, 9
_DAY = timedelta(days=1)
_AT_ONCE = 4
_STAGE = "补开前三个月的票据并核销"

_Step = Callable[[], Awaitable[None]]


def history_begins() -> date:
    """The first day of the oldest month."""
    return months_after(month_of(today()), -MONTHS)


def records_begin() -> date:
    """The first day of the oldest month that has bills, from before write-off began."""
    return old_months(history_begins())[0]


async def bring_history(
    services: DemoServices, shelf: Shelf, members: Sequence[Member], bills: int, progress: DemoProgress
) -> None:
    """Issue, receive, close and write off, month by month. A build that was cut off goes on with it."""
    begins, first_of = history_begins(), first_of_profiles(members)
    months = [months_after(begins, number) for number in range(MONTHS)]
    steps: list[tuple[datetime, _Step]] = [(_at(begins, 0), partial(_begin, services, begins, first_of))]
    for number, month in enumerate(months):
        counts = _counts(members, first_of, bills, oldest=month == begins)
        for half, day in enumerate((_workday(month, 12), _workday(month, 22))):
            steps.append((_at(day), partial(_work, services, shelf, members, month, half, counts)))
        if number == MONTHS - 1:
            steps.append((_at(_workday(month, 24)), partial(stand_out, services, shelf, members)))
        closed = min(_at(due_on(month, 2)), now())
        steps.append((closed, partial(_settle, services, members, month, MONTHS - number)))
    oldest = _counts(members, first_of, bills, oldest=True)
    wanted = {
        profile: _requests(first_of[profile][1], begins, oldest[first_of[profile][1].ordinal])
        for profile in _IN_PART
    }
    steps += casework(services, shelf, first_of, wanted, months, due_on(begins, 2))
    steps += campaign_steps(
        services,
        members,
        begins,
        partial(_issue_few, services, shelf),
        partial(_catch_up, services),
    )
    progress(_STAGE, 0, len(steps))
    for done, (moment, step) in enumerate(sorted(steps, key=lambda each: each[0]), start=1):
        with set_to(moment):
            await step()
        progress(_STAGE, done, len(steps))


def _at(day: date, hour: int = 10) -> datetime:
    return datetime.combine(day, time(hour), SHANGHAI)


def _workday(month: date, number: int) -> date:
    """The first working day from a day of the month on."""
    day = month.replace(day=number)
    while not is_workday(day):
        day += _DAY
    return day


async def _begin(services: DemoServices, first: date, first_of: Mapping[str, Member]) -> None:
    """Put write-off in force from the oldest month on; one city gives its units less time for a rectification."""
    province = moved(PROVINCE, (await services.catalog.get()).province)
    own = Policy(rectification_months=RECTIFICATION_MONTHS)
    policies = {province: Policy(begins_on=first), first_of[OVERDUE][0].region_code: own}
    async with services.database.system() as connection:
        known = (await load_policies(connection)).own
        for region, policy in policies.items():
            if region not in known:
                await set_policy(connection, policy, revision=0, acting=head_of(region))


# -- a month's bills ---------------------------------------------------------------------------------------


async def _work(
    services: DemoServices,
    shelf: Shelf,
    members: Sequence[Member],
    month: date,
    half: int,
    counts: Mapping[int, int],
) -> None:
    catalog, day = await services.catalog.get(), today()

    async def of_unit(member: Member) -> None:
        unit, entry = member
        wanted = _requests(entry, month, counts[entry.ordinal])[half::2]
        backed = await shelf.back(unit, wanted, catalog, day)
        await reverse_some(services.desk, unit.unit_id, await issue(services.desk, unit.unit_id, backed))

    await _for_each(members, of_unit)


async def _issue_few(services: DemoServices, shelf: Shelf, members: Sequence[Member], month: date) -> None:
    """A few bills of each unit in a month from before write-off began."""
    # Half of a month's bills are issued at a time.
    counts = {entry.ordinal: 2 * OLD_BILLS for _, entry in members}
    await _work(services, shelf, members, month, 0, counts)


async def _catch_up(services: DemoServices, members: Sequence[Member], month: date) -> None:
    """Write a month of a campaign off for these units."""

    async def of_unit(member: Member) -> None:
        unit, entry = member
        await _write_off(services, unit.unit_id, entry, month, in_part=False)

    await _for_each(members, of_unit)


async def _for_each(members: Sequence[Member], work: Callable[[Member], Awaitable[None]]) -> None:
    """Do work for some units at a time."""
    few = asyncio.Semaphore(_AT_ONCE)

    async def one(member: Member) -> None:
        async with few:
            await work(member)

    async with asyncio.TaskGroup() as tasks:
        for member in members:
            tasks.create_task(one(member))


def _counts(
    members: Sequence[Member], first_of: Mapping[str, Member], bills: int, *, oldest: bool
) -> dict[int, int]:
    """How many bills each unit issues in a month, by its place in the list."""
    shared = shares(bills // _FEWER, [entry for _, entry in members])
    in_part = {first_of[profile][1].ordinal for profile in _IN_PART} if oldest else set()
    return {
        entry.ordinal: max(_LEAST_IN_PART if entry.ordinal in in_part else _LEAST, shared[entry.ordinal])
        for _, entry in members
    }


def _requests(entry: DemoUnit, month: date, count: int) -> list[IssueRequest]:
    rng = Random(f"bills:{entry.unit.uscc}:{month:%Y-%m}")
    drawn = requests(entry, rng, count, today(), prefix=f"YS{month:%y%m}-")
    return [msgspec.convert(raw, IssueRequest) for raw in drawn]


# -- its end -----------------------------------------------------------------------------------------------


async def _settle(services: DemoServices, members: Sequence[Member], month: date, back: int) -> None:
    """Close a month, `back` months before the present one, and write it off for the units that do so in time."""
    await close_due_months(services.database)
    first_of = {profile: entry.ordinal for profile, (_, entry) in first_of_profiles(members).items()}

    async def of_unit(member: Member) -> None:
        unit, entry = member
        is_first = first_of[entry.profile] == entry.ordinal
        if not _is_left(entry, back, is_first=is_first):
            in_part = back == MONTHS and is_first and entry.profile in _IN_PART
            await _write_off(services, unit.unit_id, entry, month, in_part=in_part)

    await _for_each(members, of_unit)


def _is_left(entry: DemoUnit, back: int, *, is_first: bool) -> bool:
    if entry.ordinal == _LATE_UNIT:
        return back <= _MONTHS_OVERDUE
    return back == 1 and is_first and entry.profile == LAST_MONTH_LEFT


async def _write_off(
    services: DemoServices, unit_id: int, entry: DemoUnit, month: date, *, in_part: bool
) -> None:
    manager = platform("demo", name=entry.manager)
    async with services.database.system() as connection:
        if month not in await open_months(connection, unit_id):
            return
        issued = (await month_standing(connection, unit_id, month)).issued_net
        share = _OWED if entry.unit.unit_type is UnitType.HOSPITAL else Decimal(0)
        owed = (issued * share).quantize(Decimal("0.01"))
        words = "医保统筹部分次月结算后到账"
        reasons = [DifferenceReason(code="insurance", amount=owed, words=words)] if owed else []
        if not in_part:
            totals = _by_channel(issued - owed)
            await set_channel_totals(connection, unit_id, month, totals, acting=manager)
        asked = await submit(connection, unit_id, month, reasons=reasons, partial=in_part, acting=manager)
    await services.checker.check(asked.writeoff_id)


def _by_channel(amount: Decimal) -> dict[str, Decimal]:
    """Two thirds by transfer, the rest by telephone."""
    rest = (amount / 3).quantize(Decimal("0.01"))
    return {"银行转账": amount - rest, "微信": rest}
