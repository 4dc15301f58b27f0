"""How far campaigns are: by region and by unit, from the sums of each unit that are kept (`campaign_progress.py`).

All cycles of the months count, also those of bills from an old system, and those that were written off before the
campaign was opened. Who sees what is a matter of the connection's scope.
"""

from collections.abc import Iterable

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.storage.paging import KeyColumn, Keyset, Page
from mingpiao.writeoff.campaigns import campaign_of
from mingpiao.writeoff.model import (
    Campaign,
    CampaignSums,
    CampaignUnit,
    CampaignUnitFilter,
    CatchUp,
    CatchUpMonth,
    CatchUpState,
)

#: Orders of the list of units: by months that are left, bills that are left, or months that are done.
CAMPAIGN_ORDERS = ("left", "bills", "done")
_BY_PLACE = Keyset(KeyColumn("place", int, True), KeyColumn("unit_id", int))

_BY_REGION = text("""
SELECT left(units.region_code, :length) AS place, count(*) AS units,
       count(*) FILTER (WHERE months = months_done) AS units_done,
       sum(months)::bigint AS months, sum(months_done)::bigint AS months_done,
       sum(bills)::bigint AS bills, sum(bills_done)::bigint AS bills_done
FROM campaign_units AS found JOIN managed_units AS units USING (unit_id)
WHERE campaign_id = :campaign_id AND units.state <> 'closed'
    AND units.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
GROUP BY 1 ORDER BY 1
""")
# Bills of months that are written off, which wait for a decision or for rectification: of the units that are counted
# above, and by the month as it is now. A breach stands while its month is open again, and names the old request.
_HELD = text("""
SELECT left(units.region_code, :length) AS place, count(*) AS held
FROM exception_cases AS cases JOIN caught_up_cycles AS cycles USING (unit_id, month, kind_code, origin)
JOIN managed_units AS units USING (unit_id)
WHERE cases.month BETWEEN :first AND :last AND units.state <> 'closed'
    AND units.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND cases.state NOT IN ('cleared', 'rectified') AND cycles.writeoff_id IS NOT NULL
GROUP BY 1
""")
# Former bills are due when the campaign is, as long as it runs; own months may have been put off for the unit.
_UNITS = text("""
SELECT found.*, reminders.reminded_on
FROM (
    SELECT sums.unit_id, units.name AS unit, units.region_code, listed.unit_type, months, months_done, bills, bills_left,
           net_left, oldest, last_done_on,
           least(own_due_on, CASE WHEN former_left AND :running THEN CAST(:due_on AS date) END) AS due_on,
           CASE CAST(:order AS text) WHEN 'bills' THEN bills_left WHEN 'done' THEN months_done
           ELSE months - months_done END AS place
    FROM campaign_units AS sums JOIN managed_units AS units USING (unit_id) JOIN listed_units AS listed USING (unit_id)
    WHERE campaign_id = :campaign_id AND units.state <> 'closed'
        AND units.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
        AND (CAST(:unit_id AS bigint) IS NULL OR sums.unit_id = :unit_id)
        AND (CAST(:unit_type AS text) = '' OR listed.unit_type = :unit_type)
) AS found
LEFT JOIN campaign_reminders AS reminders
    ON reminders.unit_id = found.unit_id AND reminders.campaign_id = :campaign_id
WHERE (CAST(:state AS text) = ''
        OR :state = 'done' AND months = months_done
        OR :state = 'left' AND months > months_done
        OR :state = 'not_begun' AND months_done = 0
        OR :state = 'overdue' AND :running AND months > months_done AND due_on < CAST(:today AS date))
    AND (place < CAST(:after_place AS bigint) OR place = :after_place AND found.unit_id > :after_unit)
ORDER BY place DESC, found.unit_id LIMIT :limit
""")
_OF_UNIT = text("""
SELECT campaigns.*, sums.month, sums.month_due_on, sums.bills, sums.net, sums.done, sums.is_former,
       EXISTS (SELECT FROM writeoffs WHERE writeoffs.unit_id = :unit_id AND writeoffs.month = sums.month
               AND writeoffs.state = 'checking') AS checking,
       (SELECT count(*) FROM exception_cases AS cases
        WHERE cases.unit_id = :unit_id AND cases.month = sums.month
          AND cases.state IN ('open', 'asked', 'answered')) AS exceptions
FROM campaigns LEFT JOIN LATERAL (
    SELECT month, min(due_on) AS month_due_on, sum(issued_count + reversed_count)::bigint AS bills,
           sum(issued_amount - reversed_amount) AS net, bool_and(writeoff_id IS NOT NULL) AS done,
           bool_and(origin = 'former') OR NOT bool_or(writeoff_id IS NULL AND origin = 'own')
               AND bool_or(writeoff_id IS NULL) AS is_former
    FROM caught_up_cycles WHERE unit_id = :unit_id AND month BETWEEN campaigns.first_month AND campaigns.last_month
    GROUP BY month
) AS sums ON true
WHERE campaigns.region_code IN (CAST(:region AS text), left(:region, 4) || '00', left(:region, 2) || '0000')
    AND (campaigns.ended_at IS NULL OR EXISTS (
        SELECT FROM cycles WHERE cycles.unit_id = :unit_id AND cycles.campaign_id = campaigns.campaign_id
            AND cycles.writeoff_id IS NULL))
ORDER BY campaigns.first_month, campaigns.campaign_id, sums.month
""")
_BEHIND = text("""
SELECT count(*) FROM (
    SELECT FROM campaign_units JOIN managed_units AS units USING (unit_id)
    WHERE campaign_id = :campaign_id AND months_done < months AND units.state <> 'closed'
        AND units.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    LIMIT :most
) AS behind
""")
_REGION = text("SELECT region_code FROM managed_units WHERE unit_id = :unit_id")


