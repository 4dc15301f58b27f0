"""A world with bills from before write-off began, and campaigns that catch up on them."""

from datetime import date, timedelta
from typing import Any

import msgspec
from tests.support.world import World
from tests.writeoff.casework import REASON, person
from tests.writeoff.months import FIRST, SECOND, THIRD, begin, on

from mingpiao.approvals.service import approve
from mingpiao.identity.model import Acting, Role
from mingpiao.kernel.clock import StoppedClock
from mingpiao.writeoff.model import Campaign
from mingpiao.writeoff.months import last_day
from mingpiao.writeoff.service import (
    CampaignPlan,
    carry_campaigns,
    get_campaign,
    list_campaigns,
    propose_campaign,
    propose_campaign_extension,
)

#: Write-off begins with `THIRD`; the campaign is decided on its second day.
DECIDED_ON = THIRD + timedelta(days=1)
DUE = DECIDED_ON + timedelta(days=60)
PLAN = CampaignPlan(
    name="2026年以来票据补核销",
    basis="内财综〔2027〕8号",
    first_month=FIRST,
    last_month=SECOND,
    due_on=DUE,
)


async def old_bills(world: World, clock: StoppedClock) -> dict[str, list[Any]]:
    """Bills by month and unit: in `FIRST` two of the charity and one of the hospital, in `SECOND` one of each of
    these and one of the other hospital. Write-off begins with `THIRD`, and it is `DECIDED_ON`.
    """
    province = world.province
    made: dict[str, list[Any]] = {}
    clock.set(on(last_day(FIRST)))
    made["charity-1"] = await world.issue(province.charity, *province.charity.requests(2))
    made["hospital-1"] = await world.issue(province.hospital, province.hospital.request())
    clock.set(on(last_day(SECOND)))
    made["charity-2"] = await world.issue(province.charity, province.charity.request(business_no="S-1"))
    made["hospital-2"] = await world.issue(province.hospital, province.hospital.request(business_no="S-2"))
    made["other-2"] = await world.issue(
        province.other_hospital, province.other_hospital.request(business_no="S-3")
    )
    clock.set(on(DECIDED_ON))
    await begin(world, THIRD)
    return made


async def province_head(world: World) -> Acting:
    """A further head of the province's department."""
    return await person(world, Role.DEPARTMENT_HEAD, region="150000")


async def proposed(world: World, acting: Acting | None = None, **changes: Any) -> int:
    """A campaign that is proposed; its proposal's id."""
    author = acting or await province_head(world)
    async with world.database.system() as connection:
        return await propose_campaign(
            connection, msgspec.structs.replace(PLAN, **changes), REASON, acting=author
        )


async def decide(world: World, proposal_id: int, *, region: str = "150000") -> None:
    """A second person approves."""
    other = await person(world, Role.DEPARTMENT_HEAD, region=region)
    async with world.database.system() as connection:
        await approve(connection, proposal_id, acting=other)


async def opened(world: World, acting: Acting | None = None, **changes: Any) -> Campaign:
    """A campaign that two persons opened; it has not reached the units yet."""
    await decide(world, await proposed(world, acting, **changes))
    async with world.database.system() as connection:
        return max(await list_campaigns(connection, "150000"), key=lambda each: each.campaign_id)


async def carried(world: World, campaign: Campaign) -> Campaign:
    """The campaign after the worker has reached all units."""
    await carry_campaigns(world.database)
    async with world.database.system() as connection:
        return await get_campaign(connection, campaign.campaign_id)


def days(count: int) -> date:
    """The last day of the campaign, so many days later."""
    return DUE + timedelta(days=count)


async def propose_later(world: World, campaign: Campaign, due_on: date) -> int:
    """A later last day that is proposed; its proposal's id."""
    acting = await province_head(world)
    async with world.database.system() as connection:
        return await propose_campaign_extension(
            connection, campaign.campaign_id, due_on, REASON, acting=acting
        )
