"""The province is built through the rooms' verbs, and building it again changes nothing."""

from mingpiao.demo.province import INTERFACE_STOCK, admit_unit, lay_ground
from mingpiao.demo.units import demo_units
from mingpiao.numbering.service import kinds_of_unit, stock_levels
from mingpiao.storage.database import Database
from mingpiao.units.model import UnitMode
from mingpiao.units.service import load_profile

TABLES = (
    "regions",
    "departments",
    "bill_kinds",
    "charge_items",
    "number_pools",
    "units",
    "segments",
    "stocks",
)


async def counts(database: Database) -> dict[str, int]:
    async with database.pool.acquire() as connection:
        return {
            table: await connection.fetchval(f"SELECT count(*) FROM {table}")
            for table in (*TABLES, "audit_log")
        }


async def test_ground_and_units_stand_once(database_url: str) -> None:
    database = await Database.open(database_url, pool_size=2)
    try:
        for _ in range(2):
            async with database.system() as connection:
                catalog = await lay_ground(connection)
            units = []
            for entry in demo_units():
                async with database.system() as connection:
                    units.append(await admit_unit(connection, entry, catalog))
            seen = await counts(database)
        assert seen["regions"] == seen["departments"] == 116
        assert (seen["bill_kinds"], seen["charge_items"], seen["number_pools"]) == (14, 111, 14)
        assert seen["units"] == 40
        assert seen["stocks"] == sum(len(entry.kinds) for entry in demo_units())
        async with database.system() as connection:
            for entry, unit in zip(demo_units(), units, strict=True):
                profile = await load_profile(connection, unit.unit_id)
                assert profile.unit.name == entry.unit.name
                assert profile.item_codes == set(entry.item_codes)
                assert await kinds_of_unit(connection, unit.unit_id) == sorted(entry.kinds)
                expected = INTERFACE_STOCK if unit.mode is UnitMode.INTERFACE else 0
                levels = await stock_levels(connection, unit.unit_id)
                assert [level.free for level in levels] == [expected] * len(entry.kinds)
        again = await counts(database)
        assert again == seen
    finally:
        await database.close()
