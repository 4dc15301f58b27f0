"""Rectifications: one notice for several breaches, its last day, what follows from it, and how it ends."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.support.province import ACTING
from tests.support.world import World, codes_of, reversal_of
from tests.writeoff.casework import KEPT, REASON, cases, kept, manager, officer, unpaid
from tests.writeoff.months import FIRST, begin, on
from tests.writeoff.test_cases import BREACH, do, refused

from mingpiao.drafts.service import link_reissue
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import Bill, Issued
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import allot
from mingpiao.writeoff.model import (
    BillStanding,
    CaseState,
    Correction,
    ExceptionCase,
    Rectification,
    RectificationState,
    WorkStepKind,
)
from mingpiao.writeoff.service import (
    accept,
    breaches_of,
    corrections_of,
    corrections_so_far,
    extend,
    get_rectification,
    issue_notice,
    mark_breach,
    months_after,
    notice_of,
    preview_notice,
    report,
    send_back,
    standings_of,
    steps_of,
    writeoff_figures,
)

DEMANDS = "退回多收款项，冲红后按正确项目重开票据"


async def breached(
    world: World, clock: StoppedClock, count: int = 2, **policy: Any
) -> tuple[list[Bill], list[ExceptionCase], Acting]:
    """Bills of the charity whose breaches are marked, and the officer who marked them."""
    bills, found = await unpaid(world, clock, count, **policy)
    boss = await officer(world)
    for case in found:
        await do(world, mark_breach, case.case_id, BREACH, revision=1, acting=boss)
    return bills, found, boss


async def issued(world: World, found: list[ExceptionCase], boss: Acting) -> Rectification:
    made: Rectification = await do(
        world, issue_notice, found[0].unit_id, [each.case_id for each in found], DEMANDS, acting=boss
    )
    return made


async def limits(world: World, unit_id: int) -> tuple[Any, ...]:
    (row,) = await world.rows(
        "SELECT supply_until, supply_until_reason, issue_until, issue_until_reason FROM stock_limits WHERE unit_id = $1",
        unit_id,
    )
    return tuple(row)


async def test_several_breaches_become_one_notice(world: World, clock: StoppedClock) -> None:
    bills, found, boss = await breached(world, clock)
    charity = world.province.charity
    ids = [each.case_id for each in found]
    shown = await do(world, preview_notice, charity.unit_id, ids, DEMANDS, acting=boss)
    assert (shown.serial, len(shown.lines), shown.due_on) == ("", 2, months_after(today(), 3))
    made = await issued(world, found, boss)
    assert made.serial == f"财票整改〔{today().year}〕150000-0001"
    assert made.due_on == months_after(today(), 3)
    notice = await do(world, notice_of, made)
    assert msgspec.structs.replace(notice, serial="") == shown
    assert [(line.code, line.number, line.amount) for line in notice.lines] == [
        (bill.code, bill.number, BREACH.amount) for bill in bills
    ]
    assert {each.state for each in await cases(world)} == {CaseState.RECTIFYING}
    told = await do(
        world, standings_of, [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in bills]
    )
    assert {each.standing for each in told.values()} == {BillStanding.RECTIFYING}
    assert await do(world, breaches_of, charity.unit_id) == []
    # What one notice took up no other one does.
    again = await refused(world, issue_notice, charity.unit_id, ids, DEMANDS, acting=boss)
    assert again == ["rectification.case_taken"]
    assert await world.value("SELECT last_number FROM rectification_serials") == 1


async def test_the_unit_reports_and_the_department_accepts(world: World, clock: StoppedClock) -> None:
    (first, second), found, boss = await breached(world, clock)
    charity = world.province.charity
    clerk = await manager(world, charity)
    made = await issued(world, found, boss)
    key = made.rectification_id
    red = await world.reverse(charity, first)
    (fresh,) = await world.issue(charity, charity.request(business_no="AGAIN-1"))
    wrong: dict[int, int] = {found[1].case_id: fresh.bill_id}
    assert await refused(world, report, key, REASON, replaced_by=wrong, revision=1, acting=clerk) == [
        "rectification.correction_invalid"
    ]
    for bad in (red.bill_id, first.bill_id, fresh.bill_id + 1):
        assert await refused(
            world,
            report,
            key,
            REASON,
            replaced_by={found[0].case_id: bad},
            kept=kept(found),
            revision=1,
            acting=clerk,
        ) == ["rectification.correction_invalid"]
    assert await refused(
        world, report, key, REASON, replaced_by={0: 1}, kept=kept(found), revision=1, acting=clerk
    ) == ["rectification.correction_invalid"]
    assert await refused(world, accept, key, REASON, revision=1, acting=boss) == [
        "rectification.not_reported"
    ]
    named = {found[0].case_id: fresh.bill_id}
    told = await do(world, report, key, REASON, replaced_by=named, kept=kept(found), revision=1, acting=clerk)
    assert told.state is RectificationState.ANSWERED
    assert list((await do(world, corrections_of, key)).values()) == [
        Correction(case_id=found[0].case_id, red_bill_id=red.bill_id, new_bill_id=fresh.bill_id),
        Correction(case_id=found[1].case_id, reason=KEPT),
    ]
    assert await refused(world, report, key, REASON, revision=2, acting=clerk) == ["rectification.not_open"]
    assert await refused(world, accept, key, REASON, revision=1, acting=boss) == ["rectification.changed"]
    assert await refused(world, accept, key, REASON, revision=2, acting=clerk) == ["access.denied"]
    done = await do(world, accept, key, "整改到位", revision=2, acting=boss)
    assert (done.state, done.accepted_by_name) == (RectificationState.ACCEPTED, boss.name)
    assert {each.state for each in await cases(world)} == {CaseState.RECTIFIED}
    standing = await do(
        world,
        standings_of,
        [(each.unit_id, each.bill_id, each.kind, each.issued_at) for each in (first, second)],
    )
    assert {each.standing for each in standing.values()} == {BillStanding.WRITTEN_OFF}
    assert await refused(world, send_back, key, REASON, revision=3, acting=boss) == ["rectification.not_open"]


async def test_bills_that_are_not_reversed_are_reported_with_their_reasons(
    world: World, clock: StoppedClock
) -> None:
    bills, found, boss = await breached(world, clock, 3)
    charity = world.province.charity
    clerk = await manager(world, charity)
    key = (await issued(world, found, boss)).rectification_id
    red = await world.reverse(charity, bills[0])

    async def problems(**given: Any) -> list[tuple[str, str]]:
        with pytest.raises(Refusal) as caught:
            await do(world, report, key, REASON, revision=1, acting=clerk, **given)
        return [(each.code, each.field) for each in caught.value.problems]

    first, second, third = (each.case_id for each in found)
    missing = [("rectification.reason_required", f"kept/{each}") for each in (second, third)]
    assert await problems() == missing
    assert await problems(kept={second: " ", first: KEPT}) == missing
    assert await problems(kept={second: KEPT, third: "没有"}) == [("casework.words_thin", f"kept/{third}")]
    assert await do(world, corrections_of, key) == {}
    reasons = {first: "已经冲红的不用说明", second: KEPT, third: KEPT}
    await do(world, report, key, REASON, kept=reasons, revision=1, acting=clerk)
    told = {
        first: Correction(case_id=first, red_bill_id=red.bill_id),
        second: Correction(case_id=second, reason=KEPT),
        third: Correction(case_id=third, reason=KEPT),
    }
    assert await do(world, corrections_of, key) == told
    (step,) = [
        each for each in await do(world, steps_of, rectification_id=key) if each.kind is WorkStepKind.REPORTED
    ]
    listed = "、".join(f"{each.code} {each.number}" for each in bills[1:])
    assert step.words == f"{REASON}\n没有冲红的票据{listed}：{KEPT}"
    # What is reversed while the department examines is seen at once, and the reason no longer counts.
    late = await world.reverse(charity, bills[1])
    present = await do(world, get_rectification, key)
    so_far = await do(world, corrections_so_far, present)
    assert so_far == told | {second: Correction(case_id=second, red_bill_id=late.bill_id)}
    assert await do(world, corrections_of, key) == told
    # What was accepted is what the department saw, and stays.
    done = await do(world, accept, key, "整改到位", revision=2, acting=boss)
    assert await do(world, corrections_of, key) == so_far
    await world.reverse(charity, bills[2])
    assert await do(world, corrections_so_far, done) == so_far


async def test_an_overdue_notice_stops_supply_and_where_told_issuing_until_it_is_accepted(
    world: World, clock: StoppedClock
) -> None:
    (first, second), found, boss = await breached(world, clock, breach_stops_issuing=True)
    charity = world.province.charity
    clerk = await manager(world, charity)
    made = await issued(world, found, boss)
    reason = "rectification_overdue"
    assert await limits(world, charity.unit_id) == (made.due_on, reason, made.due_on, reason)
    clock.set(on(made.due_on, 23, 59))
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="L-1")], acting=ACTING)
    assert isinstance(outcome, Issued)
    await do(world, allot, charity.unit_id, first.kind, first.code, 10, acting=ACTING)
    clock.set(on(made.due_on + timedelta(days=1), 0))
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="L-2")], acting=ACTING)
    assert codes_of(outcome) == [("unit.issuing_locked", "")]
    supply = await refused(world, allot, charity.unit_id, first.kind, first.code, 10, acting=ACTING)
    assert supply == ["numbering.supply_stopped"]
    # What is to be put right can be reversed all the same, and reporting late lifts nothing.
    (red,) = await world.desk.reverse(charity.unit_id, [reversal_of(first)], acting=ACTING)
    assert isinstance(red, Issued)
    late = await do(world, report, made.rectification_id, REASON, kept=kept(found), revision=1, acting=clerk)
    assert await limits(world, charity.unit_id) == (made.due_on, reason, made.due_on, reason)
    await do(world, accept, late.rectification_id, "整改到位", revision=2, acting=boss)
    assert await limits(world, charity.unit_id) == (None, "", None, "")
    (outcome,) = await world.desk.issue(charity.unit_id, [charity.request(business_no="L-2")], acting=ACTING)
    assert isinstance(outcome, Issued)
    assert second.bill_id != first.bill_id


async def test_what_an_overdue_notice_names_is_issued_once_more_and_nothing_else(
    world: World, clock: StoppedClock
) -> None:
    (first, second), found, boss = await breached(world, clock, breach_stops_issuing=True)
    charity = world.province.charity
    clerk = await manager(world, charity)
    made = await issued(world, found, boss)
    clock.set(on(made.due_on + timedelta(days=1), 0))

    async def issue(number: str, more: str = "0.00") -> list[tuple[str, str]]:
        request = charity.request(business_no=number)
        item = request.items[0]
        dearer = msgspec.structs.replace(
            item, rate=item.rate + Decimal(more) / item.quantity, amount=item.amount + Decimal(more)
        )
        request = msgspec.structs.replace(
            request, items=(dearer, *request.items[1:]), total=request.total + Decimal(more)
        )
        (outcome,) = await world.desk.issue(charity.unit_id, [request], acting=ACTING)
        return [] if isinstance(outcome, Issued) else codes_of(outcome)

    async def link(bill: Bill, number: str) -> str:
        name: str = await do(world, link_reissue, clerk.account, bill, number, acting=clerk)
        return name

    locked = [("unit.issuing_locked", "")]
    await link(first, "R-1")
    # Not before the wrong one is reversed, not for more, and under no other number.
    assert await issue("R-1") == locked
    red = await world.reverse(charity, first)
    assert await issue("R-1", "0.01") == locked
    assert await issue("OTHER-1") == locked
    # A later link takes the place of an earlier one, so that one reversed bill gives one new bill.
    await link(first, "R-2")
    assert await issue("R-1") == locked
    assert await issue("R-2") == []
    assert await issue("R-3") == locked
    with pytest.raises(Refusal) as caught:
        await link(first, "R-3")
    assert [each.code for each in caught.value.problems] == ["draft.reissued"]
    (new,) = await world.rows("SELECT bill_id FROM business_numbers WHERE business_no = 'R-2'")
    linked = Correction(case_id=found[0].case_id, red_bill_id=red.bill_id, new_bill_id=new["bill_id"])
    unchanged = Correction(case_id=found[1].case_id, reason=KEPT)
    assert await do(world, corrections_so_far, made) == {found[0].case_id: linked}
    # The report needs to name neither.
    late = await do(world, report, made.rectification_id, REASON, kept=kept(found), revision=1, acting=clerk)
    assert await do(world, corrections_of, made.rectification_id) == {
        found[0].case_id: linked,
        found[1].case_id: unchanged,
    }
    await do(world, accept, late.rectification_id, "整改到位", revision=2, acting=boss)
    assert await issue("OTHER-1") == []
    assert second.bill_id != first.bill_id


async def test_a_bill_that_no_notice_names_is_not_issued_once_more_while_its_unit_is_overdue(
    world: World, clock: StoppedClock
) -> None:
    (first, second), found, boss = await breached(world, clock, breach_stops_issuing=True)
    charity = world.province.charity
    clerk = await manager(world, charity)
    made = await issued(world, found[:1], boss)
    clock.set(on(made.due_on + timedelta(days=1), 0))
    for bill, number, told in ((second, "R-2", "unit.issuing_locked"), (first, "R-1", "")):
        await world.reverse(charity, bill)
        await do(world, link_reissue, clerk.account, bill, number, acting=clerk)
        (outcome,) = await world.desk.issue(
            charity.unit_id, [charity.request(business_no=number)], acting=ACTING
        )
        answer = "" if isinstance(outcome, Issued) else codes_of(outcome)[0][0]
        assert answer == told


async def test_without_the_setting_only_supply_is_stopped(world: World, clock: StoppedClock) -> None:
    _, found, boss = await breached(world, clock)
    made = await issued(world, found, boss)
    assert await limits(world, found[0].unit_id) == (made.due_on, "rectification_overdue", None, "")


async def test_time_in_which_the_department_examines_does_not_count(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock)
    charity = world.province.charity
    clerk = await manager(world, charity)
    made = await issued(world, found, boss)
    clock.set(on(made.due_on - timedelta(days=5)))
    await do(world, report, made.rectification_id, REASON, kept=kept(found), revision=1, acting=clerk)
    assert await limits(world, charity.unit_id) == (None, "", None, "")
    clock.set(on(made.due_on + timedelta(days=10)))
    back = await do(world, send_back, made.rectification_id, REASON, revision=2, acting=boss)
    assert (back.state, back.due_on) == (RectificationState.ISSUED, made.due_on + timedelta(days=15))
    assert (await limits(world, charity.unit_id))[0] == back.due_on
    # The second time it is late, and the days that the department takes are no present.
    clock.set(on(back.due_on + timedelta(days=1)))
    await do(world, report, made.rectification_id, REASON, kept=kept(found), revision=3, acting=clerk)
    clock.set(on(back.due_on + timedelta(days=20)))
    again = await do(world, send_back, made.rectification_id, REASON, revision=4, acting=boss)
    assert again.due_on == back.due_on


async def test_a_notice_is_extended_once_with_a_reason(world: World, clock: StoppedClock) -> None:
    _, found, boss = await breached(world, clock, breach_stops_issuing=True)
    charity = world.province.charity
    made = await issued(world, found, boss)
    clock.set(on(made.due_on + timedelta(days=3)))
    for day in (made.due_on, today() - timedelta(days=1), months_after(today(), 3) + timedelta(days=1)):
        assert await refused(world, extend, made.rectification_id, day, REASON, revision=1, acting=boss) == [
            "rectification.due_invalid"
        ]
    longer = await do(
        world, extend, made.rectification_id, months_after(today(), 1), REASON, revision=1, acting=boss
    )
    assert (longer.extended, longer.first_due_on) == (True, made.due_on)
    assert (await limits(world, charity.unit_id))[2] == longer.due_on
    await world.issue(charity, charity.request(business_no="E-1"))
    assert await refused(
        world,
        extend,
        made.rectification_id,
        longer.due_on + timedelta(days=1),
        REASON,
        revision=2,
        acting=boss,
    ) == ["rectification.extended_already"]


@pytest.mark.parametrize(
    ("issued_on", "due"),
    [
        (date(2031, 1, 31), date(2031, 4, 30)),
        (date(2031, 11, 30), date(2032, 2, 29)),
        (date(2030, 11, 30), date(2031, 2, 28)),
        (date(2031, 10, 31), date(2032, 1, 31)),
    ],
)
async def test_three_calendar_months_end_where_months_end(
    world: World, clock: StoppedClock, issued_on: date, due: date
) -> None:
    _, found, boss = await breached(world, clock, 1)
    clock.set(on(issued_on))
    made = await issued(world, found, boss)
    assert made.due_on == due
    assert made.serial == f"财票整改〔{issued_on.year}〕150000-0001"
    assert (await limits(world, found[0].unit_id))[0] == due


async def test_notices_are_nobody_elses(world: World, clock: StoppedClock) -> None:
    _, found, boss = await breached(world, clock, 1)
    charity, hospital = world.province.charity, world.province.hospital
    ids = [found[0].case_id]
    abroad, stranger = await officer(world, "150100", "外地经办员"), await manager(world, hospital)
    assert await refused(world, issue_notice, charity.unit_id, ids, DEMANDS, acting=abroad) == [
        "exception.unknown"
    ]
    assert await refused(world, issue_notice, hospital.unit_id, ids, DEMANDS, acting=boss) == [
        "exception.unknown"
    ]
    assert await refused(world, issue_notice, charity.unit_id, [], DEMANDS, acting=boss) == [
        "rectification.none_chosen"
    ]
    made = await issued(world, found, boss)
    key = made.rectification_id
    assert await refused(world, report, key, REASON, revision=1, acting=stranger) == ["rectification.unknown"]
    assert await refused(world, report, key, REASON, revision=1, acting=boss) == ["access.denied"]
    assert await refused(world, accept, key, REASON, revision=1, acting=abroad) == ["rectification.unknown"]
    with pytest.raises(Refusal):
        await do(world, get_rectification, 2**70)


async def test_figures_count_what_is_in_rectification_after_its_last_day(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock)
    made = await issued(world, found[:1], boss)
    for day, late in ((made.due_on, 0), (made.due_on + timedelta(days=1), 1)):
        clock.set(on(day))
        async with world.database.system() as connection:
            figures = await writeoff_figures(connection, FIRST, FIRST, region_prefix="15")
        sums = figures.cases[""]
        assert (sums.breached, sums.rectifying, sums.rectifying_late) == (1, 1, late)


async def test_what_an_overdue_rectification_stops_changes_with_the_policy(
    world: World, clock: StoppedClock
) -> None:
    _, found, boss = await breached(world, clock)
    made = await issued(world, found, boss)
    unit_id = made.unit_id
    supply = (made.due_on, "rectification_overdue")
    assert await limits(world, unit_id) == (*supply, None, "")
    for stops, issue in ((True, supply), (False, (None, ""))):
        clock.move(minutes=1)
        await begin(world, breach_stops_issuing=stops)
        assert await limits(world, unit_id) == (*supply, *issue)
        assert await world.rows(
            "SELECT DISTINCT issue_until, issue_until_reason FROM stocks WHERE unit_id = $1", unit_id
        ) == [issue]
    other = world.province.hospital.unit_id
    assert await limits(world, other) == (None, "", None, "")
