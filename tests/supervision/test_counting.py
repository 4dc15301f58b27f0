"""What is counted by hour and minute: each event once, however often work is cut off, and the same as the bills say."""

import asyncio
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal

import asyncpg
import msgspec
import pytest
from sqlalchemy.exc import DBAPIError
from tests.supervision.watching import count_all, fresh
from tests.support.locks import writing
from tests.support.waiting import until
from tests.support.world import HUIMIN, XINCHENG, World, a_world

from mingpiao.kernel.clock import now
from mingpiao.storage.database import DATABASE_AWAY
from mingpiao.supervision import counting
from mingpiao.supervision.counting import SHARES, count_decisions, count_events

world = a_world(spread=True)

_HOURS = """
SELECT sum(bills)::int AS bills, sum(amount) AS amount, sum(reds)::int AS reds, sum(red_amount) AS red_amount,
       sum(quick_reds)::int AS quick_reds
"""
_BILLS = """
SELECT count(*) FILTER (WHERE color = 'blue')::int AS bills, sum(total) FILTER (WHERE color = 'blue') AS amount,
       count(*) FILTER (WHERE color = 'red')::int AS reds,
       coalesce(-sum(total) FILTER (WHERE color = 'red'), 0) AS red_amount,
       count(*) FILTER (WHERE color = 'red')::int AS quick_reds
FROM bills
"""


async def _agree(world: World) -> None:
    """Units, regions and minutes say what the bills say."""
    (truth,) = await world.rows(_BILLS)
    for table in ("unit_hours", "region_hours", "region_minutes"):
        (counted,) = await world.rows(f"{_HOURS} FROM {table}")
        assert dict(counted) == dict(truth), table


async def test_rows_say_what_the_bills_say(world: World) -> None:
    await count_all(world.database)
    await _agree(world)
    resident = world.residents[XINCHENG]
    await world.reverse(resident, world.bills[XINCHENG][0])
    await world.issue(resident, *fresh(resident, 3))
    await count_all(world.database)
    await count_all(world.database)
    await _agree(world)
    (row,) = await world.rows(
        "SELECT sum(bills)::int AS bills, sum(reds)::int AS reds, max(largest) AS largest, min(region_code) AS region "
        "FROM unit_hours WHERE unit_id = $1",
        resident.unit_id,
    )
    largest = await world.value(
        "SELECT max(total) FROM bills WHERE unit_id = $1 AND color = 'blue'", resident.unit_id
    )
    assert dict(row) == {"bills": 5, "reds": 1, "largest": largest, "region": XINCHENG}
    kinds = await world.rows("SELECT DISTINCT kind_code FROM unit_hours ORDER BY 1")
    assert kinds == await world.rows("SELECT DISTINCT kind_code::text FROM bills ORDER BY 1")


async def test_a_backlog_is_counted_in_portions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "PORTION", 2)
    for resident in world.residents.values():
        for request in fresh(resident, 3):
            await world.issue(resident, request)
    await count_all(world.database)
    await _agree(world)


@pytest.mark.parametrize("table", ["reading_marks", "unit_hours", "region_hours", "region_minutes"])
async def test_work_that_is_killed_at_a_step_is_done_once(world: World, table: str) -> None:
    await count_all(world.database)
    resident = world.residents[HUIMIN]
    await world.issue(resident, *fresh(resident, 4))
    share = resident.unit_id % SHARES
    holder = await asyncpg.connect(world.url)
    observer = await asyncpg.connect(world.url)
    try:
        transaction = holder.transaction()
        await transaction.start()
        await holder.execute(writing(table))
        async with world.beside() as other:
            task = asyncio.create_task(count_events(other.database, share))
            waiting = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
            await until(lambda: observer.fetchval(waiting), "the work waits at the table")
            await observer.fetchval(f"SELECT count(pg_terminate_backend(pid)) FROM ({waiting}) AS held")
            with suppress(DBAPIError, *DATABASE_AWAY):
                await task
            assert task.exception() is not None
        await transaction.rollback()
    finally:
        await holder.close()
        await observer.close()
    assert await world.value("SELECT sum(bills)::int FROM unit_hours") == 8
    await count_all(world.database)
    await _agree(world)


