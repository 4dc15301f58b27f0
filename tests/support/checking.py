"""What tests of 复核 need beside a world: a demand of a unit, and a second person who decides."""

from decimal import Decimal
from typing import Any

from tests.support.province import Resident
from tests.support.world import World

from mingpiao.identity.model import Account, Acting, Role, acting_for
from mingpiao.issuing.model import CheckingDemand
from mingpiao.issuing.service import add_demand


def somebody_of(resident: Resident, role: Role, number: int = 71, name: str = "复核员") -> Acting:
    """A made-up person of a unit."""
    account = Account(
        account_id=number,
        username=f"person{number}",
        display_name=name,
        role=role,
        unit_id=resident.unit_id,
    )
    return acting_for(account, address="192.0.2.9")


async def demand_of(world: World, resident: Resident, **given: Any) -> CheckingDemand:
    """The unit's manager has bills checked: all, unless told otherwise."""
    profile = await world.services.units.profile(resident.unit_id)
    async with world.database.system() as connection:
        return await add_demand(
            connection,
            profile,
            **(given or {"amount_from": Decimal(0)}),
            acting=somebody_of(resident, Role.UNIT_MANAGER, 77, "管理员"),
        )
