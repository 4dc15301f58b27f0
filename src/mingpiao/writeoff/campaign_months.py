"""How a campaign reaches units: their months are closed, or put off, and what an overdue one stops is written.

Both the worker and a unit that looks at its page do it, in any order and as often as they like: a unit's stock rows
are held, and the campaign is read after that, so that the last decision is what stays.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry, platform
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import now
from mingpiao.kernel.codes import region_prefix
from mingpiao.messages.service import tell_unit
from mingpiao.numbering.service import hold_stocks
from mingpiao.storage.database import Database
from mingpiao.writeoff.campaign_progress import add_up_units
from mingpiao.writeoff.campaigns import get_campaign, running_campaigns
from mingpiao.writeoff.limits import update_limits
from mingpiao.writeoff.model import Campaign
from mingpiao.writeoff.months import last_day, month_of

CATCH_UP = "/unit/writeoff/catch-up"
_PLATFORM = platform("carry_campaigns", name="系统自动结账")
#: Units that are reached in one transaction, under the locks of their stock rows.
_PORTION = 100
_DAY = timedelta(days=1)

# Bills of past months never change, so a month that has its cycles has all of them. Nobody can write off for a
# unit that is closed.
_CLOSE = text("""
INSERT INTO cycles (unit_id, month, kind_code, region_code, mode, issued_count, issued_amount, reversed_count,
                    reversed_amount, closed_at, due_on, campaign_id)
SELECT sums.unit_id, date_trunc('month', sums.day)::date, sums.kind_code, units.region_code, units.mode,
       sum(issued_count), sum(issued_amount), sum(reversed_count), sum(reversed_amount),
       CAST(:now AS timestamptz), CAST(:due_on AS date), CAST(:campaign_id AS bigint)
FROM day_sums AS sums JOIN managed_units AS units USING (unit_id)
WHERE sums.unit_id = ANY (:ids) AND sums.day BETWEEN :first AND :last
    AND starts_with(units.region_code, :prefix) AND units.state <> 'closed'
    AND NOT EXISTS (
        SELECT FROM cycles WHERE cycles.unit_id = sums.unit_id AND cycles.kind_code = sums.kind_code
        AND cycles.month = date_trunc('month', sums.day)::date)
GROUP BY 1, 2, 3, 4, 5
""")
# Months that were closed otherwise (by a campaign that ended, or with bills of an old system) follow this one. A
# later day that was granted to one unit stays.
_TAKE = text("""
UPDATE cycles SET campaign_id = :campaign_id,
    due_on = greatest(CAST(:due_on AS date), CASE WHEN extended THEN due_on END)
FROM managed_units AS units
WHERE cycles.unit_id = ANY (:ids) AND month BETWEEN :first AND :last AND writeoff_id IS NULL
    AND units.unit_id = cycles.unit_id AND starts_with(units.region_code, :prefix) AND units.state <> 'closed'
    AND (campaign_id, due_on) IS DISTINCT FROM (
        CAST(:campaign_id AS bigint), greatest(CAST(:due_on AS date), CASE WHEN extended THEN due_on END))
""")
_LEFT = text("""
SELECT unit_id, count(DISTINCT month) AS months, min(month) AS oldest FROM caught_up_cycles
WHERE unit_id = ANY (:ids) AND campaign_id = :campaign_id AND writeoff_id IS NULL GROUP BY 1 ORDER BY 1
""")
_PENDING = text("SELECT campaign_id FROM campaigns WHERE carried_revision < revision ORDER BY campaign_id")
_NEXT_UNITS = text("""
SELECT unit_id FROM managed_units
WHERE starts_with(region_code, :prefix) AND unit_id > (
    SELECT carried_unit FROM campaigns WHERE campaign_id = :campaign_id)
