"""申领: granted in the transaction that asks, or refused with each reason, or decided by a person."""

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest
from tests.supply.asking import KIND, ask, emptied, free_of, handler, used, wanted
from tests.support.province import ACTING
from tests.support.world import World, a_world
from tests.writeoff.casework import manager, officer
from tests.writeoff.months import FIRST, SECOND, begin, close, head, on, unit_of

from mingpiao.identity.model import Acting, platform
from mingpiao.kernel.clock import StoppedClock, today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.numbering.service import lock_issuing, set_valid_until
from mingpiao.supply.model import Requisition, RequisitionState, SupplyPolicy
from mingpiao.supply.outlook import workdays_in
from mingpiao.supply.service import (
    get_requisition,
    grant_requisition,
    kind_stocks,
    refuse_requisition,
    set_supply_policy,
    withdraw_requisition,
)
from mingpiao.units.model import UnitChangeKind
from mingpiao.units.service import ChangeWish, change_unit, obstacles

world = a_world()


async def refused(attempt: Any) -> tuple[Problem, ...]:
    with pytest.raises(Refusal) as caught:
        await attempt
    return caught.value.problems


async def granted_later(
    world: World, made: Requisition, quantity: int, acting: Acting, **more: Any
) -> Requisition:
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await grant_requisition(
            connection,
            made.requisition_id,
            quantity,
            catalog,
            **{"revision": made.revision} | more,
            acting=acting,
        )


async def refused_later(world: World, made: Requisition, reason: str, acting: Acting) -> Requisition:
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await refuse_requisition(
            connection, made.requisition_id, reason, catalog, revision=made.revision, acting=acting
        )


async def test_what_fits_is_in_stock_with_the_answer(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    made = await ask(world, hospital, wanted(10), acting=await handler(world, hospital))
    assert (made.state, made.granted, made.free, made.decided_by_name) == (
        RequisitionState.GRANTED,
        10,
        0,
        "自动审核",
    )
    assert made.first is not None
    assert made.last == made.first + 9
    assert await free_of(world, hospital) == 10
    bills = await world.issue(hospital, *hospital.requests(5, kind=KIND)[4:])
    assert int(bills[0].number) == made.first
    (told,) = await world.rows("SELECT details FROM audit_log WHERE action = 'requisition:ask'")
    assert told["details"] | {"granted": "10", "state": "granted", "purpose": "门诊收费"} == told["details"]


async def test_the_limit_follows_use_and_the_rest_is_shortened(world: World, clock: StoppedClock) -> None:
    """Four bills in one month: as many a working day in six months are the limit."""
    await used(world, clock)
    hospital = world.province.hospital
    months = [SECOND]
    while len(months) < 6:
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    days = sum(map(workdays_in, months))
    most = -(-4 * days // workdays_in(FIRST))
    made = await ask(world, hospital, wanted(1_000), acting=unit_of(hospital))
    assert (made.granted, made.quantity, [each.code for each in made.findings]) == (
        most,
        1_000,
        ["supply.shortened"],
    )
    full = await ask(world, hospital, wanted(1, request_no="R-2"), acting=unit_of(hospital))
    assert (full.state, [each.code for each in full.findings]) == (
        RequisitionState.REFUSED,
        ["supply.enough"],
    )
    assert (full.granted, full.first, await free_of(world, hospital)) == (0, None, most)


async def test_the_same_request_twice_is_one(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    first = await ask(world, hospital, wanted(5), acting=unit_of(hospital))
    assert await ask(world, hospital, wanted(5), acting=unit_of(hospital)) == first
    (problem,) = await refused(ask(world, hospital, wanted(6), acting=unit_of(hospital)))
    assert (problem.code, problem.status, problem.field) == ("supply.request_no_used", 409, "request_no")
    assert await free_of(world, hospital) == 5
    assert await world.value("SELECT count(*) FROM requisitions") == 1


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"quantity": 0}, ["quantity"]),
        ({"quantity": -5}, ["quantity"]),
        ({"quantity": 1_000_001}, ["quantity"]),
        ({"quantity": 10**30}, ["quantity"]),
        ({"purpose": " 用 "}, ["purpose"]),
        ({"purpose": "长" * 201}, ["purpose"]),
        ({"purpose": "门诊\x00"}, ["purpose"]),
        ({"request_no": ""}, ["request_no"]),
        ({"request_no": "r" * 65}, ["request_no"]),
        ({"estimate": 0}, ["estimate"]),
        ({"quantity": 0, "purpose": "", "estimate": 10**9}, ["quantity", "purpose", "estimate"]),
    ],
)
async def test_wrong_values_are_told_at_once_and_nothing_is_written(
    world: World, clock: StoppedClock, changes: dict[str, Any], fields: list[str]
) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    problems = await refused(ask(world, hospital, wanted(**changes), acting=unit_of(hospital)))
    assert [each.field for each in problems] == fields
    assert {(each.code, each.status) for each in problems} == {("supply.request_invalid", 422)}
    assert await world.value("SELECT count(*) FROM requisitions") == 0


