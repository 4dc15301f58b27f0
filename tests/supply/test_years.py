"""年度换码: units get their first numbers of a year's code behind the old ones; a job that is killed goes on."""

from typing import Any

import msgspec
import pytest
from tests.supply.asking import KIND, used
from tests.supply.test_departments import CITY, COUNTY, PROVINCE, by_levels, down, refused
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import officer
from tests.writeoff.months import head

from mingpiao.identity.model import Role, platform
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.codes import bill_code
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.model import MoveWay, WantedMove
from mingpiao.numbering.service import move_numbers, set_valid_until
from mingpiao.storage.scope import DepartmentScope
from mingpiao.supply import years
from mingpiao.supply.service import (
    YearOpening,
    codes_to_pass_down,
    department_stocks,
    do_portion,
    open_year,
    open_year_for_units,
    year_openings,
)
from mingpiao.supply.years import codes_of_year, give_in_region

world = a_world("peopled")


async def opened(world: World, year: int, least: int = 100, *, acting: Any = None) -> YearOpening:
    catalog, who = await world.catalog.get(), acting or await head(world)
    async with world.database.system() as connection:
        return await open_year(connection, year, least, catalog, acting=who)


async def present(world: World) -> YearOpening:
    async with world.database.system() as connection:
        return (await year_openings(connection))[0]


async def given(world: World, year: int) -> dict[tuple[int, str], int]:
    """Numbers of a year's codes by unit and kind."""
    codes = list(codes_of_year(await world.catalog.get(), year).values())
    rows = await world.rows(
        "SELECT unit_id, kind_code, sum(last_number - first_number + 1)::int AS numbers, count(*) AS segments "
        "FROM segments WHERE code = ANY ($1) GROUP BY 1, 2",
        codes,
    )
    assert all(row["segments"] == 1 for row in rows)
    return {(row["unit_id"], row["kind_code"]): row["numbers"] for row in rows}


async def test_old_numbers_run_out_before_those_of_the_new_code(world: World, clock: StoppedClock) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    await used(world, clock, 40, resident=hospital)
    year = today().year + 1
    made = await opened(world, year, 3)
    await open_year_for_units(world.database, year, made.run)
    numbers = await given(world, year)
    # 40 bills in six months are 20 in the three months that are proposed; a kind without use gets the least.
    assert numbers[hospital.unit_id, KIND] == 20
    assert {count for (unit_id, _), count in numbers.items() if unit_id == other.unit_id} == {3}
    assert world.province.office.unit_id not in {unit_id for unit_id, _ in numbers}
    done = await present(world)
    assert (done.state, done.units_done, done.numbers) == ("done", done.units_total, sum(numbers.values()))
    # The other hospital still has old numbers, the hospital's stock is empty and goes on with the new ones.
    (old,) = await world.issue(other, *other.requests(1, kind=KIND))
    (new,) = await world.issue(hospital, *hospital.requests(41, kind=KIND)[40:])
    assert (old.code[-2:] == f"{year % 100:02d}", new.code[-2:]) == (False, f"{year % 100:02d}")
    # Opened again, nobody gets more.
    clock.move(seconds=1)
    again = await opened(world, year, 500)
    await open_year_for_units(world.database, year, again.run)
    assert (again.run, (await present(world)).numbers, await given(world, year)) == (2, 0, numbers)


