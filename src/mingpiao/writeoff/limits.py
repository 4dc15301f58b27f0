"""What a unit's arrears stop, and after which day: written to its stock rows in the transaction that changes it."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting
from mingpiao.kernel.clock import today
from mingpiao.numbering.model import RECTIFICATION_OVERDUE, SupplyLimit
from mingpiao.numbering.service import set_issue_limits, set_supply_limits
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.model import OverdueMonth, OverdueNotice, UnitStops
from mingpiao.writeoff.policies import load_policies
from mingpiao.writeoff.values.rectifications import serial_of

#: The reason as it is stored, like `RECTIFICATION_OVERDUE`; numbering has their words.
WRITEOFF_OVERDUE = "writeoff_overdue"

# What is left of a campaign stops where the campaign says so, as long as it runs, and as long as the unit belongs to
# its region: a unit that moved away takes the months with it, but no campaign can lift there what this one stops.
_STOPPING_CYCLES = """
FROM caught_up_cycles AS cycles JOIN managed_units AS units USING (unit_id)
LEFT JOIN campaigns ON campaigns.campaign_id = cycles.campaign_id AND campaigns.region_code
    IN (units.region_code, left(units.region_code, 4) || '00', left(units.region_code, 2) || '0000')
WHERE cycles.unit_id = ANY (:ids) AND cycles.writeoff_id IS NULL
    AND (cycles.campaign_id IS NULL AND cycles.origin = 'own' OR campaigns.stops AND campaigns.ended_at IS NULL)
"""
# What was reported in time waits for the department and stops nobody; a report after the last day lifts nothing.
_STOPPING_NOTICES = """
FROM rectifications AS notices JOIN managed_units AS units USING (unit_id)
WHERE notices.unit_id = ANY (:ids)
  AND (notices.state = 'issued'
       OR (notices.state = 'answered'
           AND CAST(notices.answered_at AT TIME ZONE 'Asia/Shanghai' AS date) > notices.due_on))
"""
_OPEN_CYCLES = text(f"""
SELECT cycles.unit_id, min(cycles.due_on) AS due_on, units.mode {_STOPPING_CYCLES}
GROUP BY cycles.unit_id, units.mode
""")
_RECTIFYING = text(f"""
SELECT notices.unit_id, min(notices.due_on) AS due_on, units.region_code {_STOPPING_NOTICES}
GROUP BY notices.unit_id, units.region_code
""")
_OVERDUE_MONTHS = text(f"""
SELECT DISTINCT cycles.month, cycles.origin
{_STOPPING_CYCLES} AND cycles.due_on < :today ORDER BY cycles.month, cycles.origin
""")
_OVERDUE_NOTICES = text(f"""
SELECT notices.rectification_id, notices.issuer_code, notices.year, notices.number, notices.due_on
{_STOPPING_NOTICES} AND notices.due_on < :today ORDER BY notices.due_on, notices.rectification_id
""")
_PLACE = text("SELECT mode, region_code FROM managed_units WHERE unit_id = :unit_id")


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


async def unit_stops(connection: AsyncConnection, unit_id: int) -> UnitStops:
    """What is stopped of a unit today for being overdue, and for which months and notices, within the scope.

    It agrees with what `update_limits` wrote: both read the same rows.
    """
    given = {"ids": [unit_id], "today": today()}
    months = (await connection.execute(_OVERDUE_MONTHS, given)).all()
    notices = (await connection.execute(_OVERDUE_NOTICES, given)).all()
    place = (await connection.execute(_PLACE, {"unit_id": unit_id})).one()
    breach_stops = bool(notices) and await breach_stops_issuing(connection, place.region_code)
    return UnitStops(
        months=tuple(OverdueMonth(month=row.month, is_former=row.origin == "former") for row in months),
        notices=tuple(
            OverdueNotice(
                rectification_id=row.rectification_id,
                serial=serial_of(row.year, row.issuer_code, row.number),
                due_on=row.due_on,
            )
            for row in notices
        ),
        supply=bool(months or notices) and UnitMode(place.mode) is UnitMode.INTERFACE,
        issuing=(bool(months) and UnitMode(place.mode) is UnitMode.ONLINE) or breach_stops,
    )


async def breach_stops_issuing(connection: AsyncConnection, region_code: str) -> bool:
    """Whether an overdue rectification stops issuing in a region, and not only supply."""
    return (await load_policies(connection)).of(region_code).policy.breach_stops_issuing
