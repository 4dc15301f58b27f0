"""补核销专项, half done: bills from before write-off began, and who has caught up on them.

The steps are taken through the rooms' verbs under the moved clock. A build that was cut off goes on where it was.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime, time
from functools import partial

from mingpiao.approvals.service import approve
from mingpiao.demo.casework import DemoStep
from mingpiao.demo.regions import PROVINCE, moved
from mingpiao.demo.services import DemoServices
from mingpiao.demo.staff import Member, head_of, officer_of
from mingpiao.kernel.clock import SHANGHAI, today
from mingpiao.writeoff.service import (
    CampaignPlan,
    carry_campaigns,
    list_campaigns,
    months_after,
    propose_campaign,
)

#: Months from before write-off began that have bills, and how many a unit issued in each.
OLD_MONTHS, OLD_BILLS = 2, 2
#: Of so many units one has begun only, and one not even that.
_OF = 5
_NAME, _BASIS = "核销启用以前票据补核销专项", "内财综〔2026〕31号"

Issue = Callable[[Sequence[Member], date], Awaitable[None]]
WriteOff = Callable[[Sequence[Member], date], Awaitable[None]]


def old_months(begins: date) -> list[date]:
    """The months before write-off began, oldest first."""
    return [months_after(begins, -number) for number in range(OLD_MONTHS, 0, -1)]


def campaign_steps(
    services: DemoServices, members: Sequence[Member], begins: date, issue: Issue, write_off: WriteOff
) -> list[tuple[datetime, DemoStep]]:
    """All steps with their moments; write-off began with `begins`.

    `issue` issues some bills of units and `write_off` writes a month of theirs off, under the clock of the step.
    """
    months, due_on = old_months(begins), months_after(today(), 1)
    opened = months_after(begins, 1)
    return [
        *((_at(month.replace(day=15)), partial(issue, members, month)) for month in months),
        (_at(opened.replace(day=8)), partial(_open, services, months, due_on)),
        *(
            (_at(opened.replace(day=11)), partial(write_off, _caught_up(members, number), month))
            for number, month in enumerate(months)
        ),
    ]


def _at(day: date) -> datetime:
    return datetime.combine(day, time(16), SHANGHAI)


def _caught_up(members: Sequence[Member], number: int) -> list[Member]:
    """The units that have written off the month in this place: all but one in five, and but two of the last month."""
    left = {0} if number == 0 else {0, 1}
    return [member for member in members if member[1].ordinal % _OF not in left]


async def _open(services: DemoServices, months: Sequence[date], due_on: date) -> None:
    """An officer of the province proposes the campaign, the head approves it, and it reaches all units."""
    province = moved(PROVINCE, (await services.catalog.get()).province)
    plan = CampaignPlan(
        name=_NAME, basis=_BASIS, first_month=months[0], last_month=months[-1], due_on=due_on, stops=True
    )
    async with services.database.system() as connection:
        if not await list_campaigns(connection, province):
            reason = "核销启用以前的票据应全部核对到账并归档"
            proposal = await propose_campaign(connection, plan, reason, acting=officer_of(province))
            await approve(connection, proposal, acting=head_of(province))
    await carry_campaigns(services.database)