async def test_a_worker_that_is_killed_loses_a_portion_and_the_next_one_goes_on(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(years, "_PORTION", 1)
    year, catalog = today().year + 1, await world.catalog.get()
    made = await opened(world, year)
    assert await do_portion(world.database, year, made.run, catalog)
    before = await given(world, year)

    async def cut_off(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(years, "_record", cut_off)
        with pytest.raises(KeyboardInterrupt):
            await do_portion(world.database, year, made.run, catalog)
    assert (await given(world, year), (await present(world)).units_done) == (before, 1)
    await open_year_for_units(world.database, year, made.run)
    found = await present(world)
    assert (found.state, found.units_done, found.units_given) == ("done", 2, 2)
    assert not await do_portion(world.database, year, made.run, catalog)
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'year:give'") == 2


async def test_by_levels_a_unit_gets_what_its_department_has_and_a_stopped_one_nothing(world: World) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    year = today().year
    await by_levels(world)
    codes = codes_of_year(await world.catalog.get(), year)
    async with world.database.system() as connection:
        day = today().replace(year=today().year - 1, day=1)
        await set_valid_until(connection, hospital.unit_id, day, acting=ACTING)
    made = await opened(world, year, 5, acting=platform("test"))
    wanted = WantedMove(
        way=MoveWay.ALLOT,
        from_region=PROVINCE,
        to_region=CITY,
        kind_code=KIND,
        code=codes[KIND],
        quantity=7,
        request_no="Y-1",
    )
    async with world.database.system() as connection:
        await move_numbers(connection, wanted, acting=ACTING)
    await open_year_for_units(world.database, year, made.run)
    assert await given(world, year) == {(other.unit_id, KIND): 5}
    assert ((await present(world)).units_given, (await present(world)).numbers) == (1, 5)


async def test_departments_pass_the_coming_years_numbers_down_before_the_change(world: World) -> None:
    """Both years' stocks stand side by side, and units of the city get their first numbers when it has them."""
    other, year = world.province.other_hospital, today().year + 1
    catalog = await world.catalog.get()
    present, coming = catalog.bill_code(catalog.kinds[KIND]), codes_of_year(catalog, year)[KIND]
    await by_levels(world)
    province, city = await officer(world), await officer(world, CITY)
    assert await refused(down(world, province, CITY, 50, code=coming)) == ("numbering.move_invalid", 422)
    made = await opened(world, year, 5)
    await open_year_for_units(world.database, year, made.run)
    assert (other.unit_id, KIND) not in await given(world, year)
    await down(world, province, CITY, 30, "P-1", code=present)
    await down(world, province, CITY, 50, "P-2", code=coming)
    await down(world, city, COUNTY, 20, "C-1", code=coming)
    elsewhere = bill_code("15", KIND, year + 1)
    for code in (elsewhere, bill_code("15", KIND, year - 10), " ", "x" * 100, "1506\x0001"):
        attempt = down(world, city, COUNTY, 1, "C-2", code=code)
        assert await refused(attempt) == ("numbering.move_invalid", 422), code
    async with world.database.scoped(DepartmentScope(CITY)) as connection:
        stocks = await department_stocks(
            connection, [CITY], await codes_to_pass_down(connection, catalog, KIND)
        )
    assert [(each.stock.code, each.stock.received, each.stock.left) for each in stocks] == [
        (present, 30, 30),
        (coming, 50, 30),
    ]
    browser = await world.browser(Role.DEPARTMENT_OFFICER, region=CITY)
    shown = (await browser.get("/finance/supply/stock")).text
    assert f"{year}年度的代码" in shown
    form = (await browser.get("/finance/supply/stock/allot")).text
    assert (f'value="{present}"' in form, f'value="{coming}"' in form) == (True, True)


async def waiting(world: World) -> list[dict[str, Any]]:
    """What workers are to give to units whose departments got numbers."""
    rows = await world.rows("SELECT payload FROM pgqueuer WHERE entrypoint = 'follow_year' ORDER BY id")
    return [msgspec.json.decode(row["payload"]) for row in rows]


async def test_units_get_theirs_as_soon_as_their_department_does(world: World) -> None:
    """The year is opened once: each move of its numbers has a worker look at the units of the department that got them."""
    other, year = world.province.other_hospital, today().year + 1
    catalog = await world.catalog.get()
    present_code, coming = catalog.bill_code(catalog.kinds[KIND]), codes_of_year(catalog, year)[KIND]
    await by_levels(world)
    province, city = await officer(world), await officer(world, CITY)
    made = await opened(world, year, 5)
    await open_year_for_units(world.database, year, made.run)
    await down(world, province, CITY, 30, "P-1", code=present_code)
    assert await waiting(world) == []
    # Units of the province itself draw from its pool, all others wait for their department.
    first = await given(world, year)
    assert {unit_id for unit_id, _ in first} == {world.province.hospital.unit_id}
    await down(world, province, CITY, 50, "P-2", code=coming)
    await down(world, province, CITY, 50, "P-2", code=coming)
    await down(world, city, COUNTY, 20, "C-1", code=coming)
    assert await waiting(world) == [{"year": year, "region": CITY}, {"year": year, "region": COUNTY}]
    for job in await waiting(world):
        # A worker that was killed begins again.
        for _ in range(2):
            await give_in_region(world.database, job["year"], job["region"])
    assert await given(world, year) == first | {(other.unit_id, KIND): 5}
    done = await present(world)
    assert (done.run, done.units_given, done.numbers) == (1, 2, sum(first.values()) + 5)
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'year:give'") == 2


@pytest.mark.parametrize(
    ("shift", "least", "field"),
    [
        (2, 10, "year"),
        (-1, 10, "year"),
        (-(10**9), 10, "year"),
        (1, 0, "least"),
        (1, -5, "least"),
        (1, 10**12, "least"),
    ],
)
async def test_what_cannot_be(world: World, shift: int, least: int, field: str) -> None:
    with pytest.raises(Refusal) as caught:
        await opened(world, today().year + shift, least)
    assert (caught.value.problems[0].code, caught.value.problems[0].field) == ("supply.year_invalid", field)
    assert await world.value("SELECT count(*) FROM year_openings") == 0


async def test_only_the_head_of_the_province_opens_a_year_and_only_once_at_a_time(world: World) -> None:
    year = today().year + 1
    for acting in (await officer(world), await officer(world, CITY)):
        with pytest.raises(Refusal) as caught:
            await opened(world, year, acting=acting)
        assert caught.value.problems[0].code == "access.denied"
    boss = await head(world)
    await opened(world, year, acting=boss)
    with pytest.raises(Refusal) as caught:
        await opened(world, year, acting=boss)
    assert (caught.value.problems[0].code, caught.value.problems[0].status) == ("supply.year_running", 409)


async def test_the_page_opens_a_year_and_shows_how_far_it_is(world: World) -> None:
    browser = await world.browser("head")
    page = await browser.get("/finance/supply/years")
    assert "还没有启用过年度代码" in page.text
    wrong = await browser.submit(page, "/finance/supply/years", year=str(today().year + 1), least="很多")
    assert (wrong.status_code, 'value="很多"' in wrong.text) == (422, True)
    done = await browser.submit(page, "/finance/supply/years", year=str(today().year + 1), least="50")
    assert done.status_code == 303
    shown = await browser.get("/finance/supply/years")
    assert "正在发放" in shown.text
    officer_ = await world.browser("officer")
    assert "由省级财政部门负责人启用" in (await officer_.get("/finance/supply/years")).text
    token = await officer_.csrf_token()
    assert (await officer_.post("/finance/supply/years", {"csrf_token": token})).status_code == 403
