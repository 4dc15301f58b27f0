"""Sums by day: the same whether read from the units' rows or from the regions'."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import text
from tests.support.totals import DailyRow, add_daily
from tests.support.world import World, a_world

from mingpiao.issuing.model import DayTotal
from mingpiao.issuing.totals import day_totals, roll_up, unit_totals, waiting_days
from mingpiao.storage.database import Database
from mingpiao.storage.scope import DepartmentScope, UnitScope

TODAY = date(2026, 11, 20)
YESTERDAY = TODAY - timedelta(days=1)
BEFORE = TODAY - timedelta(days=2)

ROWS: list[DailyRow] = [
    (1, "0601", BEFORE, "150102", 3, "30.30", 0, "0"),
    (2, "0601", BEFORE, "150102", 4, "40.04", 1, "10.01"),
    (1, "0602", BEFORE, "150102", 1, "900.00", 0, "0"),
    (3, "0601", BEFORE, "150202", 7, "70.70", 2, "20.20"),
    (1, "0601", YESTERDAY, "150102", 5, "55.55", 0, "0"),
    (3, "0101", YESTERDAY, "150202", 2, "22.22", 0, "0"),
    (1, "0601", TODAY, "150102", 9, "99.99", 1, "11.11"),
]


world = a_world("migrated", checked=False)


@pytest.fixture
async def database(world: World) -> Database:
    """The database of that world, with the rows above."""
    async with world.database.system() as connection:
        await add_daily(connection, ROWS)
    return world.database


@pytest.fixture
def database_url(world: World) -> str:
    """Where that world lies."""
    return world.url


async def _totals(database: Database, region: str = "150000") -> list[DayTotal]:
    async with database.scoped(DepartmentScope(region)) as connection:
        return await day_totals(connection, BEFORE, TODAY)


async def _roll_up(database: Database, *days: date) -> None:
    for day in days:
        async with database.system() as connection:
            await roll_up(connection, day)


async def test_units_of_one_region_are_added_up(database: Database) -> None:
    totals = await _totals(database)
    assert totals[0] == DayTotal(
        day=BEFORE,
        kind="0601",
        region_code="150102",
        issued_count=7,
        issued_amount=Decimal("70.34"),
        reversed_count=1,
        reversed_amount=Decimal("10.01"),
    )
    assert [(total.day, total.kind, total.region_code) for total in totals] == [
        (BEFORE, "0601", "150102"),
        (BEFORE, "0601", "150202"),
        (BEFORE, "0602", "150102"),
        (YESTERDAY, "0101", "150202"),
        (YESTERDAY, "0601", "150102"),
        (TODAY, "0601", "150102"),
    ]


async def test_sums_agree_before_in_the_middle_of_and_after_rolling_up(database: Database) -> None:
    fresh = await _totals(database)
    await _roll_up(database, BEFORE)
    assert await _totals(database) == fresh
    await _roll_up(database, YESTERDAY)
    assert await _totals(database) == fresh
    await _roll_up(database, BEFORE, YESTERDAY, BEFORE)
    assert await _totals(database) == fresh
    assert await database.pool.fetchval("SELECT count(*) FROM region_totals") == 5


async def test_closed_days_are_read_from_the_regions(database: Database) -> None:
    await _roll_up(database, BEFORE)
    await database.pool.execute("UPDATE region_totals SET issued_count = 1000 WHERE kind_code = '0602'")
    changed = [total for total in await _totals(database) if total.kind == "0602"]
    assert [total.issued_count for total in changed] == [1000]


async def test_a_late_commit_comes_in_with_the_next_rolling_up(database: Database) -> None:
    await _roll_up(database, BEFORE)
    await database.pool.execute(
        "UPDATE daily_totals SET issued_count = issued_count + 1 WHERE unit_id = 3 AND day = $1", BEFORE
    )
    await _roll_up(database, BEFORE)
    late = [
        total for total in await _totals(database) if (total.day, total.region_code) == (BEFORE, "150202")
    ]
    assert [total.issued_count for total in late] == [8]


async def test_a_department_sees_its_own_region_whether_rolled_up_or_not(database: Database) -> None:
    await _roll_up(database, BEFORE)
    assert {total.region_code for total in await _totals(database, "150100")} == {"150102"}
    assert {total.region_code for total in await _totals(database, "150202")} == {"150202"}
    assert await _totals(database, "150300") == []


async def test_a_unit_sees_its_own_bills_alone(database: Database) -> None:
    await _roll_up(database, BEFORE, YESTERDAY)
    async with database.scoped(UnitScope(2)) as connection:
        totals = await day_totals(connection, BEFORE, TODAY)
    assert [(total.day, total.issued_count, total.issued_amount) for total in totals] == [
        (BEFORE, 4, Decimal("40.04"))
    ]


async def test_the_sums_of_one_unit_are_seen_by_its_department_alone(database: Database) -> None:
    await _roll_up(database, BEFORE)
    for region, expected in (("150100", [(BEFORE, "0601", 3), (BEFORE, "0602", 1)]), ("150200", [])):
        async with database.scoped(DepartmentScope(region)) as connection:
            totals = await unit_totals(connection, 1, BEFORE, BEFORE)
        assert [(total.day, total.kind, total.issued_count) for total in totals] == expected


async def test_waiting_days_are_those_over_and_the_last_two_again(database: Database) -> None:
    async def waiting(today: date) -> list[date]:
        async with database.system() as connection:
            return await waiting_days(connection, today)

    assert await waiting(TODAY) == [BEFORE, YESTERDAY]
    await _roll_up(database, BEFORE, YESTERDAY)
    assert await waiting(TODAY) == [BEFORE, YESTERDAY]
    assert await waiting(TODAY + timedelta(days=1)) == [BEFORE, YESTERDAY, TODAY]
    await _roll_up(database, TODAY)
    assert await waiting(TODAY + timedelta(days=30)) == [YESTERDAY, TODAY]


async def test_nothing_waits_in_an_empty_database(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=1)
    try:
        async with database.system() as connection:
            assert await waiting_days(connection, TODAY) == []
    finally:
        await database.close()


async def test_a_department_finds_its_rows_by_index(database: Database) -> None:
    async with database.scoped(DepartmentScope("150100")) as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        plan = await connection.execute(
            text("EXPLAIN SELECT sum(issued_count) FROM daily_totals WHERE day = :day"), {"day": TODAY}
        )
        told = "\n".join(plan.scalars())
    conditions = [line for line in told.splitlines() if "Index Cond" in line]
    assert len(conditions) == 1
    assert "region_code >=" in conditions[0]
