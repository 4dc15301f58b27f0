"""The units that issue most in this hour, within the scope of who asks."""

from datetime import timedelta

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_prefix
from mingpiao.supervision.usual import WEEKS, Usual, usual_of

#: How many are shown, and how long (milliseconds) looking for them may take.
SHOWN, _LIMIT = 20, 3_000


class BusyUnit(msgspec.Struct, frozen=True, kw_only=True):
    """A unit in this hour: bills, reversals, and what is usual of bills in this whole hour."""

    unit_id: int
    bills: int
    reds: int
    usual: Usual


_BUSIEST = text(
    """
    SELECT unit_id, sum(bills)::bigint AS bills, sum(reds)::bigint AS reds FROM unit_hours
    WHERE hour = :hour AND starts_with(region_code, :prefix)
    GROUP BY unit_id ORDER BY 2 DESC, 3 DESC, 1 LIMIT :shown
    """
)
_BEFORE = text(
    """
    SELECT unit_id, hour, sum(bills)::bigint AS bills FROM unit_hours
    WHERE unit_id = ANY (:units) AND hour = ANY (:hours) GROUP BY 1, 2
    """
)
_FIRST = text("SELECT unit_id, min(hour) AS first FROM unit_hours WHERE unit_id = ANY (:units) GROUP BY 1")


async def busiest_units(connection: AsyncConnection, region_code: str) -> list[BusyUnit]:
    """The units of an area with most bills in this hour, at most twenty, the busiest first."""
    await connection.execute(text(f"SET LOCAL statement_timeout = {_LIMIT}"))
    hour = now().replace(minute=0, second=0, microsecond=0)
    given = {"hour": hour, "prefix": region_prefix(region_code), "shown": SHOWN}
    rows = (await connection.execute(_BUSIEST, given)).all()
    units = [row.unit_id for row in rows]
    hours = [hour - timedelta(weeks=week) for week in range(1, WEEKS + 1)]
    past = await connection.execute(_BEFORE, {"units": units, "hours": hours})
    bills = {(row.unit_id, row.hour): row.bills for row in past}
    begun = {row.unit_id: row.first for row in await connection.execute(_FIRST, {"units": units})}
    return [
        BusyUnit(
            unit_id=row.unit_id,
            bills=row.bills,
            reds=row.reds,
            usual=usual_of([bills.get((row.unit_id, at), 0) for at in hours if at >= begun[row.unit_id]]),
        )
        for row in rows
    ]
