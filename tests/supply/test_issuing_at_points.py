"""Bills in the name of a 开票点: its own numbers first, then the common ones; who issues where is held and remembered."""

from typing import Any

import asyncpg
import msgspec
import pytest
from tests.supply.asking import KIND, ask, wanted
from tests.supply.test_points import belongs, points, told
from tests.supply.test_returning import segments
from tests.supply.test_transfers import held, stocked, transfer
from tests.support.browser import PASSWORD
from tests.support.province import ACTING, Resident
from tests.support.waiting import until
from tests.support.world import World, a_world
from tests.writeoff.casework import person
from tests.writeoff.months import unit_of

from mingpiao.identity.model import Acting, Role
from mingpiao.identity.service import create_account
from mingpiao.issuing.model import Issued, Outcome, ReversalRequest
from mingpiao.kernel.clock import StoppedClock
from mingpiao.units.service import choose_point, switch_point

replace = msgspec.structs.replace
world = a_world("peopled")


async def issue(
    world: World, resident: Resident, numbers: range, *, point: str = "", acting: Acting = ACTING
) -> list[Outcome]:
    requests = [replace(each, point=point) for each in resident.requests(numbers.stop, kind=KIND)]
    requests = requests[numbers.start :]
    return await world.services.desk.issue(resident.unit_id, requests, acting=acting)


def told_of(outcomes: list[Outcome]) -> list[Any]:
    """Number and point of what was issued, codes of problems else."""
    return [
        (int(each.bill.number), each.bill.point)
        if isinstance(each, Issued)
        else [problem.code for problem in each.problems]
        for each in outcomes
    ]


async def knows(world: World, resident: Resident, acting: Acting, point: str) -> None:
    """Wait until this process has heard for which point somebody issues."""

    async def heard() -> bool:
        profile = await world.services.units.profile(resident.unit_id)
        return profile.points.issued_at(acting.account_id) == point

    await until(heard)


async def with_points(world: World, clock: StoppedClock) -> tuple[Resident, int]:
    """The hospital, three numbers of whose eight are at MZ; the first free number."""
    hospital, segment = await stocked(world, clock)
    await transfer(world, hospital, segment.segment_id, "MZ", 3)

    async def heard() -> bool:
        return "MZ" in (await world.services.units.profile(hospital.unit_id)).points.codes

    await until(heard)
    return hospital, segment.first + 2


async def test_a_point_takes_its_own_numbers_and_then_common_ones(world: World, clock: StoppedClock) -> None:
    hospital, first = await with_points(world, clock)
    outcomes = await issue(world, hospital, range(6, 8), point="MZ")
    assert told_of(outcomes) == [(first + 5, "MZ"), (first + 6, "MZ")]
    assert told_of(await issue(world, hospital, range(8, 9))) == [(first, "")]
    assert told_of(await issue(world, hospital, range(9, 10), point="ZY")) == [(first + 1, "ZY")]
    outcomes = await issue(world, hospital, range(10, 13), point="MZ")
    assert told_of(outcomes) == [(first + 7, "MZ"), (first + 2, "MZ"), (first + 3, "MZ")]
    outcomes = await issue(world, hospital, range(13, 15), point="MZ")
    assert told_of(outcomes) == [(first + 4, "MZ"), ["numbering.out_of_stock"]]
    # Numbers that come later are used at once, over the end of what the point had.
    made = await ask(world, hospital, wanted(2, request_no="R-2", point_code="MZ"), acting=unit_of(hospital))
    assert told_of(await issue(world, hospital, range(15, 16), point="MZ")) == [(made.first, "MZ")]
    assert (await held(world, hospital))[-1] == ("MZ", made.first, made.last, "in_use", 1)
    times = await world.value(
        "SELECT count(*) FROM stocks JOIN (SELECT unit_id, kind_code, max(issued_at) AS at FROM bills GROUP BY 1, 2) "
        "AS latest USING (unit_id, kind_code) WHERE last_issued_at < latest.at"
    )
    assert times == 0


async def test_points_on_one_train_and_beyond_their_segments(world: World, clock: StoppedClock) -> None:
    """Two points and the unit as a whole in one call, over the ends of their segments."""
    hospital, first = await with_points(world, clock)
    common = next(each for each in await segments(world, hospital) if each.state.value == "in_use")
    await transfer(world, hospital, common.segment_id, "ZY", 1)
    wanted_at = ["MZ", "", "ZY", "MZ", "ZY", "", "MZ"]
    requests = [
        replace(request, point=point)
        for request, point in zip(hospital.requests(13, kind=KIND)[6:], wanted_at, strict=True)
    ]
    outcomes = await world.services.desk.issue(hospital.unit_id, requests, acting=ACTING)
    assert told_of(outcomes) == [
        (first + 5, "MZ"),
        (first, ""),
        (first + 4, "ZY"),
        (first + 6, "MZ"),
        (first + 1, "ZY"),
        (first + 2, ""),
        (first + 7, "MZ"),
    ]


async def test_a_red_bill_stands_in_the_name_of_its_point(world: World, clock: StoppedClock) -> None:
    hospital, first = await with_points(world, clock)
    (blue,) = await issue(world, hospital, range(6, 7), point="MZ")
    assert isinstance(blue, Issued)

    def reversal(bill: Any) -> ReversalRequest:
        return ReversalRequest(code=bill.code, number=bill.number, reason="开错", handler="王芳")

    red = await world.services.desk.reverse(hospital.unit_id, [reversal(blue.bill)], acting=ACTING)
    assert told_of(red) == [(first + 6, "MZ")]
    (other,) = await issue(world, hospital, range(7, 8))
    assert isinstance(other, Issued)
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    await belongs(world, hospital, handler)
    await knows(world, hospital, handler, "MZ")
    red = await world.services.desk.reverse(hospital.unit_id, [reversal(other.bill)], acting=handler)
    assert told_of(red) == [(first + 7, "MZ")]


