"""自动申领: asked for by the platform when stock is low, and told once where it cannot be."""

from typing import Any

import pytest
from tests.supply.asking import KIND, ask, free_of, used, wanted
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import manager, officer
from tests.writeoff.months import unit_of

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import lock_issuing, unlock_issuing
from mingpiao.supply import orders
from mingpiao.supply.looking import facts_of
from mingpiao.supply.service import request_by_order, set_supply_order

world = a_world()


async def order(
    world: World, below: int = 5, *, active: bool = True, kind: str = KIND, acting: Acting | None = None
) -> bool:
    hospital = world.province.hospital
    boss = acting or await manager(world, hospital)
    async with world.database.system() as connection:
        return await set_supply_order(connection, hospital.unit_id, kind, below, active=active, acting=boss)


async def told(world: World) -> list[str]:
    rows = await world.rows(
        "SELECT title FROM messages WHERE unit_id = $1 AND title LIKE '%自动申领%' ORDER BY message_id",
        world.province.hospital.unit_id,
    )
    return [row["title"] for row in rows]


async def requests(world: World) -> list[tuple[str, str, int]]:
    rows = await world.rows("SELECT origin, state, granted FROM requisitions ORDER BY requisition_id")
    return [tuple(row) for row in rows]


async def test_low_stock_is_filled_up_once(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    await order(world)
    await request_by_order(world.database)
    ((origin, state, granted),) = await requests(world)
    assert (origin, state) == ("order", "granted")
    assert granted == await free_of(world, world.province.hospital) >= 10
    assert len(await told(world)) == 1
    await request_by_order(world.database)
    assert len(await requests(world)) == 1


async def test_stock_above_the_threshold_is_left(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    await ask(world, hospital, wanted(5), acting=unit_of(hospital))
    await order(world, 5)
    await request_by_order(world.database)
    assert len(await requests(world)) == 1
    await order(world, 6)
    await request_by_order(world.database)
    assert len(await requests(world)) == 2


async def test_what_would_be_refused_is_told_once_and_not_written_down(
    world: World, clock: StoppedClock
) -> None:
    await used(world, clock)
    await order(world)
    hospital = world.province.hospital
    async with world.database.system() as connection:
        await lock_issuing(connection, hospital.unit_id, "suspended", acting=ACTING)
    for _ in range(3):
        await request_by_order(world.database)
    assert await requests(world) == []
    (title,) = await told(world)
    assert title.endswith("库存不足，没有自动申领")
    async with world.database.system() as connection:
        await unlock_issuing(connection, hospital.unit_id, "suspended", acting=ACTING)
    await request_by_order(world.database)
    assert len(await requests(world)) == 1


async def test_a_unit_without_use_is_asked_to_ask_itself(world: World) -> None:
    hospital = world.province.hospital
    await order(world, 1_000_000)
    await request_by_order(world.database)
    assert await requests(world) == []
    assert len(await told(world)) == 1
    assert await free_of(world, hospital) > 0


async def test_an_order_is_withdrawn(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    assert [await order(world), await order(world), await order(world, active=False)] == [True, False, True]
    await request_by_order(world.database)
    assert await requests(world) == []
    actions = await world.rows(
        "SELECT action FROM audit_log WHERE action LIKE 'supply_order:%' ORDER BY audit_id"
    )
    assert [row["action"] for row in actions] == ["supply_order:give", "supply_order:withdraw"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"below": 0}, "supply.order_invalid"),
        ({"below": 1_000_001}, "supply.order_invalid"),
        ({"kind": "0301"}, "unit.kind_not_granted"),
    ],
)
async def test_wrong_orders_are_refused(world: World, changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refusal) as refused:
        await order(world, **changes)
    assert refused.value.problems[0].code == code


async def test_only_the_units_manager_orders(world: World) -> None:
    hospital = world.province.hospital
    for acting in (unit_of(hospital), await officer(world), await manager(world, world.province.charity)):
        with pytest.raises(Refusal) as refused:
            await order(world, acting=acting)
        assert refused.value.problems[0].code == "access.denied"
    assert await world.value("SELECT count(*) FROM supply_orders") == 0


async def test_what_goes_wrong_with_one_unit_keeps_no_other_waiting(
    world: World, clock: StoppedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await used(world, clock)
    await order(world)
    other = world.province.other_hospital
    await world.value(
        "INSERT INTO supply_orders VALUES ($1, $2, 1000000, true, '', '某', now())", other.unit_id, KIND
    )
    seen: list[int] = []

    async def fails_for_the_first(connection: Any, unit_id: int, kind_code: str, code: str) -> Any:
        seen.append(unit_id)
        if len(seen) == 1:
            raise RuntimeError("unforeseen")
        return await facts_of(connection, unit_id, kind_code, code)

    monkeypatch.setattr(orders, "facts_of", fails_for_the_first)
    with pytest.raises(ExceptionGroup) as failed:
        await request_by_order(world.database)
    assert [str(each) for each in failed.value.exceptions] == ["unforeseen"]
    assert sorted(seen) == sorted([world.province.hospital.unit_id, other.unit_id])
