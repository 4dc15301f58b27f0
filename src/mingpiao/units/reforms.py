"""What happens to units when their region ends: they move to its successor, in the transaction of the reform."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.units.changes import ChangeWish, change_unit
from mingpiao.units.model import UnitChangeKind, UnitState
from mingpiao.units.tables import units


async def count_units_in_regions(connection: AsyncConnection, region_codes: Sequence[str]) -> int:
    """How many units within the connection's scope lie in one of these regions."""
    query = select(func.count()).select_from(units).where(units.c.region_code.in_(region_codes))
    found: int | None = await connection.scalar(query)
    return found or 0


async def move_units(
    connection: AsyncConnection, region_code: str, successor: str, *, acting: Acting
) -> None:
    """Move all units of a region that are not closed; their bills keep the region of their day.

    Raises what `change_unit` raises, for example for a unit whose reviews are not decided yet.
    """
    query = (
        select(units.c.unit_id)
        .where(units.c.region_code == region_code, units.c.state != UnitState.CLOSED.value)
        .order_by(units.c.unit_id)
    )
    wish = ChangeWish(
        kind=UnitChangeKind.REGION, effective_on=today(), reason="行政区划撤并", after=successor
    )
    for unit_id in (await connection.scalars(query)).all():
        await change_unit(connection, unit_id, wish, acting=acting)