async def test_who_issues_for_which_point(world: World, clock: StoppedClock) -> None:
    hospital, first = await with_points(world, clock)
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    free = await person(world, Role.UNIT_HANDLER, unit=hospital)
    await belongs(world, hospital, handler)
    await knows(world, hospital, handler, "MZ")
    # Nobody has to say it.
    assert told_of(await issue(world, hospital, range(6, 7), acting=handler)) == [(first + 5, "MZ")]
    (refused,) = await issue(world, hospital, range(7, 8), point="ZY", acting=handler)
    assert not isinstance(refused, Issued)
    (problem,) = refused.problems
    assert (problem.code, problem.field, problem.status) == ("point.not_yours", "point", 403)
    assert told_of(await issue(world, hospital, range(7, 8), acting=free)) == [(first, "")]
    await belongs(world, hospital, handler, "ZY")
    async with world.database.system() as connection:
        await choose_point(connection, hospital.unit_id, "ZY", acting=handler)
        await choose_point(connection, hospital.unit_id, "MZ", acting=free)
    await knows(world, hospital, handler, "ZY")
    await knows(world, hospital, free, "MZ")
    assert told_of(await issue(world, hospital, range(8, 9), acting=handler)) == [(first + 1, "ZY")]
    assert told_of(await issue(world, hospital, range(9, 10), acting=free)) == [(first + 6, "MZ")]
    async with world.database.system() as connection:
        await switch_point(connection, hospital.unit_id, "ZY", False, acting=ACTING)
        await choose_point(connection, hospital.unit_id, "", acting=free)
    await knows(world, hospital, handler, "MZ")
    await knows(world, hospital, free, "")
    (refused,) = await issue(world, hospital, range(10, 11), point="ZY")
    assert told_of([refused]) == [["point.not_of_unit"]]


async def test_only_ones_own_point_is_chosen(world: World) -> None:
    hospital = world.province.hospital
    await points(world, hospital)
    await points(world, world.province.other_hospital, "WZ")
    handler = await person(world, Role.UNIT_HANDLER, unit=hospital)
    await belongs(world, hospital, handler)

    async def choose(code: str, acting: Acting) -> None:
        async with world.database.system() as connection:
            await choose_point(connection, hospital.unit_id, code, acting=acting)

    stranger = await person(world, Role.UNIT_HANDLER, unit=world.province.other_hospital)
    for code, acting, expected in (
        ("ZY", handler, "point.not_yours"),
        ("", handler, "point.required"),
        ("WZ", handler, "point.not_of_unit"),
        ("MZ", stranger, "access.denied"),
        ("MZ", unit_of(hospital), "access.denied"),
    ):
        assert (await told(choose(code, acting))).code == expected
    assert await world.value("SELECT count(*) FROM point_choices") == 0


async def test_the_same_request_again_whatever_the_person_chose_meanwhile(
    world: World, clock: StoppedClock
) -> None:
    hospital, first = await with_points(world, clock)
    free = await person(world, Role.UNIT_HANDLER, unit=hospital)
    once = await issue(world, hospital, range(6, 7), acting=free)
    async with world.database.system() as connection:
        await choose_point(connection, hospital.unit_id, "MZ", acting=free)
    await knows(world, hospital, free, "MZ")
    again = await issue(world, hospital, range(6, 7), acting=free)
    assert told_of(once) == told_of(again) == [(first, "")]
    named = await issue(world, hospital, range(6, 7), point="MZ")
    assert told_of(named) == [["bill.business_no_conflict"]]


async def test_a_page_issues_for_the_point_that_was_chosen(world: World, clock: StoppedClock) -> None:
    hospital, _ = await with_points(world, clock)
    async with world.database.system() as connection:
        await create_account(
            connection,
            username="kaipiao",
            display_name="王芳",
            role=Role.UNIT_HANDLER,
            password=PASSWORD,
            unit_id=hospital.unit_id,
            acting=ACTING,
        )
    browser = await world.browser("kaipiao")
    listed = await browser.get("/unit/supply/points")
    assert "为MZ收费处开票" in listed.text
    token = await browser.csrf_token()
    chosen = await browser.post("/unit/supply/point", {"csrf_token": token, "point": "MZ"})
    assert chosen.headers["location"] == "/unit/supply/points"
    assert "正在为它开票" in (await browser.get("/unit/supply/points")).text
    wrong = await browser.post("/unit/supply/point", {"csrf_token": token, "point": "XX"})
    assert wrong.status_code == 422

    async def shown() -> bool:
        return "MZ收费处" in (await browser.get("/unit/issue", kind=KIND)).text

    await until(shown)


@pytest.mark.parametrize("statement", ["UPDATE bills SET point_code = 'ZY'", "DELETE FROM number_transfers"])
async def test_what_was_recorded_of_points_stays(world: World, clock: StoppedClock, statement: str) -> None:
    hospital, _ = await with_points(world, clock)
    await issue(world, hospital, range(6, 7), point="MZ")
    with pytest.raises((asyncpg.IntegrityConstraintViolationError, asyncpg.InsufficientPrivilegeError)):
        await world.database.pool.execute(statement)
