"""Units that close and move while something is open, and delays that the level above hears of."""

from datetime import timedelta

from tests.support.world import World
from tests.writeoff.casework import REASON, case_now, kept, manager, officer, person, unpaid
from tests.writeoff.months import FIRST, SECOND, begin, close, head, on, standing, write_off
from tests.writeoff.test_cases import BREACH, asked, do, refused
from tests.writeoff.test_rectifications import issued

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.storage.scope import DepartmentScope
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import ChangeWish, change_unit, obstacles, propose_change
from mingpiao.writeoff.model import CaseFilter, CaseState
from mingpiao.writeoff.months import last_day, workday_after
from mingpiao.writeoff.service import (
    accept,
    clear_case,
    escalate,
    get_rectification,
    list_cases,
    mark_breach,
    report,
)

CITY = "150100"


def wish(kind: UnitChangeKind, after: str = "") -> ChangeWish:
    return ChangeWish(kind=kind, effective_on=today(), reason="机构改革", after=after)


async def closing(world: World, unit_id: int) -> list[str]:
    found: list[str] = await do(world, obstacles, unit_id, UnitChangeKind.CLOSE)
    return found


async def test_a_unit_closes_when_all_is_settled(world: World, clock: StoppedClock) -> None:
    _, (case,) = await unpaid(world, clock)
    charity = world.province.charity
    boss, clerk = await officer(world), await manager(world, charity)
    assert await closing(world, charity.unit_id) == ["还有1份异常票据没有办结，请先办结。"]
    assert await refused(world, propose_change, charity.unit_id, wish(UnitChangeKind.CLOSE), acting=boss) == [
        "unit.obstacle"
    ]
    await do(world, mark_breach, case.case_id, BREACH, revision=1, acting=boss)
    made = await issued(world, [case], boss)
    assert await closing(world, charity.unit_id) == ["还有1份整改通知没有完成，请先完成整改。"]
    await do(world, report, made.rectification_id, REASON, kept=kept([case]), revision=1, acting=clerk)
    await do(world, accept, made.rectification_id, "整改到位", revision=2, acting=boss)
    assert await closing(world, charity.unit_id) == []


async def test_a_unit_with_months_that_are_not_written_off_does_not_close_but_moves(
    world: World, clock: StoppedClock
) -> None:
    clock.set(on(last_day(FIRST)))
    await begin(world)
    charity = world.province.charity
    await world.issue(charity, charity.request())
    told = ["还有1个月份的票据没有核销，请单位停止开票，在月末结账后完成核销。"]
    # The month is not even over.
    assert await closing(world, charity.unit_id) == told
    clock.set(on(SECOND))
    await close(world)
    assert await closing(world, charity.unit_id) == told
    boss = await head(world)
    await do(world, change_unit, charity.unit_id, wish(UnitChangeKind.REGION, CITY), acting=boss)
    assert {each.region_code for each in (await standing(world, charity)).cycles} == {CITY}
    done = await write_off(world, charity)
    assert done.region_code == CITY
    assert await closing(world, charity.unit_id) == []


async def test_open_cases_and_notices_follow_a_unit_and_decided_ones_stay(
    world: World, clock: StoppedClock
) -> None:
    _, (cleared, waiting, breach) = await unpaid(world, clock, 3)
    charity = world.province.charity
    boss, city = await head(world), await officer(world, CITY, "市级经办员")
    await do(world, clear_case, cleared.case_id, REASON, revision=1, acting=boss)
    await do(world, mark_breach, breach.case_id, BREACH, revision=1, acting=boss)
    made = await issued(world, [breach], boss)
    await do(world, change_unit, charity.unit_id, wish(UnitChangeKind.REGION, CITY), acting=boss)
    assert (await case_now(world, cleared)).region_code == "150000"
    assert (await case_now(world, waiting)).region_code == CITY
    async with world.database.system() as connection:
        moved = await get_rectification(connection, made.rectification_id)
    assert (moved.region_code, moved.issuer_code, moved.serial) == (CITY, "150000", made.serial)
    async with world.database.scoped(DepartmentScope(CITY)) as connection:
        assert len((await list_cases(connection, CaseFilter())).items) == 3
    # Who had the case open before it moved sees that it changed.
    assert await refused(world, clear_case, waiting.case_id, REASON, revision=1, acting=city) == [
        "exception.changed"
    ]
    await do(world, clear_case, waiting.case_id, REASON, revision=2, acting=city)