async def test_a_kind_that_is_not_the_units_an_online_unit_and_strangers(
    world: World, clock: StoppedClock
) -> None:
    await used(world, clock)
    hospital, charity = world.province.hospital, world.province.charity
    for kind in ("0301", "9999", "", "'; DROP"):
        (problem,) = await refused(ask(world, hospital, wanted(kind_code=kind), acting=unit_of(hospital)))
        assert (problem.code, problem.field) == ("unit.kind_not_granted", "kind")
    (problem,) = await refused(ask(world, charity, wanted(kind_code="0301"), acting=unit_of(charity)))
    assert problem.code == "numbering.online_unit"
    for stranger in (unit_of(charity), await officer(world), await manager(world, charity)):
        (problem,) = await refused(ask(world, hospital, wanted(), acting=stranger))
        assert (problem.code, problem.status) == ("access.denied", 403)


async def test_everything_that_stops_supply_is_told(world: World, clock: StoppedClock) -> None:
    clock.set(on(FIRST))
    await begin(world)
    await used(world, clock)
    await close(world)
    clock.set(on(SECOND + timedelta(days=20)))
    hospital = world.province.hospital
    async with world.database.system() as connection:
        await lock_issuing(connection, hospital.unit_id, "suspended", acting=ACTING)
        await set_valid_until(connection, hospital.unit_id, today() - timedelta(days=1), acting=ACTING)
    made = await ask(world, hospital, wanted(), acting=unit_of(hospital))
    assert (made.state, [each.code for each in made.findings]) == (
        RequisitionState.REFUSED,
        ["supply.issuing_stopped", "supply.qualification_expired", "supply.not_written_off"],
    )
    assert f"{FIRST:%Y年%-m月}" in made.findings[2].message
    assert await free_of(world, hospital) == 0


async def test_a_new_unit_states_its_use_once(world: World) -> None:
    hospital = world.province.hospital
    await emptied(world, hospital)
    (problem,) = await refused(ask(world, hospital, wanted(), acting=unit_of(hospital)))
    assert (problem.code, problem.field) == ("supply.request_invalid", "estimate")
    made = await ask(world, hospital, wanted(100, estimate=50), acting=unit_of(hospital))
    assert (made.state, made.decided_at, [each.code for each in made.findings]) == (
        RequisitionState.REVIEW,
        None,
        ["supply.no_use"],
    )
    (problem,) = await refused(
        ask(world, hospital, wanted(5, estimate=5, request_no="R-2"), acting=unit_of(hospital))
    )
    assert (problem.code, problem.facts) == (
        "supply.request_open",
        {"requisition_id": str(made.requisition_id)},
    )
    county = await officer(world, hospital.unit.region_code)
    (problem,) = await refused(granted_later(world, made, 100, county))
    assert (problem.code, problem.field) == ("supply.decision_invalid", "estimate")
    done = await granted_later(world, made, 100, county, estimate=40)
    assert (done.state, done.granted, done.approved_estimate, done.decided_by_name) == (
        RequisitionState.GRANTED,
        100,
        40,
        "经办员甲",
    )
    # From now on the approved use decides: six times forty, of which a hundred are there.
    more = await ask(world, hospital, wanted(1_000, request_no="R-3"), acting=unit_of(hospital))
    assert (more.state, more.granted, more.proposed) == (RequisitionState.GRANTED, 140, 20)
    messages = await world.rows("SELECT title FROM messages WHERE unit_id = $1", hospital.unit_id)
    assert sum("已发放100个号码" in row["title"] for row in messages) == 1


