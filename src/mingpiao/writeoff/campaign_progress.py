"""How far each unit is with each campaign, added up when one of its months changes and not when somebody looks.

Whoever closes, writes off, opens again or puts off a month, or takes former bills in or away, adds the unit's months
up anew in the same transaction. The view `campaign_sums` says what `campaign_units` must hold.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.numbering.service import hold_limits

_ADD_UP = text("""
WITH sums AS MATERIALIZED (
    SELECT campaign_id, unit_id, months, months_done, bills, bills_done, bills_left, net_left, oldest, own_due_on,
           former_left, last_done_on
    FROM campaign_sums WHERE unit_id = ANY (CAST(:ids AS bigint[]))
), gone AS (
    DELETE FROM campaign_units AS known WHERE known.unit_id = ANY (CAST(:ids AS bigint[])) AND NOT EXISTS (
        SELECT FROM sums WHERE sums.campaign_id = known.campaign_id AND sums.unit_id = known.unit_id)
)
INSERT INTO campaign_units AS known (campaign_id, unit_id, months, months_done, bills, bills_done, bills_left, net_left,
                                     oldest, own_due_on, former_left, last_done_on)
SELECT * FROM sums
ON CONFLICT (campaign_id, unit_id) DO UPDATE SET
    months = excluded.months, months_done = excluded.months_done, bills = excluded.bills,
    bills_done = excluded.bills_done, bills_left = excluded.bills_left, net_left = excluded.net_left,
    oldest = excluded.oldest, own_due_on = excluded.own_due_on, former_left = excluded.former_left,
    last_done_on = excluded.last_done_on
""")


async def add_up_units(connection: AsyncConnection, unit_ids: Sequence[int]) -> None:
    """Add the months of units up anew, for all campaigns of the regions where they are now.

    Own months change under the locks of stock rows and former ones under that of the unit. What both hold here is
    the lock of the unit's limits, which no train takes: the second of two adds up what the first has done.
    """
    if unit_ids:
        await hold_limits(connection, unit_ids)
        await connection.execute(_ADD_UP, {"ids": sorted(unit_ids)})
