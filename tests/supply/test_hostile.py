"""Requests and standing orders where something else changes, or where somebody sends what nobody should."""

from typing import Any

import pytest
from tests.supply.asking import KIND, ask, emptied, free_of, used, wanted
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import manager, officer
from tests.writeoff.months import head, unit_of

from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import open_stock, withdraw_stock
from mingpiao.supply.following import follow_move
from mingpiao.supply.model import RequisitionState, SupplyPolicy
from mingpiao.supply.service import (
    grant_requisition,
    refuse_requisition,
    request_by_order,
    set_supply_order,
    set_supply_policy,
)

world = a_world()
_WAITING = "SELECT region_code FROM messages WHERE region_code IS NOT NULL AND settled_at IS NULL"


async def refused(attempt: Any) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.problems[0].code, caught.value.problems[0].status


async def test_blanks_around_a_purpose_are_no_other_request(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    first = await ask(world, hospital, wanted(5, purpose=" 门诊收费 "), acting=unit_of(hospital))
    again = await ask(world, hospital, wanted(5, purpose=" 门诊收费 "), acting=unit_of(hospital))
    assert again.requisition_id == first.requisition_id


@pytest.mark.parametrize("number", ["R\x00", "\x00", "R\ud800", "r" * 65, " "])
async def test_a_number_that_cannot_be_is_told(world: World, clock: StoppedClock, number: str) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    made = ask(world, hospital, wanted(5, request_no=number), acting=unit_of(hospital))
    assert await refused(made) == ("supply.request_invalid", 422)


async def test_a_kind_that_was_withdrawn_gets_no_numbers_from_a_person(world: World) -> None:
    hospital = world.province.hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))
    assert made.state is RequisitionState.REVIEW
    async with world.database.system() as connection:
        await withdraw_stock(connection, hospital.unit_id, KIND, "不再使用", acting=ACTING)
    catalog = await world.catalog.get()

    async def grant() -> None:
        async with world.database.system() as connection:
            await grant_requisition(
                connection,
                made.requisition_id,
                10,
                catalog,
                estimate=5,
                revision=made.revision,
                acting=await officer(world),
            )

    assert await refused(grant()) == ("unit.kind_not_granted", 409)
    assert await free_of(world, hospital) == 0


async def test_an_order_with_a_high_threshold_does_not_ask_for_single_numbers(
    world: World, clock: StoppedClock
) -> None:
    """Every ten minutes one more number and one more message: below the threshold, yet with enough for long."""
    await used(world, clock, bills=40)
    hospital = world.province.hospital
    async with world.database.system() as connection:
        await set_supply_order(
            connection, hospital.unit_id, KIND, 1_000_000, active=True, acting=await manager(world, hospital)
        )
    for _ in range(4):
        await request_by_order(world.database)
        clock.move(minutes=10)
    assert await world.value("SELECT count(*) FROM requisitions") == 1


async def test_an_order_for_a_kind_that_was_withdrawn_is_silent(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    boss = await manager(world, hospital)
    async with world.database.system() as connection:
        await set_supply_order(connection, hospital.unit_id, KIND, 5, active=True, acting=boss)
        await withdraw_stock(connection, hospital.unit_id, KIND, "不再使用", acting=ACTING)
    await request_by_order(world.database)
    assert await world.value("SELECT count(*) FROM messages WHERE title LIKE '%没有自动申领%'") == 0
    async with world.database.system() as connection:
        await open_stock(connection, hospital.unit_id, KIND, acting=ACTING)
    await request_by_order(world.database)
    assert await free_of(world, hospital) > 0


async def test_a_revision_beyond_all_numbers_is_another_one(world: World) -> None:
    acting = await head(world)

    async def change(revision: int) -> None:
        async with world.database.system() as connection:
            await set_supply_policy(connection, SupplyPolicy(), revision=revision, acting=acting)

    for revision in (2**31 - 1, 10**17, -1):
        assert await refused(change(revision)) == ("supply.policy_changed", 409)


async def test_of_a_request_of_a_unit_that_moves_only_the_present_department_is_told(world: World) -> None:
    hospital = world.province.hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))
    for region in (world.province.other_hospital.unit.region_code, hospital.unit.region_code):
        async with world.database.system() as connection:
            await follow_move(connection, hospital.unit_id, region)
        assert [row["region_code"] for row in await world.rows(_WAITING)] == [region]
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        await refuse_requisition(
            connection, made.requisition_id, "库存够用", catalog, revision=3, acting=await officer(world)
        )
    assert await world.rows(_WAITING) == []
