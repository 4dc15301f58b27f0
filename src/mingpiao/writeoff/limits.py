"""What a unit's arrears stop, and after which day: written to its stock rows in the transaction that changes it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.numbering.model import SupplyLimit
from mingpiao.numbering.service import set_issue_limit, set_supply_limit
from mingpiao.units.model import UnitMode

#: Reasons as they are stored; numbering has their words.
WRITEOFF_OVERDUE, RECTIFICATION_OVERDUE = "writeoff_overdue", "rectification_overdue"

_OPEN_CYCLES = text("""
SELECT cycles.unit_id, min(cycles.due_on) AS due_on, units.mode
FROM cycles JOIN managed_units AS units USING (unit_id)
WHERE cycles.unit_id = ANY (:ids) AND cycles.writeoff_id IS NULL
GROUP BY cycles.unit_id, units.mode
""")


async def update_limits(connection: AsyncConnection, unit_ids: Sequence[int], *, acting: Acting) -> None:
    """Write the last days of units anew, from their open cycles and rectifications as they are now.

    Overdue write-off stops supply of interface units and issuing of online units, whose numbers come at issue.
    The order of locks is that of `numbering`: the unit's limits, then its stock rows.
    """
    owed = {
        row.unit_id: (row.due_on, UnitMode(row.mode))
        for row in await connection.execute(_OPEN_CYCLES, {"ids": list(unit_ids)})
    }
    for unit_id in sorted(unit_ids):
        due_on, mode = owed.get(unit_id, (None, UnitMode.INTERFACE))
        overdue = _limit(due_on, WRITEOFF_OVERDUE)
        await set_issue_limit(
            connection, unit_id, overdue if mode is UnitMode.ONLINE else None, acting=acting
        )
        await set_supply_limit(connection, unit_id, overdue, acting=acting)


def _limit(day: date | None, reason: str) -> SupplyLimit | None:
    return None if day is None else SupplyLimit(day=day, reason=reason)
