"""逐级下发: numbers go down by levels and back up, and every number has one holder."""

import random
from datetime import date
from typing import Any

import asyncpg
import pytest
from tests.supply.asking import KIND, ask, emptied, used, wanted
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import officer
from tests.writeoff.months import head, unit_of

from mingpiao.identity.model import Acting
from mingpiao.issuing.model import IssueRequest, Refused
from mingpiao.issuing.service import add_up_closed_days
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import allot
from mingpiao.storage.scope import DepartmentScope
from mingpiao.supply.departments import follow_region
from mingpiao.supply.model import RequisitionState, SupplyPolicy
from mingpiao.supply.service import (
    department_stocks,
    give_back,
    grant_requisition,
    load_supply_policy,
    pass_down,
    set_supply_policy,
    trace_number,
    watch_stocks,
)

world = a_world()
PROVINCE = "150000"


#: The city of the province's other hospital and of its office, another city, and a county of the first.
CITY, OTHER, COUNTY = "150100", "150200", "150102"


async def by_levels(world: World, *, by_levels: bool = True) -> None:
    """Let numbers flow by levels, or not, as the head of the province."""
    acting = await head(world)
    async with world.database.system() as connection:
        revision = (await load_supply_policy(connection)).revision
        await set_supply_policy(
            connection, SupplyPolicy(by_levels=by_levels), revision=revision, acting=acting
        )


async def down(
    world: World,
    acting: Acting,
    to: str,
    quantity: int,
    number: str = "M-1",
    *,
    kind: str = KIND,
    code: str = "",
) -> int:
    catalog = await world.catalog.get()
    passed = code or catalog.bill_code(catalog.kinds[kind])
    async with world.database.system() as connection:
        return await pass_down(connection, to, passed, quantity, catalog, request_no=number, acting=acting)


async def up(world: World, acting: Acting, quantity: int, number: str = "B-1", *, code: str = "") -> int:
    catalog = await world.catalog.get()
    own = code or catalog.bill_code(catalog.kinds[KIND])
    async with world.database.system() as connection:
        return await give_back(connection, own, quantity, catalog, request_no=number, acting=acting)


async def stock(world: World, region: str) -> tuple[int, int, int, int, int]:
    """Numbers of the hospital's kind: received, passed down, to units, given back, left."""
    catalog = await world.catalog.get()
    code = catalog.bill_code(catalog.kinds[KIND])
    async with world.database.system() as connection:
        (found,) = [
            each.stock
            for each in await department_stocks(connection, [region], {code: KIND})
            if each.stock.code == code
        ]
    return (found.received, found.passed_down, found.to_units, found.given_back, found.left)


async def refused(attempt: Any) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.problems[0].code, caught.value.problems[0].status


async def test_numbers_go_down_to_a_unit_and_what_is_left_goes_back(
    world: World, clock: StoppedClock
) -> None:
    hospital = world.province.other_hospital
    await used(world, clock, 40, resident=hospital)
    await by_levels(world)
    before = await stock(world, PROVINCE)
    await down(world, await officer(world), CITY, 1_000)
    await down(world, await officer(world, CITY), COUNTY, 300)
    made = await ask(world, hospital, wanted(20), acting=unit_of(hospital))
    assert (made.state, made.granted) == (RequisitionState.GRANTED, 20)
    assert await stock(world, CITY) == (1_000, 300, 20, 0, 680)
    await up(world, await officer(world, CITY), 680)
    assert await stock(world, CITY) == (1_000, 300, 20, 680, 0)
    assert await stock(world, COUNTY) == (300, 0, 0, 0, 300)
    assert (await stock(world, PROVINCE))[4] == before[4] - 320
    # What came back goes out again before the pool is drawn on.
    pool = await world.value("SELECT max(next_number) FROM number_pools WHERE kind_code = $1", KIND)
    await down(world, await officer(world), OTHER, 680, "M-2")
    assert await world.value("SELECT max(next_number) FROM number_pools WHERE kind_code = $1", KIND) == pool
    spans = await world.rows("SELECT first_number, last_number FROM number_lots ORDER BY lot_id DESC LIMIT 2")
    assert [row["first_number"] for row in spans] == [made.last + 1] * 2


