"""退回注销: a unit gives a segment back, a closed unit gives all; nobody gets these numbers again."""

import csv
import io
from typing import Any

import pytest
from tests.supply.asking import KIND, ask, emptied, used, wanted
from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Resident
from tests.support.world import World, a_world
from tests.writeoff.casework import person
from tests.writeoff.months import unit_of

from mingpiao.identity.model import Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering.model import ReturnedFilter, SegmentFilter, SegmentState
from mingpiao.numbering.service import list_returned, list_segments, withdraw_stock
from mingpiao.supply.service import give_back_segment, set_supply_order, trace_number

world = a_world("peopled")


async def segments(world: World, resident: Resident) -> list[Any]:
    """The segments of a unit's kind, newest first."""
    async with world.database.system() as connection:
        wanted = SegmentFilter(unit_id=resident.unit_id, kind_code=KIND)
        return list((await list_segments(connection, wanted)).items)


async def give_back(world: World, resident: Resident, segment_id: int, **changes: Any) -> int:
    acting = changes.get("acting") or await person(world, Role.UNIT_MANAGER, unit=resident)
    async with world.database.system() as connection:
        return await give_back_segment(
            connection, resident.unit_id, segment_id, changes.get("reason", "业务停办"), acting=acting
        )


async def test_what_is_left_of_a_segment_is_cancelled_and_the_next_one_goes_on(
    world: World, clock: StoppedClock
) -> None:
    hospital = world.province.hospital
    await used(world, clock, 40)
    made = [
        await ask(world, hospital, wanted(5, request_no=f"R-{number}"), acting=unit_of(hospital))
        for number in range(2)
    ]
    first = await world.issue(hospital, *hospital.requests(42, kind=KIND)[40:])
    newest, using = (await segments(world, hospital))[:2]
    assert (using.state, using.free, newest.free) == (SegmentState.IN_USE, 3, 5)
    manager = await person(world, Role.UNIT_MANAGER, unit=hospital)
    assert await give_back(world, hospital, using.segment_id, acting=manager) == 3
    with pytest.raises(Refusal, match="已经用完或退回"):
        await give_back(world, hospital, using.segment_id, acting=manager)
    (later,) = await world.issue(hospital, *hospital.requests(43, kind=KIND)[42:])
    assert int(later.number) == made[1].first
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        back = (await list_returned(connection, ReturnedFilter(way="unit"))).items
        trace = await trace_number(connection, made[0].code, f"{made[0].last:010d}", catalog)
        taken = await trace_number(connection, first[0].code, first[0].number, catalog)
    assert [(each.first, each.last, each.reason) for each in back] == [
        (int(first[-1].number) + 1, made[0].last, "业务停办")
    ]
    assert trace.holder == "已退回注销，不再发放"
    assert trace.steps[-1].what == "未使用，退回注销（单位退回：业务停办），不再发放"
    assert taken.holder == "已开具的票据"
    assert await world.value("SELECT count(*) FROM messages WHERE topic LIKE 'segment_return:%'") == 1
    assert (
        await world.value(
            "SELECT count(*) FROM audit_log WHERE action = 'segment:return' AND details ? 'reason'"
        )
        == 1
    )


async def test_who_and_what_is_refused(world: World) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    (own, *_), (theirs, *_) = await segments(world, hospital), await segments(world, other)
    manager = await person(world, Role.UNIT_MANAGER, unit=hospital)
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    for changes, segment_id, code, status in (
        ({"acting": handler}, own.segment_id, "access.denied", 403),
        ({"acting": manager}, theirs.segment_id, "supply.segment_unknown", 404),
        ({"acting": manager}, -1, "supply.segment_unknown", 404),
        ({"acting": manager, "reason": " "}, own.segment_id, "supply.return_invalid", 422),
        ({"acting": manager, "reason": "字" * 201}, own.segment_id, "supply.return_invalid", 422),
    ):
        with pytest.raises(Refusal) as caught:
            await give_back(world, hospital, segment_id, **changes)
        assert (caught.value.problems[0].code, caught.value.problems[0].status) == (code, status)
    assert await world.value("SELECT count(*) FROM returned_numbers") == 0


async def manager_of(world: World, resident: Resident) -> Any:
    async with world.database.system() as connection:
        await create_account(
            connection,
            username="guanli",
            display_name="票据管理员",
            role=Role.UNIT_MANAGER,
            password=PASSWORD,
            unit_id=resident.unit_id,
            acting=ACTING,
        )
    return await world.browser("guanli")


async def test_pages_of_segments_and_of_what_was_given_back(world: World) -> None:
    hospital = world.province.hospital
    browser = await manager_of(world, hospital)
    (held, *_) = await segments(world, hospital)
    address = f"/unit/supply/segments/{held.segment_id}/return"
    listed = await browser.get("/unit/supply/segments")
    assert address in listed.text
    form = await browser.get(address)
    assert f"共{held.free:,}个" in form.text
    assert (await browser.submit(form, address, reason="")).status_code == 422
    assert (await browser.submit(form, address, reason="改为在线开票")).status_code == 303
    assert (await browser.submit(form, address, reason="改为在线开票")).status_code == 409
    assert address not in (await browser.get("/unit/supply/segments")).text
    officer = await world.browser("officer")
    exported = await officer.get("/finance/supply/returned/export.csv")
    (row,) = csv.DictReader(io.StringIO(exported.content.decode("utf-8-sig")))
    assert (row["数量"], row["原因"], row["说明"]) == (str(held.free), "单位退回", "改为在线开票")
    elsewhere = await world.browser("elsewhere")
    assert "改为在线开票" not in (await elsewhere.get("/finance/supply/returned/export.csv")).text


async def test_the_order_of_a_kind_that_was_withdrawn_is_switched_off(world: World) -> None:
    hospital = world.province.hospital
    browser = await manager_of(world, hospital)
    manager = await person(world, Role.UNIT_MANAGER, unit=hospital)
    async with world.database.system() as connection:
        await set_supply_order(connection, hospital.unit_id, KIND, 20, active=True, acting=manager)
        await withdraw_stock(connection, hospital.unit_id, KIND, "不再使用", acting=ACTING)
    home = await browser.get("/unit/supply")
    assert "已收回的票据种类" in home.text
    off = await browser.post(
        f"/unit/supply/automatic/{KIND}", {"csrf_token": await browser.csrf_token(), "active": "no"}
    )
    assert off.status_code == 303
    assert "已收回的票据种类" not in (await browser.get("/unit/supply")).text
    for kind, active in ((KIND, True), ("9999", False)):
        async with world.database.system() as connection:
            with pytest.raises(Refusal) as caught:
                await set_supply_order(connection, hospital.unit_id, kind, 20, active=active, acting=manager)
        assert caught.value.problems[0].code == "unit.kind_not_granted"


async def test_an_online_unit_sees_what_it_drew(world: World) -> None:
    office = world.province.office
    await world.issue(office, *office.requests(1, kind="0101"))
    await emptied(world, world.province.hospital)
    async with world.database.system() as connection:
        (drawn,) = (
            await list_segments(connection, SegmentFilter(unit_id=office.unit_id, kind_code="0101"))
        ).items
        given = (
            await list_segments(connection, SegmentFilter(unit_id=world.province.hospital.unit_id))
        ).items
    assert drawn.drawn_by_bill
    assert not any(each.drawn_by_bill for each in given)