async def test_large_requests_wait_and_are_granted_in_part_with_a_reason(
    world: World, clock: StoppedClock
) -> None:
    await used(world, clock)
    province = await head(world)
    async with world.database.system() as connection:
        await set_supply_policy(connection, SupplyPolicy(review_above=5), revision=0, acting=province)
    hospital = world.province.hospital
    made = await ask(world, hospital, wanted(8), acting=unit_of(hospital))
    assert (made.state, [each.code for each in made.findings]) == (RequisitionState.REVIEW, ["supply.large"])
    waiting = await world.rows("SELECT title, settled_at FROM messages WHERE region_code IS NOT NULL")
    assert [(hospital.unit.name in row["title"], row["settled_at"]) for row in waiting] == [(True, None)]
    for quantity, field in ((0, "quantity"), (9, "quantity"), (7, "reason")):
        (problem,) = await refused(granted_later(world, made, quantity, province))
        assert (problem.code, problem.field) == ("supply.decision_invalid", field)
    (problem,) = await refused(granted_later(world, made, 7, province, reason="按需", revision=2))
    assert problem.code == "supply.request_changed"
    done = await granted_later(world, made, 7, province, reason="先发一个月的用量")
    assert (done.granted, done.reason, done.revision) == (7, "先发一个月的用量", 2)
    (problem,) = await refused(refused_later(world, done, "不同意", province))
    assert problem.code == "supply.request_changed"
    assert (
        await world.value(
            "SELECT count(*) FROM messages WHERE settled_at IS NULL AND region_code IS NOT NULL"
        )
        == 0
    )


async def test_departments_decide_for_their_own_units_and_units_for_none(
    world: World, clock: StoppedClock
) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))
    elsewhere = await officer(world, other.unit.region_code)
    (problem,) = await refused(granted_later(world, made, 10, elsewhere, estimate=5))
    assert (problem.code, problem.status) == ("unit.unknown", 404)
    (problem,) = await refused(granted_later(world, made, 10, await manager(world, hospital), estimate=5))
    assert (problem.code, problem.status) == ("access.denied", 403)
    (problem,) = await refused(granted_later(world, made, 10, platform("x"), estimate=5))
    assert problem.code == "access.denied"


async def test_what_stops_supply_stops_a_person_too(world: World) -> None:
    hospital = world.province.hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))
    async with world.database.system() as connection:
        await lock_issuing(connection, hospital.unit_id, "suspended", acting=ACTING)
    (problem,) = await refused(granted_later(world, made, 10, await officer(world), estimate=5))
    assert (problem.code, problem.status) == ("supply.issuing_stopped", 409)
    assert problem.message.startswith("该单位现在不能发放：")
    done = await refused_later(world, made, "先办理恢复开票", await officer(world))
    assert (done.state, done.granted) == (RequisitionState.REFUSED, 0)
    assert await free_of(world, hospital) == 0


async def test_a_unit_takes_its_own_request_back_and_no_other(world: World) -> None:
    hospital, other = world.province.hospital, world.province.other_hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))

    async def withdraw(resident: Any) -> Requisition:
        async with world.database.system() as connection:
            return await withdraw_requisition(
                connection, resident.unit_id, made.requisition_id, acting=unit_of(resident)
            )

    (problem,) = await refused(withdraw(other))
    assert (problem.code, problem.status) == ("supply.request_unknown", 404)
    assert (await withdraw(hospital)).state is RequisitionState.WITHDRAWN
    (problem,) = await refused(withdraw(hospital))
    assert problem.code == "supply.request_changed"
    again = await ask(world, hospital, wanted(10, estimate=5, request_no="R-2"), acting=unit_of(hospital))
    assert again.state is RequisitionState.REVIEW


