"""On which days a unit is watched (重点监控), as rules read it from the profile in memory."""

from datetime import date

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.storage.notices import notify
from mingpiao.units.store import CHANNEL
from mingpiao.units.tables import watch_days


async def set_watch_days(
    connection: AsyncConnection, watch_id: int, unit_id: int, first_day: date, last_day: date
) -> None:
    """Say on which days a watch holds, both inclusive. Who places or changes the watch records it.

    Every process drops the unit's profile when the transaction commits.
    """
    row = {"watch_id": watch_id, "unit_id": unit_id, "first_day": first_day, "last_day": last_day}
    statement = insert(watch_days).values(row)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["watch_id"], set_={"last_day": last_day})
    )
    await notify(connection, CHANNEL, str(unit_id))
