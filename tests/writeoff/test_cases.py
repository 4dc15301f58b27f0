"""Exception cases: who may do what with them, in which order, and what becomes of their bills."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from tests.support.world import World
from tests.writeoff.casework import REASON, case_now, cases, codes, manager, officer, unpaid
from tests.writeoff.months import SECOND, on

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.storage.scope import DepartmentScope, UnitScope
from mingpiao.writeoff.model import BillStanding, Breach, CaseState, ExceptionCase, WorkStepKind
from mingpiao.writeoff.service import (
    answer_case,
    ask_unit,
    clear_alike,
    clear_case,
    get_case,
    mark_breach,
    standings_of,
    steps_of,
    withdraw_breach,
)

BREACH = Breach(
    type="scope",
    basis="《财政票据管理办法》第二十条",
    amount=Decimal("120.00"),
    reason="以捐赠票据收取培训费",
)
WEEK = timedelta(days=7)


async def do(world: World, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> Any:
    async with world.database.system() as connection:
        return await verb(connection, *args, **more)


async def refused(world: World, verb: Callable[..., Awaitable[Any]], *args: Any, **more: Any) -> list[str]:
    with pytest.raises(Refusal) as caught:
        await do(world, verb, *args, **more)
    return codes(caught.value.problems)


async def asked(world: World, case: ExceptionCase, acting: Acting) -> ExceptionCase:
    made: ExceptionCase = await do(
        world,
        ask_unit,
        case.case_id,
        "请说明款项为何没有到账",
        today() + WEEK,
        revision=case.revision,
        acting=acting,
    )
    return made


async def test_a_unit_is_asked_and_answers_and_the_bill_is_written_off(
    world: World, clock: StoppedClock
) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    charity = world.province.charity
    boss, clerk = await officer(world), await manager(world, charity)
    case = await asked(world, case, boss)
    assert (case.state, case.asked_due_on, case.revision) == (CaseState.ASKED, today() + WEEK, 2)
    # While the unit has time to answer, nobody is said to have breached anything, nor asked again.
    assert await refused(world, mark_breach, case.case_id, BREACH, revision=2, acting=boss) == [
        "exception.awaits_answer"
    ]
    case = await do(world, answer_case, case.case_id, REASON, revision=2, acting=clerk)
    assert case.state is CaseState.ANSWERED
    case = await do(world, clear_case, case.case_id, REASON, revision=3, acting=boss)
    assert (case.state, case.decided_by, case.reason) == (CaseState.CLEARED, boss.actor, REASON)
    steps = await do(world, steps_of, case_id=case.case_id)
    assert [(each.kind, each.actor_name) for each in steps] == [
        (WorkStepKind.ASKED, "经办员甲"),
        (WorkStepKind.ANSWERED, "单位管理员"),
        (WorkStepKind.CLEARED, "经办员甲"),
    ]
    told = await do(world, standings_of, [(bill.unit_id, bill.bill_id, bill.kind, bill.issued_at)])
    assert told[bill.bill_id].standing is BillStanding.WRITTEN_OFF
    written = await world.rows(
        "SELECT action FROM audit_log WHERE action LIKE 'exception:%' ORDER BY audit_id"
    )
    assert [row["action"] for row in written] == ["exception:ask", "exception:answer", "exception:clear"]


async def test_a_breach_is_marked_with_type_basis_and_amount(world: World, clock: StoppedClock) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    boss = await officer(world)
    wrong = msgspec.structs.replace(BREACH, type="none", basis="", amount=Decimal("-0.001"))
    with pytest.raises(Refusal) as caught:
        await do(world, mark_breach, case.case_id, wrong, revision=1, acting=boss)
    assert [each.field for each in caught.value.problems] == ["breach_type", "breach_basis", "breach_amount"]
    case = await do(world, mark_breach, case.case_id, BREACH, revision=1, acting=boss)
    assert (case.state, case.breach_type, case.breach_amount) == (
        CaseState.BREACHED,
        "scope",
        Decimal("120.00"),
    )
    told = await do(world, standings_of, [(bill.unit_id, bill.bill_id, bill.kind, bill.issued_at)])
    assert told[bill.bill_id].standing is BillStanding.BREACH
    # What is decided stays decided.
    assert await refused(world, clear_case, case.case_id, REASON, revision=2, acting=boss) == [
        "exception.decided"
    ]
    again = await refused(
        world, ask_unit, case.case_id, "请说明情况", today() + WEEK, revision=2, acting=boss
    )
    assert again == ["exception.decided"]


async def test_after_its_last_day_an_answer_is_not_awaited_but_still_heard(
    world: World, clock: StoppedClock
) -> None:
    _, (first, second) = await unpaid(world, clock, 2)
    boss, clerk = await officer(world), await manager(world, world.province.charity)
    first, second = await asked(world, first, boss), await asked(world, second, boss)
    clock.set(on(SECOND + WEEK, 23, 59))
    assert await refused(world, mark_breach, first.case_id, BREACH, revision=2, acting=boss) == [
        "exception.awaits_answer"
    ]
    clock.set(on(SECOND + WEEK + timedelta(days=1), 0))
    assert (await do(world, mark_breach, first.case_id, BREACH, revision=2, acting=boss)).state is (
        CaseState.BREACHED
    )
    late = await do(world, answer_case, second.case_id, REASON, revision=2, acting=clerk)
    assert late.state is CaseState.ANSWERED
    gone = await refused(world, answer_case, first.case_id, REASON, revision=3, acting=clerk)
    assert gone == ["exception.decided"]


async def test_a_unit_explains_before_it_is_asked(world: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    boss, clerk = await officer(world), await manager(world, world.province.charity)
    key = case.case_id
    clock.move(hours=1)
    told = await do(world, answer_case, key, REASON, revision=1, acting=clerk)
    # The department has as long as before, and hears of it once.
    assert (told.state, told.revision, told.waits_since) == (CaseState.ANSWERED, 2, case.waits_since)
    messages = "SELECT topic, body FROM messages WHERE topic LIKE 'exception:answer:%'"
    assert [tuple(row) for row in await world.rows(messages)] == [(f"exception:answer:{key}:2", REASON)]
    for revision in (1, 2):
        again = await refused(world, answer_case, key, REASON, revision=revision, acting=clerk)
        assert again == ["exception.explained"]
    # Who had the page open before learns of it, asks once more all the same, and then decides.
    assert await refused(world, clear_case, key, REASON, revision=1, acting=boss) == ["exception.changed"]
    asked_again = await asked(world, told, boss)
    more = await do(world, answer_case, key, "附上银行回单，款项在次月三日到账", revision=3, acting=clerk)
    assert more.waits_since > case.waits_since
    assert asked_again.state is CaseState.ASKED
    await do(world, clear_case, key, REASON, revision=4, acting=boss)
    late = await refused(world, answer_case, key, REASON, revision=5, acting=clerk)
    assert late == ["exception.decided"]
    assert [each.kind for each in await do(world, steps_of, case_id=key)] == [
        WorkStepKind.ANSWERED,
        WorkStepKind.ASKED,
        WorkStepKind.ANSWERED,
        WorkStepKind.CLEARED,
    ]


async def test_what_a_department_above_marked_is_not_withdrawn_below_it(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    city, key = "150100", case.case_id
    await world.tamper("UPDATE exception_cases SET region_code = $1", city)
    above, near = await officer(world), await officer(world, city)
    await do(world, mark_breach, key, BREACH, revision=1, acting=above)
    below = await refused(world, withdraw_breach, key, REASON, revision=2, acting=near)
    assert below == ["exception.decided_above"]
    opened = await do(world, withdraw_breach, key, REASON, revision=2, acting=above)
    assert (opened.state, opened.decided_in) == (CaseState.OPEN, None)
    # What a department marked itself it withdraws itself, and so does one above it.
    for revision, acting in ((3, near), (5, above)):
        marked = await do(world, mark_breach, key, BREACH, revision=revision, acting=near)
        assert marked.decided_in == city
        await do(world, withdraw_breach, key, REASON, revision=revision + 1, acting=acting)


async def test_who_may_do_what(world: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    charity, hospital = world.province.charity, world.province.hospital
    boss, clerk, stranger = (
        await officer(world),
        await manager(world, charity),
        await manager(world, hospital),
    )
    abroad = await officer(world, "150100", "呼和浩特经办员")
    decide = {"revision": 1, "acting": clerk}
    assert await refused(world, clear_case, case.case_id, REASON, **decide) == ["access.denied"]
    assert await refused(world, mark_breach, case.case_id, BREACH, **decide) == ["access.denied"]
    assert await refused(world, ask_unit, case.case_id, "请说明", today(), **decide) == ["access.denied"]
    # The province's own unit is nothing to a city's department.
    assert await refused(world, clear_case, case.case_id, REASON, revision=1, acting=abroad) == [
        "exception.unknown"
    ]
    async with world.database.scoped(DepartmentScope("150100")) as connection:
        with pytest.raises(Refusal):
            await get_case(connection, case.case_id)
    async with world.database.scoped(UnitScope(hospital.unit_id)) as connection:
        with pytest.raises(Refusal):
            await get_case(connection, case.case_id)
    assert await refused(world, answer_case, case.case_id, REASON, revision=1, acting=stranger) == [
        "exception.unknown"
    ]
    await asked(world, case, boss)
    assert await refused(world, answer_case, case.case_id, REASON, revision=2, acting=boss) == [
        "access.denied"
    ]
    assert await refused(world, answer_case, case.case_id, REASON, revision=2, acting=stranger) == [
        "exception.unknown"
    ]
    foreign = await refused(
        world, answer_case, case.case_id, REASON, files=["0" * 64], revision=2, acting=clerk
    )
    assert foreign == ["casework.files_invalid"]
    assert await refused(world, answer_case, case.case_id, "同意", revision=2, acting=clerk) == [
        "casework.words_thin"
    ]
    assert (await case_now(world, case)).state is CaseState.ASKED


async def test_of_two_officers_the_second_learns_that_the_case_changed(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    first, second = await officer(world), await officer(world, name="经办员乙")
    await asked(world, case, first)
    assert await refused(world, clear_case, case.case_id, REASON, revision=1, acting=second) == [
        "exception.changed"
    ]
    assert (await case_now(world, case)).revision == 2


async def test_alike_cases_are_cleared_together_each_for_itself(world: World, clock: StoppedClock) -> None:
    _, found = await unpaid(world, clock, 3)
    boss = await officer(world)
    await do(world, mark_breach, found[1].case_id, BREACH, revision=1, acting=boss)
    results = await clear_alike(world.database, [each.case_id for each in found], REASON, acting=boss)
    assert [None if each.problem is None else each.problem.code for each in results] == [
        None,
        "exception.decided",
        None,
    ]
    assert [each.state for each in await cases(world)] == [
        CaseState.CLEARED,
        CaseState.BREACHED,
        CaseState.CLEARED,
    ]
    with pytest.raises(Refusal) as caught:
        await clear_alike(world.database, [], REASON, acting=boss)
    assert codes(caught.value.problems) == ["exception.none_chosen"]


async def test_cases_of_different_rules_are_not_cleared_together(world: World, clock: StoppedClock) -> None:
    _, found = await unpaid(world, clock, 2)
    boss = await officer(world)
    await world.tamper("UPDATE exception_cases SET rules = '{OTHER}' WHERE case_id = $1", found[0].case_id)
    with pytest.raises(Refusal) as caught:
        await clear_alike(world.database, [each.case_id for each in found], REASON, acting=boss)
    assert codes(caught.value.problems) == ["exception.not_alike"]
    assert {each.state for each in await cases(world)} == {CaseState.OPEN}
