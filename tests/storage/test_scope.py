"""Row-level security: a unit's role does not see another unit's rows, whatever the query asks."""

import asyncpg
import pytest
from sqlalchemy import text
from tests.support.province import ACTING
from tests.support.world import World, bill_of

from mingpiao.storage.scope import DepartmentScope, Scope, UnitScope

GUARDED = ["bills", "events", "audit_log", "stocks", "segments", "daily_totals", "units", "unit_charge_items"]


async def issue_everywhere(world: World) -> None:
    for resident in world.province.residents:
        bill_of((await world.desk.issue(resident.unit_id, resident.requests(1), acting=ACTING))[0])


async def units_seen(world: World, scope: Scope, table: str) -> set[int]:
    async with world.database.scoped(scope) as connection:
        return set((await connection.execute(text(f"SELECT DISTINCT unit_id FROM {table}"))).scalars()) - {
            None
        }


async def test_a_unit_sees_its_own_rows_alone(world: World) -> None:
    await issue_everywhere(world)
    for resident in world.province.residents:
        for table in GUARDED:
            seen = await units_seen(world, UnitScope(resident.unit_id), table)
            assert seen == {resident.unit_id}, table


async def test_a_department_sees_its_region_and_below_alone(world: World) -> None:
    await issue_everywhere(world)
    everyone = {resident.unit_id for resident in world.province.residents}
    for table in GUARDED:
        assert await units_seen(world, DepartmentScope("150000"), table) == everyone, table
    for resident in world.province.residents:
        city = resident.unit.region_code[:4] + "00"
        inside = {r.unit_id for r in world.province.residents if r.unit.region_code.startswith(city[:4])}
        if city == "150000":
            continue
        for table in GUARDED:
            assert await units_seen(world, DepartmentScope(city), table) == inside, table
    for table in GUARDED:
        assert await units_seen(world, DepartmentScope("152923"), table) == set(), table


async def test_the_role_without_a_scope_sees_nothing(world: World) -> None:
    await issue_everywhere(world)
    async with world.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL ROLE mingpiao_unit")
        assert await connection.fetch("SELECT * FROM bills") == []
        await connection.execute("SET LOCAL ROLE mingpiao_department")
        assert await connection.fetch("SELECT * FROM bills") == []


async def test_a_units_role_writes_nothing(world: World) -> None:
    await issue_everywhere(world)
    unit_id = world.province.hospital.unit_id
    for statement in (
        "UPDATE stocks SET locks = '{}'",
        "UPDATE bills SET state = 'normal'",
        f"INSERT INTO unit_charge_items VALUES ({unit_id}, '060001')",
        "SELECT * FROM accounts",
        "SELECT * FROM sessions",
        "SELECT * FROM signing_keys",
        "SELECT * FROM interface_apps",
    ):
        async with world.database.pool.acquire() as connection, connection.transaction():
            await connection.execute(f"SELECT set_config('mingpiao.unit_id', '{unit_id}', true)")
            await connection.execute("SET LOCAL ROLE mingpiao_unit")
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(statement)


async def test_a_scope_ends_with_its_transaction(world: World) -> None:
    await issue_everywhere(world)
    async with world.database.engine.connect() as connection:
        async with world.database.scoped(UnitScope(world.province.hospital.unit_id)) as scoped:
            assert await scoped.scalar(text("SELECT current_user")) == "mingpiao_unit"
        assert await connection.scalar(text("SELECT current_user")) == "mingpiao_system"
        assert await connection.scalar(text("SELECT count(*) FROM bills")) == len(world.province.residents)
