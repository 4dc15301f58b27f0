"""到期即锁定: issuing ends with the last valid day in Shanghai, from the very next request on, and opens again at once."""

import asyncio
from datetime import date, datetime, timedelta

from tests.qualifications.desk import Bench, officer, stated_as
from tests.support.province import ACTING
from tests.support.world import World, codes_of

from mingpiao.issuing.model import Issued, Outcome, Refused, ReversalRequest
from mingpiao.kernel.clock import SHANGHAI, StoppedClock, today
from mingpiao.numbering.service import open_stock, set_valid_until, stock_levels
from mingpiao.qualifications.model import QualificationType
from mingpiao.qualifications.service import decide

_LOCKED = [("unit.issuing_locked", "")]


async def _issue(world: World, number: str) -> Outcome:
    charity = world.province.charity
    outcomes = await world.desk.issue(charity.unit_id, [charity.request(business_no=number)], acting=ACTING)
    return outcomes[0]


async def test_the_last_second_of_the_last_day_and_the_first_of_the_next(
    world: World, bench: Bench, clock: StoppedClock
) -> None:
    last = today() + timedelta(days=1)
    await bench.accepted(valid_until=last)
    clock.set(datetime(last.year, last.month, last.day, 23, 59, 59, 999_999, SHANGHAI))
    before = await _issue(world, "before")
    assert isinstance(before, Issued)
    assert before.bill.issued_at.astimezone(SHANGHAI).date() == last
    midnight = datetime(last.year, last.month, last.day, 0, 0, 0, 0, SHANGHAI) + timedelta(days=1)
    clock.set(midnight)
    assert codes_of(await _issue(world, "after")) == _LOCKED
    blue = before.bill
    request = ReversalRequest(code=blue.code, number=blue.number, reason="金额有误", handler="王五")
    reversal = (await world.desk.reverse(bench.unit_id, [request], acting=ACTING))[0]
    assert codes_of(reversal) == _LOCKED
    # Asking again for what was issued is still answered.
    again = await _issue(world, "before")
    assert isinstance(again, Issued)
    assert again.repeated


async def test_the_date_is_that_of_shanghai_wherever_the_server_stands(
    world: World, bench: Bench, clock: StoppedClock
) -> None:
    """Half past midnight in Shanghai is still the day before in UTC."""
    last = today() + timedelta(days=1)
    await bench.accepted(valid_until=last)
    clock.set(datetime(last.year, last.month, last.day, 0, 30, tzinfo=SHANGHAI))
    assert isinstance(await _issue(world, "early"), Issued)
    clock.set(datetime(last.year, last.month, last.day, 0, 30, tzinfo=SHANGHAI) + timedelta(days=1))
    assert codes_of(await _issue(world, "late")) == _LOCKED


async def test_a_renewed_qualification_opens_issuing_at_once(
    world: World, bench: Bench, clock: StoppedClock
) -> None:
    last = today() + timedelta(days=1)
    await bench.accepted(valid_until=last)
    clock.set(datetime(last.year, last.month, last.day, 12, tzinfo=SHANGHAI) + timedelta(days=1))
    assert codes_of(await _issue(world, "locked")) == _LOCKED
    await bench.accepted(valid_until=last + timedelta(days=800))
    assert isinstance(await _issue(world, "locked"), Issued)


async def test_one_expired_qualification_of_two_locks(
    world: World, bench: Bench, clock: StoppedClock
) -> None:
    last = today() + timedelta(days=1)
    await bench.accepted(valid_until=None, unlimited=True)
    await bench.accepted(qualification_type=QualificationType.ASSOCIATION, valid_until=last)
    clock.set(datetime(last.year, last.month, last.day, 12, tzinfo=SHANGHAI) + timedelta(days=1))
    assert codes_of(await _issue(world, "locked")) == _LOCKED


async def test_a_unit_without_any_qualification_is_not_locked(world: World) -> None:
    assert isinstance(await _issue(world, "free"), Issued)


async def test_a_revoked_qualification_locks_from_the_very_next_request_on_until_one_is_accepted(
    world: World, bench: Bench
) -> None:
    qualification = await bench.accepted(valid_until=None, unlimited=True)
    before = await _issue(world, "before")
    assert isinstance(before, Issued)
    by = officer(bench.province.charity.unit.region_code)
    await bench.revoke(qualification, "系伪造")
    refused = await _issue(world, "after")
    assert codes_of(refused) == _LOCKED
    assert isinstance(refused, Refused)
    assert refused.problems[0].facts == {"locks": ["qualification_revoked"]}
    assert "认定已被财政部门撤销" in refused.problems[0].message
    blue = before.bill
    request = ReversalRequest(code=blue.code, number=blue.number, reason="金额有误", handler="王五")
    assert codes_of((await world.desk.reverse(bench.unit_id, [request], acting=ACTING))[0]) == _LOCKED
    # What was issued is still answered; a kind that is opened now is locked as well.
    again = await _issue(world, "before")
    assert isinstance(again, Issued)
    assert again.repeated
    await _open_another_kind(bench)
    assert await bench.locks() == ["qualification_revoked"]
    # The machine alone does not open it again, a person does.
    facts = bench.facts()
    fresh = await bench.submit(await bench.upload(bench.lines(facts)), stated_as(facts))
    assert codes_of(await _issue(world, "after")) == _LOCKED
    async with bench.database.system() as connection:
        given = {"revision": fresh.revision, "acting": by}
        await decide(connection, fresh.qualification_id, accept=True, reason="", **given)
    assert isinstance(await _issue(world, "after"), Issued)
    assert await bench.locks() == []


async def _open_another_kind(bench: Bench) -> str:
    async with bench.database.system() as connection:
        known = {level.kind_code for level in await stock_levels(connection, bench.unit_id)}
        fresh = next(kind for kind in ("0101", "0201", "0601") if kind not in known)
        await open_stock(connection, bench.unit_id, fresh, acting=ACTING)
    return fresh


async def test_a_kind_opened_later_ends_on_the_same_day(world: World, bench: Bench) -> None:
    last = today() + timedelta(days=9)
    await bench.accepted(valid_until=last)
    fresh = await _open_another_kind(bench)
    assert await bench.valid_days() == {last}
    async with bench.database.system() as connection:
        assert fresh in {level.kind_code for level in await stock_levels(connection, bench.unit_id)}


async def test_a_day_set_while_a_kind_is_being_opened_is_not_missed(world: World, bench: Bench) -> None:
    last = date(2030, 1, 1)
    async with bench.database.system() as connection:
        known = {level.kind_code for level in await stock_levels(connection, bench.unit_id)}
    fresh = next(kind for kind in ("0101", "0201", "0601") if kind not in known)
    opened = asyncio.Event()
    setting_began = asyncio.Event()

    async def open_slowly() -> None:
        async with bench.database.system() as connection:
            await open_stock(connection, bench.unit_id, fresh, acting=ACTING)
            opened.set()
            await setting_began.wait()
            await asyncio.sleep(0.2)

    async def set_meanwhile() -> None:
        await opened.wait()
        setting_began.set()
        async with bench.database.system() as connection:
            await set_valid_until(connection, bench.unit_id, last, acting=ACTING)

    await asyncio.gather(open_slowly(), set_meanwhile())
    assert await bench.valid_days() == {last}