async def campaign_sums(
    connection: AsyncConnection, campaign: Campaign, region_code: str
) -> dict[str, CampaignSums]:
    """How far a region is with a campaign, by the beginning of the codes of the places one level below it.

    A region's own units have a place of its own code; of a county there is one place. Only what belongs to the
    campaign's own region counts.
    """
    prefix = region_prefix(region_code)
    given = _span(campaign, prefix) | {"length": min(len(prefix) + 2, 6)}
    held = {row.place: row.held for row in await connection.execute(_HELD, given)}
    found = {}
    for row in (await connection.execute(_BY_REGION, given)).mappings():
        values = dict(row)
        place = values.pop("place")
        waiting = held.get(place, 0)
        values["bills_done"] -= waiting
        found[place] = CampaignSums(**values, held=waiting)
    return found


def _span(campaign: Campaign, prefix: str) -> dict[str, object]:
    """The campaign, its months, and the codes of those places of an area that it is for; maybe none."""
    own = region_prefix(campaign.region_code)
    inner = max(prefix, own, key=len)
    both = inner.startswith(own) and inner.startswith(prefix)
    return {
        "campaign_id": campaign.campaign_id,
        "first": campaign.first_month,
        "last": campaign.last_month,
        "low": inner.ljust(6, "0") if both else "",
        "high": inner.ljust(6, "9") if both else "",
    }


def campaign_total(sums: Iterable[CampaignSums]) -> CampaignSums:
    """Several sums as one."""
    every = list(sums)
    return CampaignSums(
        **{name: sum(getattr(each, name) for each in every) for name in CampaignSums.__struct_fields__}
    )


async def list_campaign_units(
    connection: AsyncConnection,
    campaign: Campaign,
    wanted: CampaignUnitFilter,
    *,
    order: str = CAMPAIGN_ORDERS[0],
    after: str = "",
    limit: int = 50,
) -> Page[CampaignUnit]:
    """Units with bills of a campaign's months, within the scope, in one of `CAMPAIGN_ORDERS`, the largest number first.

    Raises `Refusal` (`list.key_malformed`) for an `after` that no page returned.
    """
    place, unit_id = _BY_PLACE.read(after) if after else (2**62, 0)
    given = _span(campaign, wanted.region_prefix) | {
        "unit_type": wanted.unit_type,
        "unit_id": wanted.unit_id,
        "state": "" if wanted.state is None else wanted.state.value,
        "order": order,
        "running": campaign.is_running,
        "due_on": campaign.due_on,
        "today": today(),
        "after_place": place,
        "after_unit": unit_id,
        "limit": limit + 1,
    }
    rows = [dict(row) for row in (await connection.execute(_UNITS, given)).mappings()]
    places = {row["unit_id"]: row.pop("place") for row in rows}
    found = [CampaignUnit(**row) for row in rows]
    return _BY_PLACE.page(found, limit, lambda each: (places[each.unit_id], each.unit_id))


async def count_campaign_units(
    connection: AsyncConnection, campaign: Campaign, prefix: str, *, most: int
) -> int:
    """Units of an area that have months of a campaign left, within the scope; counts to `most` only."""
    found: int = (await connection.execute(_BEHIND, _span(campaign, prefix) | {"most": most})).scalar_one()
    return found


async def catch_up_of(connection: AsyncConnection, unit_id: int) -> list[CatchUp]:
    """The campaigns that concern a unit, with its months of each, oldest first: those that run, and ended ones of
    which a month is left.
    """
    region = await connection.scalar(_REGION, {"unit_id": unit_id})
    found: dict[int, CatchUp] = {}
    for row in (await connection.execute(_OF_UNIT, {"unit_id": unit_id, "region": region})).mappings():
        known = found.get(row["campaign_id"]) or CatchUp(campaign=campaign_of(row), months=())
        if row["month"] is not None:
            known = CatchUp(campaign=known.campaign, months=(*known.months, _month(row, known.campaign)))
        found[row["campaign_id"]] = known
    return list(found.values())


def _month(row: RowMapping, campaign: Campaign) -> CatchUpMonth:
    state = CatchUpState.OPEN
    if row["done"]:
        state = CatchUpState.DONE
    elif row["checking"]:
        state = CatchUpState.CHECKING
    elif campaign.is_running and (row["month_due_on"] or campaign.due_on) < today():
        state = CatchUpState.OVERDUE
    return CatchUpMonth(
        month=row["month"],
        due_on=row["month_due_on"] or campaign.due_on,
        bills=row["bills"],
        net=row["net"],
        state=state,
        exceptions=row["exceptions"],
        is_former=row["is_former"],
    )
