"""Units that ask for numbers, and what they have used."""

from typing import Any

from tests.support.province import ACTING, Resident
from tests.support.world import World
from tests.writeoff.casework import person
from tests.writeoff.months import FIRST, SECOND, on

from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.numbering.service import open_stock, withdraw_stock
from mingpiao.supply.model import Requisition, WantedNumbers
from mingpiao.supply.service import request_numbers

KIND = "0601"


def wanted(quantity: int = 10, **changes: Any) -> WantedNumbers:
    """A request of the hospital's main kind."""
    return WantedNumbers(
        **{"kind_code": KIND, "quantity": quantity, "purpose": "门诊收费", "request_no": "R-1"} | changes
    )


async def ask(world: World, resident: Resident, request: WantedNumbers, *, acting: Acting) -> Requisition:
    """Ask for numbers."""
    catalog = await world.catalog.get()
    async with world.database.system() as connection:
        return await request_numbers(connection, resident.unit_id, request, catalog, acting=acting)


async def handler(world: World, resident: Resident) -> Acting:
    """Somebody of a unit who issues bills."""
    return await person(world, Role.UNIT_HANDLER, unit=resident)


async def emptied(world: World, resident: Resident, kind_code: str = KIND) -> None:
    """Give a unit's numbers of a kind back, so that it has the kind and none of its numbers."""
    async with world.database.system() as connection:
        await withdraw_stock(connection, resident.unit_id, kind_code, "重新核定", acting=ACTING)
        await open_stock(connection, resident.unit_id, kind_code, acting=ACTING)


async def used(
    world: World, clock: StoppedClock, bills: int = 4, *, resident: Resident | None = None
) -> None:
    """A unit, usually the hospital, issued some bills in the first month; then its stock is empty, in the second."""
    clock.set(on(FIRST))
    hospital = resident or world.province.hospital
    await world.issue(hospital, *hospital.requests(bills, kind=KIND))
    await emptied(world, hospital)
    clock.set(on(SECOND))


async def free_of(world: World, resident: Resident, kind_code: str = KIND) -> int:
    """Numbers that a unit has in segments that it has not begun yet."""
    return int(
        await world.value(
            "SELECT coalesce(sum(last_number - first_number + 1), 0) FROM segments "
            "WHERE unit_id = $1 AND kind_code = $2 AND state = 'in_stock'",
            resident.unit_id,
            kind_code,
        )
    )
