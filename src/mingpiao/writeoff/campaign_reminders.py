"""Reminds units of what is left of a campaign: by itself ahead of the last day, and for a department."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Acting, AuditEntry
from mingpiao.identity.service import record_all
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.messages.service import tell_unit
from mingpiao.storage.database import Database
from mingpiao.writeoff.campaign_months import CATCH_UP
from mingpiao.writeoff.campaigns import campaign_of, get_campaign, unknown_campaign
from mingpiao.writeoff.model import Campaign
from mingpiao.writeoff.months import workday_after
from mingpiao.writeoff.reminders import Reminded, require_reminder

#: Working days before the last one on which units are reminded: there is much to do, so the first time early.
_DAYS_BEFORE = (10, 2)
#: Units that are told in one transaction.
_PORTION = 200
_ENDING = text("""
SELECT * FROM campaigns
WHERE ended_at IS NULL AND due_on BETWEEN :today AND :last ORDER BY campaign_id
""")
_BEHIND = text("""
SELECT unit_id, count(DISTINCT month) AS months, min(month) AS oldest, min(due_on) AS due_on
FROM caught_up_cycles WHERE campaign_id = :campaign_id AND writeoff_id IS NULL AND unit_id > :after
    AND month BETWEEN :first AND :last
GROUP BY 1 ORDER BY 1 LIMIT :portion
""")
# One row a unit: of two that remind at once, one waits and then finds that it is done.
_REMIND = text("""
WITH behind AS (
    SELECT units.unit_id, count(DISTINCT cycles.month) AS months, min(cycles.month) AS oldest,
           min(cycles.due_on) AS due_on
    FROM listed_units AS units JOIN caught_up_cycles AS cycles USING (unit_id)
    WHERE units.unit_id = ANY (:ids) AND cycles.campaign_id = :campaign_id AND cycles.writeoff_id IS NULL
        AND starts_with(units.region_code, :prefix)
    GROUP BY 1
), reminded AS (
    INSERT INTO campaign_reminders (campaign_id, unit_id, reminded_on, reminded_by_name)
    SELECT CAST(:campaign_id AS bigint), unit_id, CAST(:today AS date), CAST(:name AS text) FROM behind ORDER BY unit_id
    ON CONFLICT (campaign_id, unit_id) DO UPDATE
        SET reminded_on = excluded.reminded_on, reminded_by_name = excluded.reminded_by_name
        WHERE campaign_reminders.reminded_on < excluded.reminded_on
    RETURNING unit_id
)
SELECT behind.*, reminded.unit_id IS NOT NULL AS told FROM behind LEFT JOIN reminded USING (unit_id)
ORDER BY behind.unit_id
""")


async def remind_of_campaigns(database: Database) -> None:
    """Tell each unit that has months left of what is left, ten and two working days ahead of the last day, once each."""
    far, near = (workday_after(today(), count) for count in _DAYS_BEFORE)
    async with database.system() as connection:
        given = {"today": today(), "last": far}
        ending = [campaign_of(row) for row in (await connection.execute(_ENDING, given)).mappings()]
    for campaign in ending:
        stage = "near" if campaign.due_on <= near else "far"
        await _remind_all(database, campaign, stage)


async def _remind_all(database: Database, campaign: Campaign, stage: str) -> None:
    after, count = 0, _PORTION
    while count == _PORTION:
        given = {
            "campaign_id": campaign.campaign_id,
            "first": campaign.first_month,
            "last": campaign.last_month,
            "after": after,
            "portion": _PORTION,
        }
        async with database.system() as connection:
            rows = list(await connection.execute(_BEHIND, given))
            for row in rows:
                topic = f"campaign:{stage}:{campaign.campaign_id}:{row.unit_id}:{row.due_on}"
                await _tell(connection, campaign, row, topic=topic)
        count = len(rows)
        after = rows[-1].unit_id if rows else after


async def urge_campaign_units(
    connection: AsyncConnection, campaign_id: int, unit_ids: Sequence[int], *, acting: Acting
) -> Reminded:
    """Remind units of the acting department's area that have months of a running campaign left, each once a day.

    Units elsewhere, and those that are done, are passed over. Raises `Refusal` as `urge_units`, and
    `campaign.unknown` (404) for a campaign that has ended.
    """
    region = require_reminder(unit_ids, acting=acting)
    campaign = await get_campaign(connection, campaign_id)
    if not campaign.is_running:
        raise unknown_campaign()
    given = {
        "ids": sorted(set(unit_ids)),
        "campaign_id": campaign_id,
        "prefix": region_prefix(region),
        "today": today(),
        "name": acting.name,
    }
    behind = list(await connection.execute(_REMIND, given))
    told = [each for each in behind if each.told]
    for each in told:
        topic = f"campaign:remind:{campaign_id}:{each.unit_id}:{today()}"
        await _tell(connection, campaign, each, topic=topic, by="财政部门提醒：")
    await record_all(
        connection,
        [
            AuditEntry(
                acting=acting,
                action="campaign:remind",
                subject=f"unit:{each.unit_id}",
                unit_id=each.unit_id,
                details={"name": campaign.name, "months": str(each.months)},
            )
            for each in told
        ],
    )
    return Reminded(told=len(told), before=len(behind) - len(told))


async def _tell(
    connection: AsyncConnection, campaign: Campaign, row: Row[Any], *, topic: str, by: str = ""
) -> None:
    """Tell a unit of what is left, once for each topic; `by` says in the title who reminds."""
    stands = "已经逾期" if row.due_on < today() else f"应在{row.due_on:%Y年%-m月%-d日}前核销"
    after = "逾期的暂停发放票据。" if campaign.stops else ""
    await tell_unit(
        connection,
        row.unit_id,
        topic,
        f"{by}请完成补核销",
        f"{campaign.name}：本单位还有{row.months}个月份没有核销（最早为{row.oldest:%Y年%-m月}），{stands}。{after}",
        link=CATCH_UP,
        urgent=True,
    )
