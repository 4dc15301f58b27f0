"""The base data of the demonstration, its units and their numbers, made through the verbs of their rooms.

Each step is complete or absent, and an existing one is left unchanged.
"""

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog import service as catalog_service
from mingpiao.catalog.model import Catalog
from mingpiao.demo.acting import ACTING
from mingpiao.demo.charge_items import charge_items
from mingpiao.demo.kinds import CATEGORIES, kinds_of
from mingpiao.demo.libraries import code_lists, item_libraries
from mingpiao.demo.regions import PROVINCE, departments, province_regions, region_name
from mingpiao.demo.units import DemoUnit
from mingpiao.kernel.clock import now, set_to
from mingpiao.kernel.errors import Refusal
from mingpiao.numbering import service as numbering
from mingpiao.units import service as unit_service
from mingpiao.units.model import Unit, UnitMode

#: Numbers that an interface unit gets in stock for each of its kinds.
INTERFACE_STOCK = 100_000


async def lay_ground(connection: AsyncConnection, province: str = PROVINCE) -> Catalog:
    """Make regions, departments, kinds and charge items with their bill codes; returns the catalog."""
    try:
        return await catalog_service.load(connection)
    except Refusal as refusal:
        if refusal.problems[0].code != "catalog.empty":
            raise
    await catalog_service.save_regions(connection, province_regions(province), acting=ACTING)
    await catalog_service.save_departments(connection, departments(province), acting=ACTING)
    await catalog_service.save_categories(connection, CATEGORIES, acting=ACTING)
    await catalog_service.save_kinds(connection, kinds_of(region_name(province)), acting=ACTING)
    await catalog_service.save_items(connection, charge_items(), acting=ACTING)
    await catalog_service.save(connection, catalog_service.LIBRARIES, item_libraries(), acting=ACTING)
    await catalog_service.save(connection, catalog_service.CODE_LISTS, code_lists(), acting=ACTING)
    catalog = await catalog_service.load(connection)
    for kind in catalog.kinds.values():
        await numbering.open_code(connection, catalog.bill_code(kind), kind.code)
    return catalog


async def admit_unit(
    connection: AsyncConnection, entry: DemoUnit, catalog: Catalog, at: datetime | None = None
) -> Unit:
    """Register a unit with its items and kinds, and with numbers in stock if it is an interface unit.

    `at` is the moment of the registration, now if none is given.
    """
    with set_to(at or now()):
        unit = await unit_service.register(connection, entry.unit, acting=ACTING)
    profile = await unit_service.load_profile(connection, unit.unit_id)
    if profile.item_codes:
        return unit
    await unit_service.allow_items(connection, unit.unit_id, entry.item_codes, acting=ACTING)
    await unit_service.grant_kinds(connection, unit.unit_id, sorted(entry.kinds), catalog, acting=ACTING)
    if unit.mode is UnitMode.INTERFACE:
        for kind in sorted(entry.kinds):
            await unit_service.give_numbers(
                connection, unit.unit_id, kind, INTERFACE_STOCK, catalog, acting=ACTING
            )
    return unit
