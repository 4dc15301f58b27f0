"""Months that are closed and written off while others issue, submit and set."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.former import files as former_files
from tests.support.locks import LIMITS_AS_A_LOOK, WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import ACTING
from tests.support.world import World, bill_of
from tests.writeoff.campaigns import (
    DUE,
    carried,
    decide,
    old_bills,
    opened,
    propose_later,
    proposed,
    province_head,
)
from tests.writeoff.casework import person
from tests.writeoff.months import (
    FIRST,
    SECOND,
    THIRD,
    ask,
    begin,
    check,
    close,
    head,
    on,
    receive,
    standing,
    total_of,
)

from mingpiao.approvals.service import approve
from mingpiao.former.service import start_former_import
from mingpiao.identity.model import Acting, Role
from mingpiao.issuing.model import Outcome
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.former import jobs
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import ChangeWish, change_unit
from mingpiao.writeoff.campaign_months import carry_campaign
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.model import BillOrigin, Policy, WriteOff
from mingpiao.writeoff.service import close_due_months, load_policies, set_policy, submit


@WITH_AND_WITHOUT
async def test_a_bill_of_the_last_second_is_in_its_month(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """A train has read its time before midnight and commits after it, while the month is being closed."""
    clock.set(on(FIRST))
    await begin(world)
    hospital = world.province.hospital
    first, late = hospital.requests(2, kind="0601")
    await world.issue(hospital, first)
    clock.set(on(SECOND, 0) - timedelta(seconds=1))

    async def issue() -> Outcome:
        (outcome,) = await world.desk.issue(hospital.unit_id, [late], acting=ACTING)
        return outcome

    async def close_after_midnight() -> None:
        clock.set(on(SECOND, 0) + timedelta(seconds=1))
        await close_due_months(other.database)

    with lock_taken_away("stock rows", unless=locked):
        outcomes = await race(world.url, writing("bills"), issue(), close_after_midnight())
    bill = bill_of(outcomes[0])
    assert bill.issued_at < on(SECOND, 0)
    counted = sum(each.issued_count for each in (await standing(world, hospital)).cycles)
    assert counted == (2 if locked else 1)


@WITH_AND_WITHOUT
async def test_a_month_is_submitted_once(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """Stock rows keep two submissions apart before their cycles do: that lock is away in both cases."""
    clock.set(on(FIRST))
    await begin(world)
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request())
    await receive(world, hospital, FIRST, bill.total)
    clock.set(on(SECOND))
    await close(world)
    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK),
        lock_taken_away("stock rows"),
        lock_taken_away("cycles", unless=locked),
    ):
        outcomes = await race(world.url, writing("writeoffs"), ask(world, hospital), ask(other, hospital))
    if locked:
        assert outcomes[0] == outcomes[1]
    else:
        # Only the unique index kept one of the two out, and told nobody why.
        assert ["writeoffs_one" in str(each) for each in outcomes].count(True) == 1
    assert await world.value("SELECT count(*) FROM writeoffs") == 1


@WITH_AND_WITHOUT
async def test_of_two_who_change_a_policy_one_is_told(world: World, other: World, locked: bool) -> None:
    await begin(world, FIRST)
    acting = await head(world)

    async def change(there: World, days: int) -> None:
        async with there.database.system() as connection:
            known = (await load_policies(connection)).own["150000"]
            policy = Policy(begins_on=FIRST, interface_workdays=days)
            await set_policy(connection, policy, revision=known.revision, acting=acting)

    with lock_taken_away("write-off policies", unless=locked):
        outcomes = await race(world.url, writing("writeoff_policies"), change(world, 3), change(other, 8))
    if not locked:
        # Both were told that all is well, and one of the two policies is gone.
        assert outcomes == [None, None]
        return
    assert isinstance(outcomes[1], Refusal)
    assert outcomes[1].problems[0].code == "writeoff.policy_changed"
    assert await world.value("SELECT interface_workdays FROM writeoff_policies") == 3


@WITH_AND_WITHOUT
async def test_of_two_campaigns_with_the_same_months_one_is_refused(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    clock.set(on(THIRD))
    await begin(world, THIRD)
    city = await person(world, Role.DEPARTMENT_HEAD, region="150100")
    waiting = [await proposed(world), await proposed(world, city)]
    boss, another = [await person(world, Role.DEPARTMENT_HEAD, region="150000") for _ in range(2)]

    async def decided(there: World, proposal_id: int, acting: Acting) -> None:
        async with there.database.system() as connection:
            await approve(connection, proposal_id, acting=acting)

    with lock_taken_away("campaigns", unless=locked):
        outcomes = await race(
            world.url,
            writing("campaigns"),
            decided(world, waiting[0], boss),
            decided(other, waiting[1], another),
        )
    if not locked:
        # A unit of the city would have had two last days.
        assert outcomes == [None, None]
        return
    assert [each.problems[0].code for each in outcomes if isinstance(each, Refusal)] == ["campaign.overlap"]
    assert await world.value("SELECT count(*) FROM campaigns") == 1


@WITH_AND_WITHOUT
async def test_a_later_day_of_a_campaign_is_what_stays(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """The worker brings the first decision to a unit while the second is taken and brought to it, too."""
    await old_bills(world, clock)
    hospital = world.province.hospital
    campaign = await opened(world)
    later = DUE + timedelta(days=30)
    proposal = await propose_later(world, campaign, later)

    async def bring() -> None:
        async with world.database.system() as connection:
            await carry_campaign(connection, campaign.campaign_id, [hospital.unit_id])

    async def put_off() -> None:
        await decide(other, proposal)
        async with other.database.system() as connection:
            await carry_campaign(connection, campaign.campaign_id, [hospital.unit_id])

    with (
        lock_taken_away("stock limits", *LIMITS_AS_A_LOOK),
        lock_taken_away("stock rows", unless=locked),
    ):
        outcomes = await race(world.url, writing("cycles"), bring(), put_off())
    dues = await world.rows("SELECT DISTINCT due_on FROM cycles WHERE unit_id = $1", hospital.unit_id)
    if locked:
        assert outcomes == [None, None]
        assert [row["due_on"] for row in dues] == [later]
    else:
        # Both saw a month that nobody had closed.
        assert any("cycles_pkey" in str(each) for each in outcomes)


@WITH_AND_WITHOUT
async def test_a_former_bill_and_the_month_that_is_submitted(
    world: World, other: World, locked: bool
) -> None:
    """A bill of the month comes in while the month is submitted: it is counted, or it is refused."""
    await begin(world)
    charity = world.province.charity
    acting = await former_files.handler(world, charity)
    await former_files.take(world, former_files.table(former_files.row(1)), acting)
    late = await former_files.put(world, former_files.table(former_files.row(2)), acting, "后到.csv")
    await former_files.work(world, late)
    async with world.database.system() as connection:
        await start_former_import(connection, late, acting=acting)

    async def ask_for_it() -> WriteOff:
        async with other.database.system() as connection:
            return await submit(
                connection, charity.unit_id, former_files.MONTH, origin=BillOrigin.FORMER, acting=acting
            )

    with lock_taken_away("units", unless=locked):
        await race(world.url, writing("former_bills"), former_files.work(world, late), ask_for_it())
    asked = await world.value("SELECT issued_net FROM writeoffs")
    told = [each[1] for each in await former_files.verdicts(world, late)]
    if locked:
        assert (asked, told) == (Decimal("20.00"), ["created"])
    else:
        # The bill came into a month that was submitted without it.
        assert (asked, told) == (Decimal("10.00"), ["created"])


async def test_a_unit_that_moves_waits_for_who_submits_and_stops_nobody(
    world: World, other: World, clock: StoppedClock
) -> None:
    """Both go from a unit's stock rows to its cycles, so none has what the other waits for."""
    await old_bills(world, clock)
    charity = world.province.charity
    campaign = await carried(world, await opened(world))
    boss = await province_head(world)
    wish = ChangeWish(kind=UnitChangeKind.REGION, effective_on=today(), reason="机构改革", after="150100")

    async def move() -> bool:
        async with world.database.system() as connection:
            return await change_unit(connection, charity.unit_id, wish, acting=boss)

    moved, asked = await race(
        world.url, writing("exception_cases"), move(), ask(other, charity, FIRST, partial=True)
    )
    assert moved is True
    assert isinstance(asked, WriteOff)
    assert asked.region_code == "150100"
    months = await world.rows(
        "SELECT DISTINCT campaign_id, region_code FROM cycles WHERE unit_id = $1", charity.unit_id
    )
    assert [tuple(each) for each in months] == [(campaign.campaign_id, "150100")]