async def test_by_the_usual_setting_the_province_gives_to_all(world: World, clock: StoppedClock) -> None:
    hospital = world.province.other_hospital
    await used(world, clock, 40, resident=hospital)
    made = await ask(world, hospital, wanted(20), acting=unit_of(hospital))
    assert made.state is RequisitionState.GRANTED
    acting = await officer(world)
    assert await refused(down(world, acting, CITY, 10)) == ("numbering.not_by_levels", 409)
    assert await world.value("SELECT count(*) FROM number_moves") == 0
    await by_levels(world)
    await down(world, acting, CITY, 100)
    clock.move(seconds=1)
    await by_levels(world, by_levels=False)
    again = await ask(world, hospital, wanted(20, request_no="R-2"), acting=unit_of(hospital))
    assert again.state is RequisitionState.GRANTED
    assert (await stock(world, CITY))[4] == 100


async def test_the_way_over_city_and_county_is_told(world: World) -> None:
    await by_levels(world)
    city, region = CITY, COUNTY
    await down(world, await officer(world), city, 100)
    await down(world, await officer(world, city), region, 40)
    await up(world, await officer(world, region), 10)
    first = await world.value("SELECT first_number FROM number_lots ORDER BY lot_id LIMIT 1")
    catalog = await world.catalog.get()
    code = catalog.bill_code(catalog.kinds[KIND])
    names = {each: catalog.departments[each].name for each in (PROVINCE, city, region)}

    async def told(number: int, scope: str = "") -> tuple[str, list[str]]:
        opened = world.database.scoped(DepartmentScope(scope)) if scope else world.database.system()
        async with opened as connection:
            found = await trace_number(connection, code, f"{number:010d}", catalog)
        return found.holder, [step.what.partition("由")[2] for step in found.steps]

    assert await told(first) == (
        f"{names[city]}的库存",
        [
            f"{names[PROVINCE]}下发给{names[city]}",
            f"{names[city]}下发给{names[region]}",
            f"{names[region]}退回{names[city]}",
        ],
    )
    assert (await told(first + 10))[0] == f"{names[region]}的库存"
    assert (await told(first + 40, city))[0] == f"{names[city]}的库存"
    assert (await told(first + 100))[0] == "省级号码池"
    assert await refused(told(first + 40, region)) == ("number.unknown", 404), "another department's stock"


async def test_where_the_department_has_nothing_a_request_waits_and_a_person_cannot_grant_it(
    world: World, clock: StoppedClock
) -> None:
    hospital = world.province.other_hospital
    await used(world, clock, 40, resident=hospital)
    await by_levels(world)
    made = await ask(world, hospital, wanted(20), acting=unit_of(hospital))
    assert (made.state, [each.code for each in made.findings]) == (
        RequisitionState.REVIEW,
        ["supply.department_short"],
    )
    catalog, acting = await world.catalog.get(), await officer(world)

    async def grant() -> None:
        async with world.database.system() as connection:
            await grant_requisition(
                connection, made.requisition_id, 20, catalog, revision=made.revision, acting=acting
            )

    assert await refused(grant()) == ("numbering.region_short", 409)
    await down(world, acting, CITY, 20)
    await grant()
    assert await stock(world, CITY) == (20, 0, 20, 0, 0)


async def test_an_online_unit_draws_what_its_department_has_and_no_more(world: World) -> None:
    office = world.province.office
    requests = office.requests(4, kind="0101")
    await by_levels(world)

    async def issue(request: IssueRequest) -> str:
        (answer,) = await world.desk.issue(office.unit_id, [request], acting=unit_of(office))
        return answer.problems[0].code if isinstance(answer, Refused) else "issued"

    assert await issue(requests[0]) == "numbering.out_of_stock"
    await down(world, await officer(world), CITY, 2, kind="0101")
    assert [await issue(each) for each in requests] == ["issued", "issued"] + ["numbering.out_of_stock"] * 2
    await down(world, await officer(world), CITY, 1_000, "M-2", kind="0101")
    assert await issue(requests[2]) == "issued"


async def test_a_form_sent_twice_moves_numbers_once(world: World) -> None:
    await by_levels(world)
    acting, city = await officer(world), CITY
    first = await down(world, acting, city, 10)
    assert await down(world, acting, city, 10) == first
    assert await refused(down(world, acting, city, 11)) == ("numbering.request_no_used", 409)
    assert (await stock(world, city))[0] == 10
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'numbers:allot'") == 1
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'number_move:%'") == 1