ORDER BY unit_id LIMIT :portion
""")
_GO_ON = text("""
UPDATE campaigns SET carried_unit = :last
WHERE campaign_id = :campaign_id AND revision = :revision AND carried_unit < :last
""")
_CARRIED = text("""
UPDATE campaigns SET carried_revision = revision, carried_unit = 0
WHERE campaign_id = :campaign_id AND revision = :revision
""")


async def carry_campaigns(database: Database) -> None:
    """Bring all units to the last decision about each campaign, a portion of units in a transaction.

    A run that was cut off goes on where it was; two at once do the same units twice without harm.
    """
    async with database.system() as connection:
        pending = list((await connection.execute(_PENDING)).scalars())
    for campaign_id in pending:
        while await _carry_portion(database, campaign_id):
            pass


async def _carry_portion(database: Database, campaign_id: int) -> bool:
    """Reach the next units; False when none is left."""
    async with database.system() as connection:
        campaign = await get_campaign(connection, campaign_id)
        given: dict[str, Any] = {"campaign_id": campaign_id, "revision": campaign.revision}
        wanted = given | {"prefix": region_prefix(campaign.region_code), "portion": _PORTION}
        unit_ids = list((await connection.execute(_NEXT_UNITS, wanted)).scalars())
        if not unit_ids:
            await connection.execute(_CARRIED, given)
            return False
        await carry_campaign(connection, campaign_id, unit_ids)
        # A decision that came meanwhile has set the units back to the first one.
        await connection.execute(_GO_ON, given | {"last": unit_ids[-1]})
    return True


async def carry_campaign(connection: AsyncConnection, campaign_id: int, unit_ids: Sequence[int]) -> None:
    """Bring some units to what is decided of a campaign now. Units of other regions, and closed ones, stay as they are."""
    changed = await _reach(connection, campaign_id, unit_ids)
    await update_limits(connection, changed, acting=_PLATFORM)
    await add_up_units(connection, unit_ids)


async def _reach(connection: AsyncConnection, campaign_id: int, unit_ids: Sequence[int]) -> list[int]:
    """Close or put off the months of some units, and tell the units.

    It is for the caller to write what they stop, of the units that are returned, and to add up their months.
    """
    moment = await hold_stocks(connection, unit_ids)
    campaign = await get_campaign(connection, campaign_id)
    if not campaign.is_running:
        return list(unit_ids)
    given = {
        "ids": list(unit_ids),
        "campaign_id": campaign_id,
        "prefix": region_prefix(campaign.region_code),
        "first": campaign.first_month,
        # By the database's clock, which dates the bills, the last month may have a second to go.
        "last": min(last_day(campaign.last_month), month_of(moment.date()) - _DAY),
        "due_on": campaign.due_on,
        "now": now(),
    }
    await connection.execute(_CLOSE, given)
    await connection.execute(_TAKE, given)
    # With months of former bills, of which nothing is written here.
    left = list(await connection.execute(_LEFT, {"ids": list(unit_ids), "campaign_id": campaign_id}))
    told = [row for row in left if await _tell(connection, campaign, row)]
    await record_all(connection, [_reached(campaign, row) for row in told])
    return [row.unit_id for row in left]


def _reached(campaign: Campaign, row: Row[Any]) -> AuditEntry:
    return AuditEntry(
        acting=_PLATFORM,
        action="campaign:carry",
        subject=f"unit:{row.unit_id}",
        unit_id=row.unit_id,
        details={
            "name": campaign.name,
            "months": str(row.months),
            "due_on": campaign.due_on.isoformat(),
        },
    )


async def _tell(connection: AsyncConnection, campaign: Campaign, row: Row[Any]) -> bool:
    """Tell a unit once of each last day of a campaign; False when it has been told."""
    after = "逾期后暂停发放票据。" if campaign.stops else ""
    return await tell_unit(
        connection,
        row.unit_id,
        f"campaign:due:{campaign.campaign_id}:{row.unit_id}:{campaign.due_on}",
        f"{campaign.name}：有{row.months}个月份需要补核销",
        f"{campaign.span}的票据应在{campaign.due_on:%Y年%-m月%-d日}前核销，本单位还有{row.months}个月份，"
        f"最早为{row.oldest:%Y年%-m月}。{after}各月可以按任意先后核销。依据：{campaign.basis}",
        link=CATCH_UP,
    )


async def carry_to_unit(
    connection: AsyncConnection,
    unit_id: int,
    region_code: str,
    *,
    anew: bool = False,
    acting: Acting = _PLATFORM,
) -> None:
    """Bring one unit to the campaigns of its region, so that nobody waits for the worker.

    What has reached all units is left out, unless the unit is new to the region (`anew`). Then what its arrears stop is
    written anew, and its months are added up, also where no campaign runs; whatever is done, that is done once.
    """
    running = await running_campaigns(connection, region_code)
    wanted = [each for each in running if anew or not each.is_carried]
    if not wanted and not anew:
        return
    await hold_stocks(connection, [unit_id])
    for campaign in wanted:
        await _reach(connection, campaign.campaign_id, [unit_id])
    await update_limits(connection, [unit_id], acting=acting)
    await add_up_units(connection, [unit_id])


async def carry_to_former(database: Database, unit_ids: Sequence[int]) -> None:
    """Bring units whose former bills came in to the campaigns of their regions: what they owe may be more than before."""
    for unit_id in unit_ids:
        async with database.system() as connection:
            region = await connection.scalar(_REGION, {"unit_id": unit_id})
            await carry_to_unit(connection, unit_id, str(region), anew=True)


_REGION = text("SELECT region_code FROM managed_units WHERE unit_id = :unit_id")


async def is_caught_up(connection: AsyncConnection, unit_id: int, month: date) -> bool:
    """Whether a unit's month from before write-off came into force must be written off, or may be: a campaign of
    its region runs that includes the month, or the month is closed.
    """
    return bool(await connection.scalar(_IS_CAUGHT_UP, {"unit_id": unit_id, "month": month}))


_IS_CAUGHT_UP = text("""
SELECT EXISTS (SELECT FROM cycles WHERE unit_id = :unit_id AND month = :month) OR EXISTS (
    SELECT FROM campaigns JOIN managed_units AS units
        ON campaigns.region_code IN (units.region_code, left(units.region_code, 4) || '00', left(units.region_code, 2) || '0000')
    WHERE units.unit_id = :unit_id AND campaigns.ended_at IS NULL
      AND CAST(:month AS date) BETWEEN campaigns.first_month AND campaigns.last_month)
""")
