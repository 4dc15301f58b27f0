"""How far campaigns are: by region and by unit, added up from the cycles of their months when somebody asks.

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
WITH months AS (
    SELECT unit_id, month, min(region_code) AS region_code, sum(issued_count + reversed_count) AS bills,
           bool_and(writeoff_id IS NOT NULL) AS done,
           coalesce(sum(issued_count + reversed_count) FILTER (WHERE writeoff_id IS NOT NULL), 0) AS bills_done
    FROM caught_up_cycles
    WHERE month BETWEEN :first AND :last AND region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    GROUP BY unit_id, month
), whole AS (
    SELECT unit_id, max(region_code) AS region_code, count(*) AS months, count(*) FILTER (WHERE done) AS months_done,
           sum(bills) AS bills, sum(bills_done) AS bills_done
    FROM months GROUP BY unit_id
)
SELECT left(region_code, :length) AS place, count(*) AS units, count(*) FILTER (WHERE months = months_done) AS units_done,
       sum(months)::bigint AS months, sum(months_done)::bigint AS months_done,
       sum(bills)::bigint AS bills, sum(bills_done)::bigint AS bills_done
FROM whole GROUP BY 1 ORDER BY 1
""")
# Bills of months that are written off, which wait for a decision or for rectification.
_HELD = text("""
SELECT left(cases.region_code, :length) AS place, count(*) AS held
FROM exception_cases AS cases JOIN writeoffs USING (writeoff_id)
WHERE cases.month BETWEEN :first AND :last
    AND cases.region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
    AND cases.state NOT IN ('cleared', 'rectified') AND writeoffs.state = 'done'
GROUP BY 1
""")
_UNITS = text("""
SELECT found.*, reminders.reminded_on
FROM (
    SELECT whole.*, CASE CAST(:order AS text) WHEN 'bills' THEN bills_left WHEN 'done' THEN months_done
        ELSE months - months_done END AS place
    FROM (
        SELECT months.unit_id, units.name AS unit, max(months.region_code) AS region_code, units.unit_type,
               count(*) AS months, count(*) FILTER (WHERE done) AS months_done, sum(bills)::bigint AS bills,
               coalesce(sum(bills) FILTER (WHERE NOT done), 0)::bigint AS bills_left,
               coalesce(sum(net) FILTER (WHERE NOT done), 0) AS net_left,
               min(month) FILTER (WHERE NOT done) AS oldest, min(due_on) FILTER (WHERE NOT done) AS due_on,
               max(done_on) FILTER (WHERE done) AS last_done_on
        FROM (
            SELECT unit_id, month, min(region_code) AS region_code, sum(issued_count + reversed_count) AS bills,
                   sum(issued_amount - reversed_amount) AS net, min(due_on) AS due_on,
                   bool_and(writeoff_id IS NOT NULL) AS done,
                   (max(written_off_at) AT TIME ZONE 'Asia/Shanghai')::date AS done_on
            FROM caught_up_cycles
            WHERE month BETWEEN :first AND :last
                AND region_code BETWEEN CAST(:low AS char(6)) AND CAST(:high AS char(6))
                AND (CAST(:unit_id AS bigint) IS NULL OR unit_id = :unit_id)
            GROUP BY unit_id, month
        ) AS months JOIN listed_units AS units USING (unit_id)
        WHERE (CAST(:unit_type AS text) = '' OR units.unit_type = :unit_type)
        GROUP BY months.unit_id, units.name, units.unit_type
    ) AS whole
    WHERE CAST(:state AS text) = ''
        OR :state = 'done' AND months = months_done
        OR :state = 'left' AND months > months_done
        OR :state = 'not_begun' AND months_done = 0
        OR :state = 'overdue' AND :running AND months > months_done AND due_on < CAST(:today AS date)
) AS found
LEFT JOIN campaign_reminders AS reminders
    ON reminders.unit_id = found.unit_id AND reminders.campaign_id = :campaign_id
WHERE place < CAST(:after_place AS bigint) OR place = :after_place AND found.unit_id > :after_unit
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
# Each part is ordered by the index over what is left, so that counting ends early.
_BEHIND = text("""
SELECT count(*) FROM (
    (SELECT DISTINCT cycles.unit_id FROM cycles JOIN listed_units AS units USING (unit_id)
     WHERE campaign_id = :campaign_id AND writeoff_id IS NULL AND starts_with(units.region_code, :prefix) LIMIT :most)
    UNION
    (SELECT DISTINCT months.unit_id FROM former_months AS months JOIN listed_units AS units USING (unit_id)
     WHERE month BETWEEN :first AND :last AND written_off_at IS NULL AND starts_with(units.region_code, :prefix)
     LIMIT :most)
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
    """The months of a campaign, and the codes of the places of an area that it is for."""
    inner = _inner(campaign, prefix)
    return {
        "first": campaign.first_month,
        "last": campaign.last_month,
        "low": "" if inner is None else inner.ljust(6, "0"),
        "high": "" if inner is None else inner.ljust(6, "9"),
    }


def _inner(campaign: Campaign, prefix: str) -> str | None:
    """How the codes begin of what lies in an area and in a campaign's region; None where nothing lies in both."""
    own = region_prefix(campaign.region_code)
    inner = max(prefix, own, key=len)
    return inner if inner.startswith(own) and inner.startswith(prefix) else None


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
        "campaign_id": campaign.campaign_id,
        "unit_type": wanted.unit_type,
        "unit_id": wanted.unit_id,
        "state": "" if wanted.state is None else wanted.state.value,
        "order": order,
        "running": campaign.is_running,
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
    inner = _inner(campaign, prefix)
    if inner is None:
        return 0
    given = {
        "campaign_id": campaign.campaign_id,
        "first": campaign.first_month,
        "last": campaign.last_month,
        "prefix": inner,
        "most": most,
    }
    found: int = (await connection.execute(_BEHIND, given)).scalar_one()
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