async def test_nobody_passes_on_what_is_not_theirs(world: World) -> None:
    await by_levels(world)
    city, other, county = CITY, OTHER, COUNTY
    await down(world, await officer(world), city, 10)
    for acting, to, what in (
        (await officer(world, other), county, "another city's county"),
        (await officer(world, city), other, "a neighbour"),
        (await officer(world, city), city, "oneself"),
        (await officer(world, city), PROVINCE, "upwards"),
        (await officer(world), county, "past the city"),
        (await officer(world), "999999", "nowhere"),
        (await officer(world), "1501\x00", "no code"),
    ):
        assert await refused(down(world, acting, to, 1)) == ("numbering.move_invalid", 422), what
    assert await refused(down(world, unit_of(world.province.hospital), city, 1)) == ("access.denied", 403)
    # What a region's end moves has numbers that no form takes away from it.
    taken = down(world, await officer(world), city, 1, "reform-15010126")
    assert await refused(taken) == ("numbering.move_invalid", 422)
    assert await refused(up(world, await officer(world), 1)) == ("access.denied", 403)
    assert await refused(up(world, await officer(world, other), 1)) == ("numbering.move_invalid", 422)
    assert await refused(up(world, await officer(world, city), 11)) == ("numbering.region_short", 409)
    assert await refused(up(world, await officer(world, city), 1, code="x")) == (
        "numbering.move_invalid",
        422,
    )
    assert await refused(down(world, await officer(world, city), county, 11)) == (
        "numbering.region_short",
        409,
    )
    assert await world.value("SELECT count(*) FROM number_moves") == 1


@pytest.mark.parametrize("quantity", [0, -1, 1_000_000_001, 10**30])
async def test_quantities_that_cannot_be(world: World, quantity: int) -> None:
    await by_levels(world)
    acting = await officer(world)
    assert await refused(down(world, acting, CITY, quantity)) == ("numbering.move_invalid", 422)


async def test_a_region_that_ends_leaves_its_numbers_to_the_next(world: World) -> None:
    await by_levels(world)
    city, other = CITY, OTHER
    await down(world, await officer(world), city, 10)
    async with world.database.system() as connection:
        await follow_region(connection, city, other, acting=ACTING)
    assert await stock(world, city) == (10, 0, 0, 10, 0)
    assert (await stock(world, other))[4] == 10


