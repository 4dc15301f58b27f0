"""调拨: numbers of a unit go to its points, between them and back; each has one holder, and the trace tells the way."""

from secrets import token_hex
from typing import Any

import asyncpg
import pytest
from tests.supply.asking import KIND, ask, emptied, used, wanted
from tests.supply.test_points import belongs, points, told
from tests.supply.test_returning import give_back, manager_of, segments
from tests.support.province import ACTING, Resident
from tests.support.world import World, a_world
from tests.writeoff.casework import person
from tests.writeoff.months import unit_of

from mingpiao.identity.model import Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.numbering.model import HeldSegment, NumberTransfer, SegmentFilter, SegmentState
from mingpiao.numbering.service import list_segments, return_numbers, stock_levels, withdraw_stock
from mingpiao.supply.service import trace_number, transfer_segment
from mingpiao.units.service import switch_point

world = a_world("peopled")


async def transfer(
    world: World, resident: Resident, segment_id: int, to_point: str, quantity: int, **changes: Any
) -> NumberTransfer:
    acting = changes.get("acting") or await person(world, Role.UNIT_MANAGER, unit=resident)
    number = changes.get("request_no", token_hex(4))
    async with world.database.system() as connection:
        return await transfer_segment(
            connection, resident.unit_id, segment_id, to_point, quantity, number, acting=acting
        )


async def held(world: World, resident: Resident) -> list[tuple[str, int, int, str, int]]:
    """A unit's segments, oldest first: holder, first, last, state, and free numbers."""
    return [
        (each.point_code, each.first, each.last, each.state.value, each.free)
        for each in reversed(await segments(world, resident))
    ]


async def free(world: World, resident: Resident) -> int:
    async with world.database.system() as connection:
        return {each.kind_code: each.free for each in await stock_levels(connection, resident.unit_id)}[KIND]


async def stocked(world: World, clock: StoppedClock) -> tuple[Resident, HeldSegment]:
    """The hospital with two points and one segment of ten numbers, of which two bills took the first."""
    await used(world, clock)
    hospital = world.province.hospital
    await points(world, hospital)
    await ask(world, hospital, wanted(10), acting=unit_of(hospital))
    await world.issue(hospital, *hospital.requests(6, kind=KIND)[4:])
    segment = (await segments(world, hospital))[0]
    assert (segment.state, segment.free) == (SegmentState.IN_USE, 8)
    return hospital, segment


async def test_the_end_of_a_segment_goes_to_a_point_and_back(world: World, clock: StoppedClock) -> None:
    hospital, segment = await stocked(world, clock)
    first = segment.first
    gone = (await held(world, hospital))[:-1]
    made = await transfer(world, hospital, segment.segment_id, "MZ", 5)
    assert (made.first, made.last, made.from_point, made.to_point) == (first + 5, first + 9, "", "MZ")
    assert await held(world, hospital) == [
        *gone,
        ("", first, first + 4, "in_use", 3),
        ("MZ", first + 5, first + 9, "in_stock", 5),
    ]
    assert await free(world, hospital) == 8
    at_point = (await segments(world, hospital))[0]
    await transfer(world, hospital, at_point.segment_id, "ZY", 2)
    await transfer(world, hospital, at_point.segment_id, "", 3)
    assert await held(world, hospital) == [
        *gone,
        ("", first, first + 4, "in_use", 3),
        ("", first + 5, first + 7, "in_stock", 3),
        ("ZY", first + 8, first + 9, "in_stock", 2),
    ]
    assert await free(world, hospital) == 8
    # The common stock goes on, over what came back to it.
    bills = await world.issue(hospital, *hospital.requests(12, kind=KIND)[6:])
    assert [int(bill.number) for bill in bills] == [first + each for each in range(2, 8)]
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        trace = await trace_number(connection, segment.code, f"{first + 9:010d}", catalog)
        back = await trace_number(connection, segment.code, f"{first + 5:010d}", catalog)
    assert trace.holder == "用票单位库存（开票点ZY）"
    assert [each.what for each in trace.steps] == [
        f"随号段{first + 8:010d}至{first + 9:010d}发放给{hospital.unit.name}，申请编号R-1",
        f"随号段{first + 5:010d}至{first + 9:010d}由单位公共库存调拨给开票点MZ（票据管理员）",
        f"随号段{first + 8:010d}至{first + 9:010d}由开票点MZ调拨给开票点ZY（票据管理员）",
    ]
    assert back.holder == "已开具的票据"
    assert [each.what for each in back.steps[2:]] == [
        f"随号段{first + 5:010d}至{first + 7:010d}由开票点MZ调拨给单位公共库存（票据管理员）",
        "开具票据",
    ]
    assert await world.value("SELECT count(*) FROM audit_log WHERE action = 'segment:transfer'") == 3