@WITH_AND_WITHOUT
async def test_a_former_bill_and_the_own_month_that_is_written_off_are_both_counted(
    world: World, other: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch, locked: bool
) -> None:
    """A campaign counts both months of the unit, whichever of the two adds up last."""
    made = await old_bills(world, clock)
    charity = world.province.charity
    campaign = await carried(world, await opened(world, first_month=former_files.MONTH))
    acting = await former_files.handler(world, charity)
    late = await former_files.put(world, former_files.table(former_files.row(1)), acting)
    await former_files.work(world, late)
    async with world.database.system() as connection:
        await start_former_import(connection, late, acting=acting)
    await receive(world, charity, FIRST, total_of(*made["charity-1"]))
    asked = await ask(world, charity, FIRST)

    async def killed(*arguments: Any) -> None:
        raise ConnectionError

    # What follows an import adds up once more: this one is cut off before.
    monkeypatch.setattr(jobs, "carry_to_former", killed)
    with lock_taken_away("stock limits", *LIMITS_AS_A_LOOK, unless=locked):
        await race(
            world.url,
            writing("former_verdicts, audit_log"),
            former_files.work(world, late),
            check(other, asked),
        )
    kept = await world.rows(
        "SELECT months, months_done FROM campaign_units WHERE campaign_id = $1 AND unit_id = $2",
        campaign.campaign_id,
        charity.unit_id,
    )
    assert [tuple(each) for each in kept] == [(3, 1) if locked else (2, 1)]
    async with world.database.system() as connection:
        await add_up_units(connection, [charity.unit_id])