@pytest.mark.parametrize(
    "attack",
    [
        "UPDATE number_lots SET next_number = next_number + 1",
        "UPDATE number_pools SET next_number = next_number + 1",
        "UPDATE number_lots SET next_number = first_number WHERE next_number > first_number",
        "UPDATE number_lots SET last_number = last_number + 1",
        "DELETE FROM number_lots",
        "UPDATE number_moves SET quantity = 1",
        "INSERT INTO number_lots (move_id, region_code, kind_code, code, first_number, last_number, next_number) "
        "SELECT move_id, region_code, kind_code, code, first_number, last_number, first_number FROM number_lots",
        "INSERT INTO number_lots (move_id, region_code, kind_code, code, first_number, last_number, next_number) "
        "SELECT move_id, region_code, kind_code, code, 5000000000, 5000000001, 5000000000 FROM number_lots",
        "INSERT INTO segments (unit_id, kind_code, code, first_number, last_number) "
        "SELECT (SELECT min(unit_id) FROM units), kind_code, code, first_number, last_number FROM number_lots "
        "WHERE next_number = first_number",
        "INSERT INTO segments (unit_id, kind_code, code, first_number, last_number) "
        "SELECT (SELECT min(unit_id) FROM units), kind_code, code, 5000000000, 5000000001 FROM number_lots",
    ],
)
async def test_the_database_keeps_one_holder_of_each_number(world: World, attack: str) -> None:
    await by_levels(world)
    city, county = CITY, COUNTY
    await down(world, await officer(world), city, 10)
    await down(world, await officer(world, city), county, 4)
    owner = await asyncpg.connect(world.url)
    try:
        with pytest.raises(asyncpg.IntegrityConstraintViolationError):
            await owner.execute(attack)
    finally:
        await owner.close()


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_moves_every_number_has_one_holder(world: World, seed: int) -> None:
    """Random moves, grants and emptied stocks: none is lost, and by the invariants that are asked at the end none has two."""
    draws = random.Random(seed)
    await by_levels(world)
    city, county = CITY, COUNTY
    people = {each: await officer(world, each) for each in (PROVINCE, city, county)}
    hospital = world.province.other_hospital
    model = dict.fromkeys((city, county), 0)
    refusals: list[tuple[str, str, bool]] = []
    catalog = await world.catalog.get()
    code = catalog.bill_code(catalog.kinds[KIND])
    for step in range(40):
        quantity, number = draws.randint(1, 30), f"S-{step}"
        what = draws.choice(["down", "down", "further", "back", "up", "grant", "empty"])
        giver, taker = {
            "down": (PROVINCE, city),
            "further": (city, county),
            "back": (county, city),
            "up": (city, PROVINCE),
        }.get(what, ("", ""))
        if what == "empty":
            await emptied(world, hospital)
            continue
        if what == "grant":
            giver = hospital.unit.region_code
        try:
            if what == "grant":
                async with world.database.system() as connection:
                    await allot(connection, hospital.unit_id, KIND, code, quantity, acting=ACTING)
            elif what in ("down", "further"):
                await down(world, people[giver], taker, quantity, number)
            else:
                await up(world, people[giver], quantity, number)
        except Refusal as refusal:
            refusals.append((refusal.problems[0].code, what, model[giver] < quantity))
            continue
        for region, change in ((giver, -quantity), (taker, quantity)):
            if region in model:
                model[region] += change
    assert {each: (await stock(world, each))[4] for each in model} == model
    held = await world.value(
        "SELECT (SELECT sum(last_number - first_number + 1) FROM segments WHERE code = $1) "
        "+ (SELECT sum(last_number - next_number + 1) FROM number_lots WHERE code = $1)",
        code,
    )
    assert held == await world.value("SELECT next_number - 1 FROM number_pools WHERE code = $1", code)
    # A grant is one run of numbers, so that a stock in pieces may have enough of them and yet refuse.
    assert all(short or what == "grant" for _, what, short in refusals)
    assert {code for code, _, _ in refusals} <= {"numbering.region_short", "numbering.move_invalid"}


async def test_a_department_hears_once_of_a_stock_that_runs_out_and_no_more_when_it_is_filled(
    world: World, clock: StoppedClock
) -> None:
    """The hospital of the city used 20 a month, so that 10 numbers are gone within two weeks."""
    hospital = world.province.other_hospital
    await used(world, clock, 20, resident=hospital)
    await add_up_closed_days(world.database)
    await watch_stocks(world.database)
    assert await low(world) == [], "the province gives numbers to all units"
    await by_levels(world)
    province, city_officer = await officer(world), await officer(world, CITY)
    await down(world, province, CITY, 10)
    (found,) = await low(world)
    assert (found[0], found[1], (found[2] - today()).days < 30) == (CITY, KIND, True)
    await watch_stocks(world.database)
    await watch_stocks(world.database)
    assert await low(world) == [found]
    assert await told(world) == [(CITY, False)]
    # What lies in the county below does not help the city's own units, and the whole area has enough.
    await down(world, province, CITY, 500, "M-2")
    assert (await low(world), await told(world)) == ([], [(CITY, True)])
    await down(world, city_officer, COUNTY, 500)
    await watch_stocks(world.database)
    assert [each[0] for each in await low(world)] == [CITY]
    async with world.database.system() as connection:
        (city,) = await department_stocks(connection, [CITY], {})
    assert city.outlook.runs_out_on == found[2]
    assert city.whole.runs_out_on is None
    clock.move(seconds=1)
    await by_levels(world, by_levels=False)
    await watch_stocks(world.database)
    assert await low(world) == []


async def low(world: World) -> list[tuple[str, str, date]]:
    """Warnings that stand: region, kind, and the day."""
    rows = await world.rows("SELECT region_code, kind_code, runs_out_on FROM low_stocks ORDER BY 1, 2")
    return [tuple(row) for row in rows]


async def told(world: World) -> list[tuple[str, bool]]:
    """Who was told of a stock that is low, and whether that is settled."""
    rows = await world.rows(
        "SELECT region_code, settled_at IS NOT NULL FROM messages WHERE topic LIKE 'low_stock:%' ORDER BY message_id"
    )
    return [tuple(row) for row in rows]