async def test_all_that_is_left_may_go(world: World, clock: StoppedClock) -> None:
    hospital, segment = await stocked(world, clock)
    first = segment.first
    await transfer(world, hospital, segment.segment_id, "MZ", 8)
    (last, at_point) = (await held(world, hospital))[-2:]
    assert last == ("", first, first + 1, "used", 0)
    assert at_point == ("MZ", first + 2, first + 9, "in_stock", 8)
    (outcome,) = await world.services.desk.issue(
        hospital.unit_id, hospital.requests(7, kind=KIND)[6:], acting=ACTING
    )
    assert [each.code for each in outcome.problems] == ["numbering.out_of_stock"]
    made = await ask(world, hospital, wanted(2, request_no="R-2"), acting=unit_of(hospital))
    bills = await world.issue(hospital, *hospital.requests(7, kind=KIND)[6:])
    assert int(bills[0].number) == made.first
    # A whole segment that nobody has begun keeps its row.
    await transfer(world, hospital, (await segments(world, hospital))[1].segment_id, "ZY", 8)
    assert ("ZY", first + 2, first + 9, "in_stock", 8) in await held(world, hospital)


async def test_one_form_is_one_transfer(world: World, clock: StoppedClock) -> None:
    hospital, segment = await stocked(world, clock)
    made = await transfer(world, hospital, segment.segment_id, "MZ", 3, request_no="T-1")
    assert await transfer(world, hospital, segment.segment_id, "MZ", 3, request_no="T-1") == made
    problem = await told(transfer(world, hospital, segment.segment_id, "MZ", 2, request_no="T-1"))
    assert problem.code == "numbering.request_no_used"
    assert await world.value("SELECT count(*) FROM number_transfers") == 1


async def test_who_and_what_is_refused(world: World, clock: StoppedClock) -> None:
    hospital, segment = await stocked(world, clock)
    await points(world, world.province.other_hospital, "WZ")
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    stranger = await person(world, Role.UNIT_MANAGER, unit=world.province.other_hospital)
    theirs = (await segments(world, world.province.other_hospital))[0]
    spent = next(each for each in await segments(world, hospital) if not each.free)
    async with world.database.system() as connection:
        await switch_point(connection, hospital.unit_id, "ZY", False, acting=ACTING)
    own = segment.segment_id
    for segment_id, to_point, quantity, changes, expected in (
        (own, "MZ", 1, {"acting": handler}, ("access.denied", "", 403)),
        (own, "MZ", 1, {"acting": stranger}, ("access.denied", "", 403)),
        (own, "MZ", 1, {"acting": ACTING}, ("access.denied", "", 403)),
        (theirs.segment_id, "MZ", 1, {}, ("supply.segment_unknown", "", 404)),
        (-1, "MZ", 1, {}, ("supply.segment_unknown", "", 404)),
        (own, "WZ", 1, {}, ("supply.transfer_invalid", "to_point", 422)),
        (own, "ZY", 1, {}, ("supply.transfer_invalid", "to_point", 422)),
        (own, "*", 1, {}, ("supply.transfer_invalid", "to_point", 422)),
        (own, "MZ", 0, {}, ("supply.transfer_invalid", "quantity", 422)),
        (own, "MZ", 10**12, {}, ("supply.transfer_invalid", "quantity", 422)),
        (own, "MZ", 1, {"request_no": ""}, ("supply.transfer_invalid", "request_no", 422)),
        (own, "MZ", 9, {}, ("numbering.segment_short", "quantity", 409)),
        (own, "", 1, {}, ("numbering.same_holder", "to_point", 422)),
        (spent.segment_id, "MZ", 1, {}, ("numbering.segment_spent", "", 409)),
    ):
        problem = await told(transfer(world, hospital, segment_id, to_point, quantity, **changes))
        assert (problem.code, problem.field, problem.status) == expected
    assert await world.value("SELECT count(*) FROM number_transfers") == 0


async def test_a_request_of_a_point_stocks_it_and_what_is_not_needed_goes_back(
    world: World, clock: StoppedClock
) -> None:
    hospital, _ = await stocked(world, clock)
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    await belongs(world, hospital, handler)
    made = await ask(world, hospital, wanted(4, request_no="R-2", point_code="MZ"), acting=handler)
    assert (await held(world, hospital))[-1] == ("MZ", made.first, made.last, "in_stock", 4)
    bills = await world.issue(hospital, *hospital.requests(7, kind=KIND)[6:])
    assert made.first is not None
    assert int(bills[0].number) < made.first
    assert await give_back(world, hospital, (await segments(world, hospital))[0].segment_id) == 4
    assert (await held(world, hospital))[-1] == ("MZ", made.first, made.last, "returned", 0)


