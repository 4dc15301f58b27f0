"""What a unit's arrears stop, and after which day: written to its stock rows in the transaction that changes it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.numbering.model import RECTIFICATION_OVERDUE, SupplyLimit
from mingpiao.numbering.service import set_issue_limits, set_supply_limits
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.policies import load_policies

#: The reason as it is stored, like `RECTIFICATION_OVERDUE`; numbering has their words.
WRITEOFF_OVERDUE = "writeoff_overdue"

# What is left of a campaign stops where the campaign says so, and as long as it runs.
_OPEN_CYCLES = text("""
SELECT cycles.unit_id, min(cycles.due_on) AS due_on, units.mode
FROM caught_up_cycles AS cycles JOIN managed_units AS units USING (unit_id)
LEFT JOIN campaigns ON campaigns.campaign_id = cycles.campaign_id
WHERE cycles.unit_id = ANY (:ids) AND cycles.writeoff_id IS NULL
    AND (cycles.campaign_id IS NULL AND cycles.origin = 'own' OR campaigns.stops AND campaigns.ended_at IS NULL)
GROUP BY cycles.unit_id, units.mode
""")


# What was reported in time waits for the department and stops nobody; a report after the last day lifts nothing.
_RECTIFYING = text("""
SELECT notices.unit_id, min(notices.due_on) AS due_on, units.region_code
FROM rectifications AS notices JOIN managed_units AS units USING (unit_id)
WHERE notices.unit_id = ANY (:ids)
  AND (notices.state = 'issued'
       OR (notices.state = 'answered'
           AND CAST(notices.answered_at AT TIME ZONE 'Asia/Shanghai' AS date) > notices.due_on))
GROUP BY notices.unit_id, units.region_code
""")


async def update_limits(connection: AsyncConnection, unit_ids: Sequence[int], *, acting: Acting) -> None:
    """Write the last days of units anew, from their open cycles and rectifications as they are now.

    Overdue write-off stops supply of interface units and issuing of online units, whose numbers come at issue.
    Overdue rectification stops supply of all units, and issuing where the policy says so. Of several days the
    earliest counts. The order of locks is that of `numbering`: the unit's limits, then its stock rows.
    """
    given = {"ids": list(unit_ids)}
    owed = {
        row.unit_id: (row.due_on, UnitMode(row.mode)) for row in await connection.execute(_OPEN_CYCLES, given)
    }
    notices = {row.unit_id: row for row in await connection.execute(_RECTIFYING, given)}
    policies = await load_policies(connection) if notices else None
    issue, supply = {}, {}
    for unit_id in unit_ids:
        due_on, mode = owed.get(unit_id, (None, UnitMode.INTERFACE))
        overdue = _limit(due_on, WRITEOFF_OVERDUE)
        notice = notices.get(unit_id)
        rectified = _limit(notice.due_on if notice else None, RECTIFICATION_OVERDUE)
        stops = (
            notice is not None
            and policies is not None
            and policies.of(notice.region_code).policy.breach_stops_issuing
        )
        issue[unit_id] = _earliest(overdue if mode is UnitMode.ONLINE else None, rectified if stops else None)
        supply[unit_id] = _earliest(overdue, rectified)
    await set_issue_limits(connection, issue, acting=acting)
    await set_supply_limits(connection, supply, acting=acting)


def _limit(day: date | None, reason: str) -> SupplyLimit | None:
    return None if day is None else SupplyLimit(day=day, reason=reason)


def _earliest(*limits: SupplyLimit | None) -> SupplyLimit | None:
    return min((each for each in limits if each is not None), key=lambda each: each.day, default=None)
