"""开票点 of a unit: who acts for which, and requests in the name of one."""

from typing import Any

import pytest
from tests.supply.asking import KIND, ask, used, wanted
from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Resident
from tests.support.world import World, a_world
from tests.writeoff.casework import person
from tests.writeoff.months import unit_of

from mingpiao.identity.model import Acting, Role
from mingpiao.identity.service import create_account
from mingpiao.kernel.clock import StoppedClock
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.supply.model import Requisition
from mingpiao.units.model import IssuingPoint
from mingpiao.units.service import (
    add_point_person,
    people_of_points,
    points_open_to,
    remove_point_person,
    save_point,
    switch_point,
)

world = a_world("peopled")


async def points(world: World, resident: Resident, *codes: str) -> None:
    """Points of a unit, called by their codes."""
    async with world.database.system() as connection:
        for code in codes or ("MZ", "ZY"):
            point = IssuingPoint(unit_id=resident.unit_id, code=code, name=f"{code}收费处")
            await save_point(connection, point, acting=ACTING)


async def manager_of(world: World, resident: Resident) -> Acting:
    return await person(world, Role.UNIT_MANAGER, unit=resident)


async def belongs(
    world: World, resident: Resident, somebody: Acting, code: str = "MZ", **changes: Any
) -> None:
    """Somebody's account joins a point's list."""
    acting = changes.get("acting") or await manager_of(world, resident)
    async with world.database.system() as connection:
        account_id = changes.get("account_id", somebody.account_id)
        await add_point_person(connection, resident.unit_id, code, account_id, acting=acting)


async def told(attempt: Any) -> Problem:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.problems[0]


async def test_a_request_in_the_name_of_a_point(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    await points(world, hospital)
    await points(world, world.province.other_hospital, "WZ")
    bound = await person(world, Role.UNIT_HANDLER, unit=hospital)
    free = await person(world, Role.UNIT_HANDLER, unit=hospital)
    await belongs(world, hospital, bound)

    async def request(code: str, acting: Acting, number: str = "R-1") -> Requisition:
        return await ask(world, hospital, wanted(2, point_code=code, request_no=number), acting=acting)

    for code, acting, expected, status in (
        ("ZY", bound, "point.not_yours", 403),
        ("", bound, "point.required", 422),
        ("WZ", bound, "point.not_of_unit", 422),
        ("WZ", free, "point.not_of_unit", 422),
        ("WZ", unit_of(hospital), "point.not_of_unit", 422),
    ):
        problem = await told(request(code, acting))
        assert (problem.code, problem.field, problem.status) == (expected, "point", status)
    assert await world.value("SELECT count(*) FROM requisitions") == 0
    made = await request("MZ", bound)
    assert (made.point_code, made.granted) == ("MZ", 2)
    assert (await request("MZ", bound)).requisition_id == made.requisition_id
    assert (await told(request("ZY", free))).code == "supply.request_no_used"
    for number, code, acting in (("R-2", "ZY", free), ("R-3", "", free), ("R-4", "ZY", unit_of(hospital))):
        assert (await request(code, acting, number)).point_code == code
    async with world.database.system() as connection:
        await switch_point(connection, hospital.unit_id, "ZY", False, acting=ACTING)
    assert (await told(request("ZY", free, "R-5"))).code == "point.not_of_unit"
    details = await world.value(
        "SELECT details ->> 'point' FROM audit_log WHERE action = 'requisition:ask' ORDER BY audit_id LIMIT 1"
    )
    assert details == "MZ"


async def test_an_account_may_belong_to_several_points_and_to_none(world: World) -> None:
    hospital = world.province.hospital
    await points(world, hospital)
    manager = await manager_of(world, hospital)
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)

    async def open_to(acting: Acting) -> tuple[list[str], bool]:
        async with world.database.system() as connection:
            found, as_whole = await points_open_to(connection, hospital.unit_id, acting=acting)
        return sorted(found), as_whole

    assert await open_to(handler) == (["MZ", "ZY"], True)
    for code in ("MZ", "ZY", "MZ"):
        await belongs(world, hospital, handler, code, acting=manager)
    assert await open_to(handler) == (["MZ", "ZY"], False)
    for _ in range(2):
        async with world.database.system() as connection:
            await remove_point_person(
                connection, hospital.unit_id, "ZY", handler.account_id or 0, acting=manager
            )
    assert await open_to(handler) == (["MZ"], False)
    assert await open_to(manager) == (["MZ", "ZY"], True)
    assert await open_to(unit_of(hospital)) == (["MZ", "ZY"], True)
    async with world.database.system() as connection:
        assert await people_of_points(connection, hospital.unit_id) == {"MZ": (handler.account_id,)}
    rows = await world.rows(
        "SELECT action, count(*) AS rows FROM audit_log WHERE action LIKE 'issuing_point:%person' GROUP BY 1 ORDER BY 1"
    )
    assert [tuple(row) for row in rows] == [
        ("issuing_point:add_person", 2),
        ("issuing_point:remove_person", 1),
    ]