async def test_one_open_request_keeps_a_unit_from_closing_and_a_new_mode_ends_it(world: World) -> None:
    hospital = world.province.hospital
    await emptied(world, hospital)
    made = await ask(world, hospital, wanted(10, estimate=5), acting=unit_of(hospital))
    acting = await head(world)

    async def change(kind: UnitChangeKind, after: str) -> None:
        wish = ChangeWish(kind=kind, effective_on=today(), reason="机构调整", after=after)
        async with world.database.system() as connection:
            await change_unit(connection, hospital.unit_id, wish, acting=acting)

    async with world.database.system() as connection:
        assert await obstacles(connection, hospital.unit_id, UnitChangeKind.CLOSE) == [
            "还有1次申领等待审核，请先审核，或请单位撤回。"
        ]
        assert await obstacles(connection, hospital.unit_id, UnitChangeKind.REGION) == []
    await change(UnitChangeKind.MODE, "ONLINE")
    async with world.database.system() as connection:
        ended = (await get_requisition(connection, made.requisition_id)).requisition
    assert (ended.state, "在线开票" in ended.reason) == (RequisitionState.REFUSED, True)


async def test_ten_requests_at_once_get_no_more_than_the_limit(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    async with world.database.system() as connection:
        (stock,) = [
            each for each in await kind_stocks(connection, hospital.unit_id) if each.kind_code == KIND
        ]
    assert stock.limit is not None
    answers = await asyncio.gather(
        *(
            ask(world, hospital, wanted(stock.limit, request_no=f"R-{number}"), acting=unit_of(hospital))
            for number in range(10)
        )
    )
    assert sorted(each.granted for each in answers) == [0] * 9 + [stock.limit]
    assert await free_of(world, hospital) == stock.limit


async def test_an_empty_pool_writes_nothing(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    catalog = await world.catalog.get()
    code = catalog.bill_code(catalog.kinds[KIND])
    pool = await world.value("SELECT next_number FROM number_pools WHERE code = $1", code)
    await world.tamper("UPDATE number_pools SET next_number = 9999999999 WHERE code = $1", code)
    (problem,) = await refused(ask(world, hospital, wanted(5), acting=unit_of(hospital)))
    assert (problem.code, problem.status) == ("numbering.pool_empty", 409)
    assert await world.value("SELECT count(*) FROM requisitions") == 0
    await world.tamper("UPDATE number_pools SET next_number = $1 WHERE code = $2", pool, code)


async def test_what_was_decided_stays_whoever_tries(world: World, clock: StoppedClock) -> None:
    await used(world, clock)
    hospital = world.province.hospital
    await ask(world, hospital, wanted(5), acting=unit_of(hospital))
    for statement in (
        "UPDATE requisitions SET reason = 'x'",
        "UPDATE requisitions SET quantity = 9",
        "DELETE FROM requisitions",
    ):
        with pytest.raises((asyncpg.InsufficientPrivilegeError, asyncpg.RestrictViolationError)):
            await world.database.pool.execute(statement)
    assert await world.value("SELECT reason FROM requisitions") == ""


async def test_limits_are_set_by_the_head_of_the_province(world: World) -> None:
    province = await head(world)

    async def put(policy: SupplyPolicy, acting: Acting, revision: int = 0) -> None:
        async with world.database.system() as connection:
            await set_supply_policy(connection, policy, revision=revision, acting=acting)

    for stranger in (await officer(world), await officer(world, "150100"), ACTING):
        (problem,) = await refused(put(SupplyPolicy(), stranger))
        assert problem.code == "access.denied"
    problems = await refused(
        put(SupplyPolicy(months_at_most=13, months_proposed=0, review_above=0), province)
    )
    assert [each.field for each in problems] == ["months_at_most", "months_proposed", "review_above"]
    await put(SupplyPolicy(months_at_most=3, months_proposed=2), province)
    (problem,) = await refused(put(SupplyPolicy(), province))
    assert (problem.code, problem.status) == ("supply.policy_changed", 409)
    await put(SupplyPolicy(months_at_most=4), province, revision=1)
    assert await world.value("SELECT months_at_most FROM supply_policies") == 4
