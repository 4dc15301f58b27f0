"""用票异常: which units stand out against their own past, and why, from what is counted anyway."""

from datetime import date, timedelta

from tests.support.world import HOHHOT, PROVINCE, World, a_world

from mingpiao.issuing.service import Deviation, Measure, find_unusual_units, list_unusual_units
from mingpiao.kernel.clock import today
from mingpiao.storage.scope import DepartmentScope

world = a_world(checked=False)


async def _bills(world: World, unit_id: int, day: date, issued: int, reversed_count: int = 0) -> None:
    await world.value(
        "INSERT INTO daily_totals (unit_id, kind_code, day, region_code, issued_count, reversed_count) "
        "VALUES ($1, '0301', $2, '150100', $3, $4)",
        unit_id,
        day,
        issued,
        reversed_count,
    )


async def _hits(world: World, unit_id: int, day: date, **counts: int) -> None:
    names = ("blocked", "asked", "confirmed", "warned")
    await world.value(
        "INSERT INTO rule_hits (unit_id, code, day, blocked, asked, confirmed, warned) "
        "VALUES ($1, 'R', $2, $3, $4, $5, $6)",
        unit_id,
        day,
        *(counts.get(name, 0) for name in names),
    )


async def _found(world: World, region: str = PROVINCE) -> list[tuple[int, tuple[Measure, ...]]]:
    async with world.database.scoped(DepartmentScope(region)) as connection:
        page = await list_unusual_units(connection)
    return [(each.unit_id, tuple(one.measure for one in each.deviations)) for each in page.items]


async def test_what_strays_from_a_units_own_past_is_found_with_its_numbers(world: World) -> None:
    province = world.province
    wild, calm, small = (each.unit_id for each in (province.charity, province.office, province.hospital))
    lately, before = today() - timedelta(days=3), today() - timedelta(days=30)
    for unit_id in (wild, calm):
        await _bills(world, unit_id, before, 1_000, 20)
        await _hits(world, unit_id, before, blocked=32, asked=10, confirmed=8)
    await _bills(world, wild, lately, 120, 18)
    await _hits(world, wild, lately, blocked=30, asked=3, confirmed=1)
    await _bills(world, calm, lately, 120, 4)
    await _hits(world, calm, lately, blocked=5, asked=2, confirmed=1)
    # Too few bills say nothing, however bad they are.
    await _bills(world, small, before, 99, 0)
    await _bills(world, small, lately, 19, 19)
    await find_unusual_units(world.database)
    async with world.database.system() as connection:
        (found,) = (await list_unusual_units(connection)).items
    assert (found.unit_id, found.day) == (wild, today() - timedelta(days=1))
    assert found.deviations == (
        Deviation(measure=Measure.REFUSALS, count=30, bills=120, earlier_count=32, earlier_bills=1_000),
        Deviation(measure=Measure.REVERSALS, count=18, bills=120, earlier_count=20, earlier_bills=1_000),
    )
    assert found.sentence == (
        "近7天被监管规则拦截30次（每百张25.0次），前8周平均每百张3.2次；"
        "近7天开具120张、冲红18张（15.0%），前8周平均2.0%。"
    )


async def test_today_and_what_is_older_than_nine_weeks_do_not_count(world: World) -> None:
    unit_id = world.province.charity.unit_id
    await _bills(world, unit_id, today() - timedelta(days=64), 500, 0)
    await _bills(world, unit_id, today() - timedelta(days=63), 100, 0)
    await _bills(world, unit_id, today() - timedelta(days=7), 30, 5)
    await _bills(world, unit_id, today(), 500, 400)
    await find_unusual_units(world.database)
    async with world.database.system() as connection:
        (found,) = (await list_unusual_units(connection)).items
    assert found.deviations == (
        Deviation(measure=Measure.REVERSALS, count=5, bills=30, earlier_count=0, earlier_bills=100),
    )


async def test_each_morning_begins_anew_and_each_department_sees_its_own(world: World) -> None:
    province = world.province
    charity, office = province.charity.unit_id, province.office.unit_id
    await world.value("UPDATE units SET region_code = $1 WHERE unit_id = $2", HOHHOT, charity)
    await world.value("UPDATE units SET region_code = '150200' WHERE unit_id = $1", office)
    for unit_id, count in ((charity, 30), (office, 60)):
        await _bills(world, unit_id, today() - timedelta(days=20), 400, 4)
        await _bills(world, unit_id, today() - timedelta(days=2), 100, count)
    await find_unusual_units(world.database)
    await find_unusual_units(world.database)
    both = [(office, (Measure.REVERSALS,)), (charity, (Measure.REVERSALS,))]
    assert await _found(world) == both
    assert await _found(world, HOHHOT) == both[1:]
    async with world.database.system() as connection:
        first = await list_unusual_units(connection, limit=1)
        rest = await list_unusual_units(connection, limit=1, after=first.next_key)
        assert [each.unit_id for each in (*first.items, *rest.items)] == [office, charity]
        assert rest.next_key == ""
        assert (await list_unusual_units(connection, region_prefix="1502")).items == first.items
    # A week later nothing of it is left.
    await find_unusual_units(world.database, today() + timedelta(days=8))
    assert await _found(world) == []