async def test_only_a_manager_of_the_unit_says_who_belongs_where(world: World) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    await points(world, hospital)
    await points(world, other, "WZ")
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    theirs = await person(world, Role.UNIT_HANDLER, unit=other)
    stranger = await manager_of(world, other)
    for code, changes, expected in (
        ("MZ", {"acting": handler}, "access.denied"),
        ("MZ", {"acting": stranger}, "access.denied"),
        ("MZ", {"acting": ACTING}, "access.denied"),
        ("WZ", {}, "point.not_of_unit"),
        ("", {}, "point.not_of_unit"),
        ("MZ", {"account_id": theirs.account_id}, "account.unknown"),
        ("MZ", {"account_id": -1}, "account.unknown"),
        ("MZ", {"account_id": 2**70}, "account.unknown"),
    ):
        assert (await told(belongs(world, hospital, handler, code, **changes))).code == expected
    assert await world.value("SELECT count(*) FROM point_people") == 0


async def test_pages_of_points(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    await points(world, hospital)
    async with world.database.system() as connection:
        for name, role in (("guanli", Role.UNIT_MANAGER), ("kaipiao", Role.UNIT_HANDLER)):
            await create_account(
                connection,
                username=name,
                display_name=f"{name}甲",
                role=role,
                password=PASSWORD,
                unit_id=hospital.unit_id,
                acting=ACTING,
            )
    manager, handler = await world.browser("guanli"), await world.browser("kaipiao")
    account = str(await world.value("SELECT account_id FROM accounts WHERE username = 'kaipiao'"))
    address = "/unit/supply/points/MZ"
    listed = await manager.get("/unit/supply/points")
    assert address in listed.text
    assert "/unit/supply/points" in (await manager.get("/unit/supply")).text
    form = await manager.get(address)
    assert (await manager.submit(form, f"{address}/people", account_id="")).status_code == 404
    assert (await manager.submit(form, f"{address}/people", account_id=account)).status_code == 303
    shown = await manager.get(address)
    assert "移出kaipiao甲" in shown.text
    assert (await manager.get("/unit/supply/points/XX")).status_code == 404
    seen = await handler.get(address)
    assert "kaipiao甲" in seen.text
    assert "移出kaipiao甲" not in seen.text
    token = await handler.csrf_token()
    denied = await handler.post(f"{address}/people", {"csrf_token": token, "account_id": account})
    assert denied.status_code == 403
    # Who belongs to one point asks in its name, whatever the form says.
    asking = f"/unit/supply/ask/{KIND}"
    form = await handler.get(asking)
    assert '<option value="MZ" selected>' in form.text
    assert "ZY收费处" not in form.text
    wrong = await handler.submit(form, asking, quantity="2", purpose="门诊收费", point="ZY")
    assert wrong.status_code == 403
    assert "您不是这个开票点的人员" in wrong.text
    assert (await handler.submit(form, asking, quantity="2", purpose="门诊收费")).status_code == 303
    assert await world.value("SELECT point_code FROM requisitions") == "MZ"
    assert (
        await manager.submit(shown, f"{address}/people", verb="remove", account_id=account)
    ).status_code == 303
    assert "移出kaipiao甲" not in (await manager.get(address)).text
