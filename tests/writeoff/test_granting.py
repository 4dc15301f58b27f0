"""Later days and months opened again: two persons grant them, and what follows."""

from datetime import timedelta

import pytest
from tests.support.province import ACTING
from tests.support.world import World, codes_of
from tests.writeoff.casework import REASON, cases, codes, manager, officer, person, unpaid
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
    write_off,
)
from tests.writeoff.test_cases import BREACH, do, refused
from tests.writeoff.test_rectifications import limits

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Issued
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.writeoff.model import BillStanding, CaseState, WriteOffState
from mingpiao.writeoff.months import last_day, months_after, workday_after
from mingpiao.writeoff.service import (
    due_on,
    get_writeoff,
    mark_breach,
    propose_extension,
    propose_reopening,
    standings_of,
    writeoff_figures,
)

DUE = due_on(FIRST, 5)


async def test_a_later_day_needs_two_persons_and_lifts_at_once(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    clock.set(on(DUE + timedelta(days=1)))
    await close(world)
    boss = await head(world)
    later = today() + timedelta(days=14)
    for day in (DUE, today() - timedelta(days=1), months_after(today(), 3) + timedelta(days=1)):
        assert await refused(world, propose_extension, charity.unit_id, FIRST, day, REASON, acting=boss) == [
            "cycle.due_invalid"
        ]
    proposal = await do(world, propose_extension, charity.unit_id, FIRST, later, REASON, acting=boss)
    assert await refused(world, approve, proposal, acting=boss) == ["proposal.own"]
    assert (await limits(world, charity.unit_id))[0] == DUE
    await do(world, approve, proposal, acting=await person(world, Role.DEPARTMENT_HEAD, region="150000"))
    assert {each.due_on for each in (await standing(world, charity)).cycles} == {later}
    assert all(each.extended for each in (await standing(world, charity)).cycles)
    assert await limits(world, charity.unit_id) == (later, "writeoff_overdue", later, "writeoff_overdue")
    rows = await world.rows(
        "SELECT due_before, due_on, proposed_by <> approved_by AS two FROM writeoff_extensions"
    )
    assert [tuple(row) for row in rows] == [(DUE, later, True)]
    # The duty that reckons days anew leaves it.
    await close(world)
    assert {each.due_on for each in (await standing(world, charity)).cycles} == {later}


async def test_only_the_department_grants_and_only_what_is_open(world: World, clock: StoppedClock) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    await close(world)
    later = today() + timedelta(days=20)
    clerk, abroad = await manager(world, charity), await officer(world, "150100")
    assert await refused(world, propose_extension, charity.unit_id, FIRST, later, REASON, acting=clerk) == [
        "access.denied"
    ]
    assert await refused(world, propose_extension, charity.unit_id, FIRST, later, REASON, acting=abroad) == [
        "unit.unknown"
    ]
    boss = await officer(world)
    proposal = await do(world, propose_extension, charity.unit_id, FIRST, later, REASON, acting=boss)
    done = await write_off(world, charity)
    # Written off meanwhile: what was proposed no longer fits.
    assert await refused(
        world, approve, proposal, acting=await person(world, Role.DEPARTMENT_HEAD, region="150000")
    ) == ["proposal.stale"]
    assert await refused(world, propose_extension, charity.unit_id, FIRST, later, REASON, acting=boss) == [
        "cycle.not_open"
    ]
    assert await refused(world, propose_reopening, done.writeoff_id, REASON, acting=clerk) == [
        "access.denied"
    ]
    assert await refused(world, propose_reopening, done.writeoff_id, REASON, acting=abroad) == [
        "writeoff.unknown"
    ]


async def test_a_month_is_opened_again_and_written_off_anew(world: World, clock: StoppedClock) -> None:
    (first, second), found = await unpaid(world, clock, 2)
    charity = world.province.charity
    boss = await officer(world)
    await do(world, mark_breach, found[1].case_id, BREACH, revision=1, acting=boss)
    done = found[0].writeoff_id
    proposal = await do(world, propose_reopening, done, REASON, acting=boss)
    other = await person(world, Role.DEPARTMENT_HEAD, region="150000")
    assert await refused(world, approve, proposal, acting=boss) == ["proposal.own"]
    await do(world, approve, proposal, acting=other)
    async with world.database.system() as connection:
        assert (await get_writeoff(connection, done)).state is WriteOffState.SUPERSEDED
    month = await standing(world, charity)
    assert not month.is_written_off
    assert month.due_on == workday_after(today(), 5)
    # What nobody had decided is checked anew; the breach stays, and its bill gets no second case.
    assert [each.state for each in await cases(world)] == [CaseState.CLEARED, CaseState.BREACHED]
    # An online unit issues nothing of the next month before it is written off again.
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="R-1")], acting=ACTING)
    assert codes_of(outcome) == [("unit.writeoff_required", "")]
    again = await check(world, await ask(world, charity, partial=True))
    assert again.state is WriteOffState.DONE
    assert again.writeoff_id != done
    # The breach that stands is no less held up than the exception that was found anew; only this one is new.
    assert again.exceptions == 2
    told = await world.rows(
        "SELECT title FROM messages WHERE topic IN ($1, $2) ORDER BY topic",
        f"writeoff:done:{again.writeoff_id}",
        f"writeoff:exceptions:{again.writeoff_id}",
    )
    month_name = f"{FIRST:%Y年%-m月}"
    assert [row["title"] for row in told] == [f"{month_name}的票据全部列为异常", "核销发现1份异常票据"]
    found_now = await do(world, writeoff_figures, FIRST, FIRST, region_prefix="15")
    (line,) = found_now.months
    assert (line.sums.bills, line.sums.written_off) == (2, 0)
    assert [(each.bill_id, each.state) for each in await cases(world)] == [
        (first.bill_id, CaseState.CLEARED),
        (second.bill_id, CaseState.BREACHED),
        (first.bill_id, CaseState.OPEN),
    ]
    told = await do(
        world,
        standings_of,
        [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in (first, second)],
    )
    assert told[second.bill_id].standing is BillStanding.BREACH
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="R-1")], acting=ACTING)
    assert isinstance(outcome, Issued)
    with pytest.raises(Refusal) as caught:
        await do(world, propose_reopening, done, REASON, acting=boss)
    assert codes(caught.value.problems) == ["writeoff.not_done"]