async def test_workers_side_by_side_count_once(world: World) -> None:
    async with world.beside() as other:
        for _ in range(3):
            issuing = [world.issue(resident, *fresh(resident, 4)) for resident in world.residents.values()]
            counts = [count_all(each.database) for each in (world, other) for _ in range(2)]
            await asyncio.gather(*issuing, *counts)
        await count_all(other.database)
    await _agree(world)


async def test_a_reversal_of_an_old_bill_is_not_quick(world: World) -> None:
    old, young = world.bills[XINCHENG]
    for bill in (old, young):
        await world.reverse(world.residents[XINCHENG], bill)
    move = "UPDATE bills SET issued_at = issued_at + $2::interval WHERE bill_id = $1"
    await world.tamper(move, old.bill_id, -timedelta(minutes=31))
    await count_all(world.database)
    await world.tamper(move, old.bill_id, timedelta(minutes=31))
    assert await world.value("SELECT sum(reds)::int FROM unit_hours") == 2
    assert await world.value("SELECT sum(quick_reds)::int FROM unit_hours") == 1


async def test_round_sums_are_counted(world: World) -> None:
    resident = world.residents[HUIMIN]
    (request,) = fresh(resident, 1)
    item = request.items[0]
    whole = msgspec.structs.replace(item, quantity=Decimal(1), rate=Decimal(3000), amount=Decimal(3000))
    await world.issue(resident, msgspec.structs.replace(request, items=(whole,), total=Decimal(3000)))
    await count_all(world.database)
    expected = await world.value("SELECT count(*)::int FROM bills WHERE color = 'blue' AND total % 1000 = 0")
    assert await world.value("SELECT sum(rounds)::int FROM unit_hours") == expected >= 1


async def test_refusals_and_asks_are_counted_once(world: World) -> None:
    resident = world.residents[XINCHENG]
    add = (
        "INSERT INTO rule_hits AS known (unit_id, code, day, blocked, asked, confirmed, warned, overturned) "
        "VALUES ($1, $2, (now() AT TIME ZONE 'Asia/Shanghai')::date, $3, $4, 0, 0, 0) ON CONFLICT (unit_id, code, day) "
        "DO UPDATE SET blocked = known.blocked + excluded.blocked, asked = known.asked + excluded.asked RETURNING 1"
    )
    await world.value(add, resident.unit_id, "A", 2, 1)
    await count_decisions(world.database)
    await count_decisions(world.database)
    await world.value(add, resident.unit_id, "A", 1, 0)
    await world.value(add, resident.unit_id, "B", 0, 3)
    async with world.beside() as other:
        await asyncio.gather(count_decisions(world.database), count_decisions(other.database))
    for table in ("unit_hours", "region_hours", "region_minutes"):
        (row,) = await world.rows(
            f"SELECT sum(refused)::int AS refused, sum(asked)::int AS asked FROM {table}"
        )
        assert dict(row) == {"refused": 3, "asked": 4}, table


async def test_a_share_without_events_does_not_read_those_of_others_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await count_all(world.database)
    monkeypatch.setattr(counting, "_FAR_BEHIND", 0)
    resident = world.residents[HUIMIN]
    await world.issue(resident, *fresh(resident, 1))
    idle = (resident.unit_id + 1) % SHARES
    before = await world.value("SELECT txid FROM reading_marks WHERE reader = $1", f"supervision_{idle}")
    await count_events(world.database, idle)
    after = await world.value("SELECT txid FROM reading_marks WHERE reader = $1", f"supervision_{idle}")
    assert after > before
    await count_all(world.database)
    await _agree(world)


async def test_old_events_make_hours_and_no_minutes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "MINUTES_KEPT", -timedelta(minutes=1))
    await count_all(world.database)
    assert await world.value("SELECT count(*)::int FROM region_minutes") == 0
    assert await world.value("SELECT sum(bills)::int FROM region_hours") == 8
    assert await world.value("SELECT max(hour) <= $1 FROM region_hours", now())
