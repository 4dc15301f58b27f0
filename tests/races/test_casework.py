"""Exceptions and notices that two people work on at the same time: one of them is told."""

from datetime import timedelta

from tests.support.locks import WITH_AND_WITHOUT, lock_taken_away, race, writing
from tests.support.province import ACTING
from tests.support.world import World
from tests.writeoff.casework import REASON, case_now, kept, officer, person, unpaid
from tests.writeoff.months import on
from tests.writeoff.test_cases import BREACH, do
from tests.writeoff.test_rectifications import DEMANDS, breached, issued

from mingpiao.approvals.service import approve
from mingpiao.drafts.service import link_reissue
from mingpiao.identity.model import Role
from mingpiao.issuing.model import Issued, Outcome
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.writeoff.model import CaseState, ExceptionCase, Rectification
from mingpiao.writeoff.service import (
    accept,
    clear_case,
    issue_notice,
    mark_breach,
    propose_reopening,
    report,
    send_back,
)


def told(outcome: object) -> str:
    """Why somebody was refused."""
    assert isinstance(outcome, Refusal), outcome
    return outcome.problems[0].code


async def test_of_two_who_decide_a_case_at_once_one_is_told(
    world: World, other: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    first, second = await officer(world), await officer(world, name="经办员乙")
    outcomes = await race(
        world.url,
        writing("exception_cases"),
        do(world, clear_case, case.case_id, REASON, revision=1, acting=first),
        do(other, mark_breach, case.case_id, BREACH, revision=1, acting=second),
    )
    # Both come to the row when the table is let go: whoever is first decides.
    cleared = not isinstance(outcomes[0], Refusal)
    assert told(outcomes[1 if cleared else 0]) == "exception.changed"
    assert isinstance(outcomes[0 if cleared else 1], ExceptionCase)
    assert (await case_now(world, case)).state is (CaseState.CLEARED if cleared else CaseState.BREACHED)
    assert await world.value("SELECT count(*) FROM casework_steps") == 1


async def test_a_breach_is_taken_up_by_one_notice_and_no_number_comes_twice(
    world: World, other: World, clock: StoppedClock
) -> None:
    _, (first, second), boss = await breached(world, clock)
    unit_id = first.unit_id
    outcomes = await race(
        world.url,
        writing("rectifications"),
        do(world, issue_notice, unit_id, [first.case_id], DEMANDS, acting=boss),
        do(other, issue_notice, unit_id, [first.case_id, second.case_id], DEMANDS, acting=boss),
    )
    assert isinstance(outcomes[0], Rectification)
    assert told(outcomes[1]) == "rectification.case_taken"
    made = await do(other, issue_notice, unit_id, [second.case_id], DEMANDS, acting=boss)
    assert (outcomes[0].number, made.number) == (1, 2)


async def test_of_two_who_examine_a_report_at_once_one_is_told(
    world: World, other: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock, 1)
    made = await do(world, issue_notice, found[0].unit_id, [found[0].case_id], DEMANDS, acting=boss)
    clerk = await person(world, Role.UNIT_MANAGER, unit=world.province.charity)
    key = made.rectification_id
    await do(world, report, key, REASON, kept=kept(found), revision=1, acting=clerk)
    outcomes = await race(
        world.url,
        writing("rectifications"),
        do(world, accept, key, "整改到位", revision=2, acting=boss),
        do(other, send_back, key, REASON, revision=2, acting=boss),
    )
    assert told(outcomes[1]) == "rectification.not_open"
    assert await world.value("SELECT state FROM rectifications") == "accepted"


async def test_a_month_is_opened_again_once(world: World, other: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    boss = await officer(world)
    proposal = await do(world, propose_reopening, case.writeoff_id, REASON, acting=boss)
    one = await person(world, Role.DEPARTMENT_HEAD, region="150000")
    two = await person(world, Role.DEPARTMENT_HEAD, region="150000")
    outcomes = await race(
        world.url,
        writing("writeoffs"),
        do(world, approve, proposal, acting=one),
        do(other, approve, proposal, acting=two),
    )
    assert told(outcomes[1]) == "proposal.decided"
    assert await world.value("SELECT count(*) FROM writeoff_reopenings") == 1


@WITH_AND_WITHOUT
async def test_a_reversed_bill_of_a_stopped_unit_gives_one_new_bill(
    world: World, other: World, clock: StoppedClock, locked: bool
) -> None:
    """A train issues under one number while somebody links the reversed bill to another one."""
    (bill,), found, boss = await breached(world, clock, 1, breach_stops_issuing=True)
    charity = world.province.charity
    clerk = await person(world, Role.UNIT_HANDLER, unit=charity)
    made = await issued(world, found, boss)
    clock.set(on(made.due_on + timedelta(days=1), 0))
    await world.reverse(charity, bill)
    await do(world, link_reissue, clerk.account, bill, "R-1", acting=clerk)

    async def issue(number: str) -> Outcome:
        request = charity.request(business_no=number)
        (outcome,) = await world.desk.issue(charity.unit_id, [request], acting=ACTING)
        return outcome

    with lock_taken_away("stock rows", unless=locked):
        outcomes = await race(
            world.url,
            writing("bills"),
            issue("R-1"),
            do(other, link_reissue, clerk.account, bill, "R-2", acting=clerk),
        )
        late = await issue("R-2")
    assert isinstance(outcomes[0], Issued)
    if locked:
        assert told(outcomes[1]) == "draft.reissued"
    else:
        # One reversed bill has given two new ones, though nothing else may be issued.
        assert outcomes[1] == "R-2"
    assert isinstance(late, Issued) is not locked
