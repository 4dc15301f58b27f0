"""What is overdue and what is stopped for it, where a unit and its department look first."""

from datetime import timedelta

import pytest
from tests.portals.test_casework_pages import manager_of_charity
from tests.support.world import World, a_world
from tests.writeoff.casework import kept, manager, officer, unpaid
from tests.writeoff.months import FIRST, SECOND, THIRD, begin, close, on
from tests.writeoff.test_cases import do
from tests.writeoff.test_rectifications import breached, issued

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.writeoff.service import accept, ask_unit, due_on, last_day, report

world = a_world()


async def test_a_unit_sees_questions_and_notices_with_their_days_on_its_home(
    world: World, clock: StoppedClock
) -> None:
    _, (case,) = await unpaid(world, clock)
    boss = await officer(world)
    unit = await manager_of_charity(world)
    assert "要求说明" not in (await unit.get("/unit")).text
    until = today() + timedelta(days=3)
    await do(world, ask_unit, case.case_id, "请说明款项", until, revision=1, acting=boss)
    home = (await unit.get("/unit")).text
    assert "财政部门要求说明 1 份异常票据" in home
    assert f"最早的期限 {until:%Y-%m-%d}" in home
    assert f'href="/unit/exceptions/{case.case_id}"' in home
    assert "已过期限，请尽快说明" not in home
    clock.set(on(until + timedelta(days=1)))
    unit = await manager_of_charity(world, Role.UNIT_HANDLER)
    assert "已过期限，请尽快说明" in (await unit.get("/unit")).text


@pytest.mark.parametrize("stops", [False, True])
async def test_an_overdue_notice_says_what_is_stopped_where_people_look(
    world: World, clock: StoppedClock, stops: bool
) -> None:
    _, found, boss = await breached(world, clock, 1, breach_stops_issuing=stops, rectification_months=1)
    charity = world.province.charity
    made = await issued(world, found, boss)
    unit = await manager_of_charity(world)
    department = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    home, notice = await unit.get("/unit"), await unit.get(f"/unit/rectifications/{made.rectification_id}")
    assert f"最早的期限 {made.due_on:%Y-%m-%d}" in home.text
    assert "整改已逾期" not in home.text
    follows = "停止发放票据，同时停止开具新票据" if stops else "停止发放票据，不影响开具"
    assert f"逾期没有报送的{follows}，直到整改通过" in notice.text
    assert "有的地区" not in notice.text
    assert "整改逾期" in (await department.get("/finance")).text
    clock.set(on(made.due_on + timedelta(days=1)))
    unit = await manager_of_charity(world, Role.UNIT_HANDLER)
    department = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    home = await unit.get("/unit")
    assert "整改已逾期" in home.text
    assert made.serial in home.text
    assert ("停止开具新票据" in home.text) == stops
    told = await department.get(f"/finance/units/{charity.unit_id}")
    assert "整改已逾期" in told.text
    assert f'href="/finance/rectifications/{made.rectification_id}"' in told.text
    assert ("逾期，已停止开具" in told.text) == stops
    overdue = (await department.get("/finance/rectifications?whose=all&state=overdue")).text
    assert made.serial in overdue
    # Reported and accepted, nothing of it is left.
    await do(
        world,
        report,
        made.rectification_id,
        "已冲红并重开票据",
        kept=kept(found),
        revision=1,
        acting=await manager(world, charity),
    )
    await do(world, accept, made.rectification_id, "同意通过", revision=2, acting=boss)
    assert "已逾期" not in (await unit.get("/unit")).text.split("今日概览")[0]
    assert "整改已逾期" not in (await department.get(f"/finance/units/{charity.unit_id}")).text
    # Only the notice had stopped anything.
    body = await world.value("SELECT body FROM messages WHERE title LIKE '%整改已通过%'")
    assert body == ("同意通过 因逾期停止的事项立即恢复。" if stops else "同意通过")


async def test_overdue_months_are_named_and_a_later_day_for_one_says_what_stays_stopped(
    world: World, clock: StoppedClock
) -> None:
    hospital = world.province.hospital
    await begin(world)
    for month in (FIRST, SECOND):
        clock.set(on(last_day(month)))
        await world.issue(hospital, hospital.request(business_no=f"N-{month}"))
    clock.set(on(THIRD))
    await close(world)
    clock.set(on(due_on(FIRST, 5) + timedelta(days=1)))
    unit = f"/finance/units/{hospital.unit_id}"
    department = await world.browser(Role.DEPARTMENT_OFFICER, region="150000")
    alone = await department.get(f"{unit}/months/{FIRST:%Y-%m}/extend")
    assert "因该月逾期而停止的事项（停止发放票号）同时恢复" in alone.text
    clock.set(on(due_on(SECOND, 5) + timedelta(days=1)))
    department = await world.browser(Role.DEPARTMENT_HEAD, region="150000")
    shown = await department.get(unit)
    names = [f"{month:%Y年%-m月}" for month in (FIRST, SECOND)]
    assert "核销已逾期" in shown.text
    assert all(f">{name}核销</a>" in shown.text for name in names)
    later = await department.get(f"{unit}/months/{FIRST:%Y-%m}/extend")
    assert f"不会恢复：{names[1]}核销也已逾期，办完才恢复" in later.text
    assert "同时恢复" not in later.text
    numbers = await department.get(f"{unit}/numbers")
    assert (
        f"该单位核销已逾期（{names[0]}核销、{names[1]}核销），已停止发放票号，全部办完后才能发放。"
        in numbers.text
    )
    assert "逾期，已停止发放票号" in shown.text
