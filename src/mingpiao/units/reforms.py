"""What happens when a region ends: its units move to the successor, in the transaction of the reform, and the
successor hears of the accounts that stay behind.
"""

from collections.abc import Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.identity.service import officers_of
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.messages.service import tell_department
from mingpiao.units.changes import ChangeWish, change_unit, withdraw_moves
from mingpiao.units.model import UnitChange, UnitChangeKind, UnitState
from mingpiao.units.tables import units


async def count_units_in_regions(connection: AsyncConnection, region_codes: Sequence[str]) -> int:
    """How many units within the connection's scope lie in one of these regions."""
    query = select(func.count()).select_from(units).where(units.c.region_code.in_(region_codes))
    found: int | None = await connection.scalar(query)
    return found or 0


async def count_units_in_scope(
    connection: AsyncConnection, regions: Sequence[str], unit_types: Sequence[str]
) -> int:
    """How many units that are not closed lie in these regions or below and are of these types (none: of any)."""
    lie = or_(*(units.c.region_code.startswith(region_prefix(code)) for code in regions))
    query = select(func.count()).select_from(units).where(lie, units.c.state != UnitState.CLOSED.value)
    if unit_types:
        query = query.where(units.c.unit_type.in_(unit_types))
    found: int | None = await connection.scalar(query)
    return found or 0


async def move_units(
    connection: AsyncConnection, region_code: str, successor: str, *, acting: Acting
) -> None:
    """Move all units of a region that are not closed; their bills keep the region of their day.

    A move that was planned for a unit gives way, and who planned it hears of that.

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
        for planned in await withdraw_moves(connection, unit_id, acting=acting):
            await _tell_of_move(connection, planned, region_code, successor)
        await change_unit(connection, unit_id, wish, acting=acting)


async def _tell_of_move(
    connection: AsyncConnection, planned: UnitChange, region_code: str, successor: str
) -> None:
    author = planned.made_in or region_code
    await tell_department(
        connection,
        successor if author == region_code else author,
        f"unit:move_withdrawn:{planned.change_id}",
        "计划的迁移已撤回",
        f"单位所在地区撤并，单位随地区调入新部门，原定{planned.effective_on.isoformat()}的迁移不再执行。"
        "仍需迁移的，请重新办理。",
        link=f"/finance/units/{planned.unit_id}",
    )


async def tell_of_accounts(
    connection: AsyncConnection, region_code: str, successor: str, *, acting: Acting
) -> None:
    """Tell the department that goes on how many people of the one that ended still have their accounts there.

    They see what was, and cannot do anything for the units that moved, until an administrator moves them too.
    """
    people = await officers_of(connection, region_code)
    if not people:
        return
    names = "、".join(each.display_name for each in people[:5]) + ("等" if len(people) > 5 else "")
    await tell_department(
        connection,
        successor,
        f"region:ended:{region_code}",
        "撤并部门的账户尚未调入",
        f"原财政部门还有{len(people)}个账户（{names}），只能查看原有资料。请系统管理员在“全部账户”中调入本部门，或停用。",
    )
