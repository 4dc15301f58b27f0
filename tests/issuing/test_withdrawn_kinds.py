"""收回票据种类: nothing more is issued of a kind, its past goes on, and it can be given back."""

import pytest
from tests.support.province import ACTING, Resident
from tests.support.waiting import until
from tests.support.world import World, bill_of, codes_of, reversal_of

from mingpiao.issuing.model import Bill, Outcome
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.service import kinds_of_unit, stock_levels
from mingpiao.units.service import give_numbers, grant_kinds, withdraw_kind

REASON = "业务已划转"
KIND = "0601"


async def withdraw(world: World, resident: Resident, kind: str = KIND, reason: str = REASON) -> int:
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await withdraw_kind(connection, resident.unit_id, kind, reason, catalog, acting=ACTING)


async def grant(world: World, resident: Resident, kind: str = KIND) -> None:
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        await grant_kinds(connection, resident.unit_id, [kind], catalog, acting=ACTING)

    async def heard() -> bool:
        return kind in (await world.units.profile(resident.unit_id)).kind_codes

    await until(heard, "the desk has not heard of the kind")


async def reverse(world: World, resident: Resident, bill: Bill) -> Outcome:
    (outcome,) = await world.desk.reverse(resident.unit_id, [reversal_of(bill)], acting=ACTING)
    return outcome


async def test_nothing_more_is_issued_and_old_bills_are_reversed(world: World) -> None:
    hospital = world.province.hospital
    first, second, third = hospital.requests(3, kind=KIND)
    (bill,) = await world.issue(hospital, first)
    async with world.database.system() as connection:
        before = {each.kind_code: each.free for each in await stock_levels(connection, hospital.unit_id)}
    assert await withdraw(world, hospital) == before[KIND]

    (refused,) = await world.desk.issue(hospital.unit_id, [second], acting=ACTING)
    assert codes_of(refused) == [("bill.kind_not_allowed", "kind")]
    async with world.database.system() as connection:
        assert KIND not in await kinds_of_unit(connection, hospital.unit_id)
        levels = {each.kind_code: each.free for each in await stock_levels(connection, hospital.unit_id)}
    assert levels == {kind: free for kind, free in before.items() if kind != KIND}

    red = bill_of(await reverse(world, hospital, bill))
    assert red.code == bill.code
    assert int(red.number) > before[KIND]
    segments = await world.rows(
        "SELECT state, last_number - first_number + 1 AS count FROM segments "
        "WHERE unit_id = $1 AND kind_code = $2 ORDER BY segment_id",
        hospital.unit_id,
        KIND,
    )
    assert [(row["state"], row["count"]) for row in segments][-1] == ("in_use", 1), (
        "no number more than needed"
    )

    await grant(world, hospital)
    (empty,) = await world.desk.issue(hospital.unit_id, [second], acting=ACTING)
    assert codes_of(empty) == [("numbering.out_of_stock", "")]
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        segment = await give_numbers(connection, hospital.unit_id, KIND, 5, catalog, acting=ACTING)
    (again,) = await world.issue(hospital, third)
    assert int(again.number) == segment.first
    assert await withdraw(world, hospital) == 4


async def test_an_online_unit_gets_the_kind_back_and_goes_on(world: World) -> None:
    office = world.province.office
    kind = sorted(office.entry.kinds)[0]
    first, second = office.requests(2, kind=kind)
    (bill,) = await world.issue(office, first)
    assert await withdraw(world, office, kind) > 0
    bill_of(await reverse(world, office, bill))
    await grant(world, office, kind)
    (again,) = await world.issue(office, second)
    assert int(again.number) > int(bill.number)


async def test_the_unit_is_told_once_and_the_trail_names_the_reason(world: World) -> None:
    hospital = world.province.hospital
    count = await withdraw(world, hospital)
    with pytest.raises(Refusal) as twice:
        await withdraw(world, hospital)
    assert [problem.code for problem in twice.value.problems] == ["unit.kind_not_granted"]
    (message,) = await world.rows(
        "SELECT title, body, urgent FROM messages WHERE unit_id = $1", hospital.unit_id
    )
    assert message["title"].startswith("财政部门已收回票据种类“")
    assert f"原因：{REASON}。" in message["body"]
    assert f"已退回{count:,}个" in message["body"]
    assert message["urgent"] is True
    trail = await world.rows("SELECT details FROM audit_log WHERE action = 'stock:withdraw'")
    assert [row["details"] for row in trail] == [{"kind": KIND, "reason": REASON}]


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "\x07"])
async def test_a_reason_is_needed(world: World, reason: str) -> None:
    hospital = world.province.hospital
    with pytest.raises(Refusal) as caught:
        await withdraw(world, hospital, reason=reason)
    assert [(each.code, each.field) for each in caught.value.problems] == [("unit.reason_missing", "reason")]
    assert await world.value("SELECT count(*) FROM stocks WHERE withdrawn") == 0
    assert await world.value("SELECT count(*) FROM returned_numbers") == 0