async def test_what_a_neighbour_marked_before_a_unit_moved_is_withdrawn_where_it_is_now(
    world: World, clock: StoppedClock
) -> None:
    (bill,), (case,) = await unpaid(world, clock)
    charity, key = world.province.charity, case.case_id
    boss = await head(world)
    await do(world, change_unit, charity.unit_id, wish(UnitChangeKind.REGION, CITY), acting=boss)
    before = await officer(world, CITY, "原市经办员")
    marked = await do(world, mark_breach, key, BREACH, revision=2, acting=before)
    assert marked.decided_in == CITY
    await do(world, change_unit, charity.unit_id, wish(UnitChangeKind.REGION, "150200"), acting=boss)
    near = await world.browser(Role.DEPARTMENT_OFFICER, region="150200")
    shown = await near.get(f"/finance/exceptions/{key}")
    assert shown.status_code == 200, shown.text
    # The bill itself stays with the region where it was issued; the page of its case shows it, and leads nowhere else.
    assert (bill.number in shown.text, "/finance/bills/" in shown.text) == (True, False)
    assert "违规由上级财政部门认定" not in shown.text
    sent = await near.submit(shown, f"/finance/exceptions/{key}/withdraw", reason=REASON)
    assert (sent.status_code, (await case_now(world, case)).state) == (303, CaseState.OPEN)
    # Who had it before has nothing to do with it any more.
    gone = await refused(world, mark_breach, key, BREACH, revision=5, acting=before)
    assert gone == ["exception.unknown"]


async def test_what_lies_too_long_is_told_to_the_level_above_once(world: World, clock: StoppedClock) -> None:
    _, (lying, fresh, awaited) = await unpaid(world, clock, 3, decision_workdays=3)
    charity = world.province.charity
    boss = await head(world)
    await do(world, change_unit, charity.unit_id, wish(UnitChangeKind.REGION, CITY), acting=boss)
    city = await officer(world, CITY, "市级经办员")
    await asked(world, await case_now(world, awaited), city)
    last = workday_after(today(), 3)
    clock.set(on(last, 23))
    await escalate(world.database)
    assert (await case_now(world, lying)).escalated_to is None
    await do(world, clear_case, fresh.case_id, REASON, revision=2, acting=city)
    clock.set(on(last + timedelta(days=1)))
    await escalate(world.database)
    await escalate(world.database)
    assert (await case_now(world, lying)).escalated_to == "150000"
    assert (await case_now(world, fresh)).escalated_to is None
    assert (await case_now(world, awaited)).escalated_to is None
    rows = await world.rows("SELECT region_code, title FROM messages WHERE topic LIKE 'escalate:%'")
    assert [row["region_code"] for row in rows] == ["150000"]
    async with world.database.scoped(DepartmentScope("150000")) as connection:
        found = await list_cases(connection, CaseFilter(region_code="150000", escalated=True))
    assert [each.case_id for each in found.items] == [lying.case_id]
    # The department above decides it in place of the other one.
    province = await person(world, Role.DEPARTMENT_OFFICER, region="150000")
    await do(world, clear_case, lying.case_id, REASON, revision=2, acting=province)
    # A unit that was asked and says nothing is the department's again after the last day.
    clock.set(on(workday_after(SECOND + timedelta(days=7), 3) + timedelta(days=1)))
    await escalate(world.database)
    assert (await case_now(world, awaited)).escalated_to == "150000"