async def test_of_two_months_that_are_opened_again_a_stock_row_owes_the_older(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    hospital = world.province.hospital
    (bill,) = await world.issue(hospital, hospital.request())
    clock.set(on(SECOND))
    first = await write_off(world, hospital)
    await world.issue(hospital, hospital.request(business_no="N-1"))
    clock.set(on(THIRD))
    await close(world)
    # The second month is being checked while the first one is opened again.
    await receive(world, hospital, SECOND, (await standing(world, hospital, SECOND)).difference)
    asked = await ask(world, hospital, SECOND)
    boss = await officer(world)
    other = await person(world, Role.DEPARTMENT_HEAD, region="150000")

    async def open_again(done: int) -> None:
        proposal = await do(world, propose_reopening, done, REASON, acting=boss)
        await do(world, approve, proposal, acting=other)

    await open_again(first.writeoff_id)
    assert (await check(world, asked)).state is WriteOffState.DONE
    await open_again(asked.writeoff_id)
    owed = "SELECT writeoff_from FROM stocks WHERE unit_id = $1 AND kind_code = $2"
    assert await world.value(owed, hospital.unit_id, bill.kind) == FIRST
    for month, left in ((FIRST, SECOND), (SECOND, THIRD)):
        assert (await check(world, await ask(world, hospital, month))).state is WriteOffState.DONE
        assert await world.value(owed, hospital.unit_id, bill.kind) == left


async def test_later_months_stay_written_off_and_the_unit_issues_on(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    clock.set(on(SECOND))
    await close(world)
    first = await write_off(world, charity)
    await world.issue(charity, charity.request(business_no="N-1"))
    clock.set(on(THIRD))
    await close(world)
    second = await write_off(world, charity, SECOND)
    boss = await officer(world)
    proposal = await do(world, propose_reopening, first.writeoff_id, REASON, acting=boss)
    await do(world, approve, proposal, acting=await person(world, Role.DEPARTMENT_HEAD, region="150000"))
    assert (await standing(world, charity, SECOND)).is_written_off
    # Its last bill is of a month that is written off: it issues until the new last day.
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="D-1")], acting=ACTING)
    assert isinstance(outcome, Issued)
    again = await check(world, await ask(world, charity))
    assert again.state is WriteOffState.DONE
    assert await limits(world, charity.unit_id) == (None, "", None, "")
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="D-2")], acting=ACTING)
    assert isinstance(outcome, Issued)
    async with world.database.system() as connection:
        assert (await get_writeoff(connection, second.writeoff_id)).state is WriteOffState.DONE
