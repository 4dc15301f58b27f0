"""Bills bear the database's time, in the order of their numbers, and none that cannot be trusted."""

from datetime import datetime, timedelta

import pytest
from tests.support.province import ACTING
from tests.support.world import World, a_world, bill_of, codes_of

from mingpiao import health
from mingpiao.issuing import timekeeping
from mingpiao.issuing.model import Outcome
from mingpiao.kernel.clock import StoppedClock, machine_time

world = a_world()


async def issue(world: World, place: int) -> Outcome:
    hospital = world.province.hospital
    request = hospital.requests(place + 1, kind="0601")[place]
    (outcome,) = await world.desk.issue(hospital.unit_id, [request], acting=ACTING)
    return outcome


async def _last(world: World) -> datetime:
    last: datetime = await world.value("SELECT max(last_issued_at) FROM stocks")
    return last


def _machine_is_off(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    def wrong() -> datetime:
        return machine_time() + timedelta(seconds=seconds)

    monkeypatch.setattr(timekeeping, "machine_time", wrong)
    monkeypatch.setattr(health, "now", wrong)


async def test_a_bill_bears_the_databases_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _machine_is_off(monkeypatch, 30)
    before = await world.value("SELECT date_trunc('second', clock_timestamp())")
    bill = bill_of(await issue(world, 0))
    assert before <= bill.issued_at <= await world.value("SELECT clock_timestamp()")
    assert await _last(world) == bill.issued_at


@pytest.mark.parametrize("seconds", [90, -90])
async def test_a_machine_whose_clock_is_wrong_stops_issuing_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch, seconds: float
) -> None:
    first = await issue(world, 0)
    _machine_is_off(monkeypatch, seconds)
    assert codes_of(await issue(world, 1)) == [("service.clock_wrong", "")]
    # What was issued before is still told.
    assert bill_of(await issue(world, 0)).bill_id == bill_of(first).bill_id
    assert await world.value("SELECT count(*) FROM bills") == 1
    told = (await world.services.health.examine()).clock
    assert not told.ok
    assert told.offset_s is not None
    assert abs(told.offset_s - seconds) < 10


async def test_three_seconds_are_told_and_stop_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await world.services.health.examine()).clock.ok
    _machine_is_off(monkeypatch, 3)
    assert not (await world.services.health.examine()).clock.ok
    assert bill_of(await issue(world, 0)).number == "0000000001"


async def test_time_never_runs_backwards_within_a_stock_row(world: World, clock: StoppedClock) -> None:
    first = bill_of(await issue(world, 0))
    clock.move(seconds=-20)
    second = bill_of(await issue(world, 1))
    assert second.issued_at == first.issued_at
    clock.move(seconds=30)
    assert bill_of(await issue(world, 2)).issued_at == first.issued_at + timedelta(seconds=10)


async def test_a_clock_far_behind_the_last_bill_stops_issuing(world: World, clock: StoppedClock) -> None:
    first = bill_of(await issue(world, 0))
    clock.move(days=-1)
    assert codes_of(await issue(world, 1)) == [("service.clock_wrong", "")]
    clock.move(days=1)
    assert bill_of(await issue(world, 1)).issued_at >= first.issued_at