@pytest.mark.parametrize("way", ["close", "withdraw"])
async def test_closing_and_withdrawing_take_what_points_have(
    world: World, clock: StoppedClock, way: str
) -> None:
    hospital, segment = await stocked(world, clock)
    await transfer(world, hospital, segment.segment_id, "MZ", 5)
    async with world.database.system() as connection:
        if way == "close":
            await return_numbers(connection, hospital.unit_id, "单位撤销", acting=ACTING)
        else:
            await withdraw_stock(connection, hospital.unit_id, KIND, "不再使用", acting=ACTING)
    assert [each[3:] for each in (await held(world, hospital))[-2:]] == [("returned", 0), ("returned", 0)]
    rows = await world.rows(
        "SELECT first_number, last_number, way FROM returned_numbers WHERE way = $1 AND kind_code = $2 "
        "AND first_number >= $3 ORDER BY first_number",
        way,
        KIND,
        segment.first,
    )
    first = segment.first
    assert [tuple(row) for row in rows] == [(first + 2, first + 4, way), (first + 5, first + 9, way)]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE segments SET last_number = last_number - 1 WHERE segment_id = $1",
        "UPDATE segments SET last_number = last_number + 1 WHERE segment_id = $1",
        "UPDATE segments SET last_number = first_number WHERE segment_id = $1",
        "UPDATE segments SET point_code = 'MZ' WHERE segment_id = $1",
        "UPDATE segments SET unit_id = unit_id + 1 WHERE segment_id = $1",
        "INSERT INTO segments (unit_id, kind_code, code, first_number, last_number, point_code) "
        "SELECT unit_id, kind_code, code, last_number, last_number, 'MZ' FROM segments WHERE segment_id = $1",
        "UPDATE point_stocks SET next_number = 5, last_number = 9 WHERE $1 > 0",
        "UPDATE stocks SET last_number = last_number - 1 WHERE segment_id = $1",
        "UPDATE stocks SET segment_id = NULL, code = NULL, next_number = 1, last_number = 0 WHERE segment_id = $1",
    ],
)
async def test_the_database_itself_keeps_one_holder(
    world: World, clock: StoppedClock, statement: str
) -> None:
    """Whatever the platform's own login writes: no number is lost, none has two holders, and nothing goes back."""
    hospital, segment = await stocked(world, clock)
    await transfer(world, hospital, segment.segment_id, "MZ", 5)
    before = await held(world, hospital)
    with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)):
        await world.database.pool.execute(statement, segment.segment_id)
    assert await held(world, hospital) == before


async def test_pages_of_transfers(world: World, clock: StoppedClock) -> None:
    hospital, segment = await stocked(world, clock)
    browser = await manager_of(world, hospital)
    address = f"/unit/supply/segments/{segment.segment_id}/transfer"
    assert address in (await browser.get("/unit/supply/segments")).text
    form = await browser.get(address)
    assert "共8个" in form.text
    assert '<option value="*"' not in form.text
    for values, status in (
        ({"to_point": "", "quantity": "5"}, 422),
        ({"to_point": "XX", "quantity": "5"}, 422),
        ({"to_point": "MZ", "quantity": "五"}, 422),
        ({"to_point": "MZ", "quantity": "9"}, 409),
        ({"to_point": "MZ", "quantity": "5"}, 303),
        ({"to_point": "MZ", "quantity": "5"}, 303),
    ):
        assert (await browser.submit(form, address, **values)).status_code == status, values
    listed = await browser.get("/unit/supply/segments?point=MZ")
    assert "MZ收费处" in listed.text
    assert f"{segment.first + 9:010d}" in listed.text
    assert f"{segment.first:010d}" not in listed.text
    common = await browser.get("/unit/supply/segments?point=*")
    assert f"{segment.first:010d}" in common.text
    async with world.database.system() as connection:
        at_point = SegmentFilter(unit_id=hospital.unit_id, point_code="MZ")
        (onward,) = (await list_segments(connection, at_point)).items
    address = f"/unit/supply/segments/{onward.segment_id}/transfer"
    form = await browser.get(address)
    assert '<option value="*"' in form.text
    assert (await browser.submit(form, address, to_point="*", quantity="5")).status_code == 303
    assert (await browser.get("/unit/supply/segments/999999/transfer")).status_code == 404


async def test_a_unit_without_points_transfers_nothing(world: World) -> None:
    hospital = world.province.hospital
    browser = await manager_of(world, hospital)
    assert "/transfer" not in (await browser.get("/unit/supply/segments")).text
    await emptied(world, hospital)
