"""Finds the unit that a page of a department is about."""

from mingpiao.portals.session import PageCall
from mingpiao.portals.units.lists import UNITS
from mingpiao.units.model import Unit
from mingpiao.units.service import get


async def managed_unit(call: PageCall, unit_id: int) -> Unit:
    """A unit of the department's region. Raises `Refusal` (`unit.unknown`, 404) for any other."""
    async with call.reads() as connection:
        return await get(connection, unit_id)


def unit_crumbs(unit: Unit) -> list[tuple[str, str]]:
    """The way to a page below a unit's own."""
    return [(UNITS.title, UNITS.address), (unit.name, f"{UNITS.address}/{unit.unit_id}")]
