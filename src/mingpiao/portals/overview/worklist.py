"""What waits for a department this morning: each tile leads to the list that it counts."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.model import ApplicationState, ReviewFilter
from mingpiao.applications.service import list_reviews
from mingpiao.approvals.model import ProposalFilter, ProposalState
from mingpiao.approvals.service import list_proposals
from mingpiao.issuing.service import list_unusual_units
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.qualifications.model import QualificationFilter, QualificationState
from mingpiao.qualifications.service import list_qualifications
from mingpiao.rules.model import VersionState
from mingpiao.rules.service import RuleFilter, failure_figures, hit_figures, list_rules
from mingpiao.storage.paging import Page
from mingpiao.supply.service import load_supply_policy, low_stocks
from mingpiao.units.service import search
from mingpiao.writeoff.model import RectificationFilter, RectificationState
from mingpiao.writeoff.service import (
    ArrearsFilter,
    Lateness,
    count_campaign_units,
    count_undecided,
    list_arrears,
    list_rectifications,
    months_in_force,
    running_campaigns,
)

#: A tile counts so far and no further: nobody's morning is longer.
MOST = 100


class Tile(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of work: how much of it waits, and where. `urgent` is the part that is late."""

    name: str
    label: str
    count: int
    address: str
    more: bool = False
    urgent: str = ""

    @property
    def figure(self) -> str:
        return f"{self.count}+" if self.more else str(self.count)


async def load_worklist(connection: AsyncConnection, region_code: str) -> list[Tile]:
    """The tiles of a department, within the connection's scope."""
    return [
        await _reviews(connection, region_code),
        await _proposals(connection),
        await rules_waiting(connection, region_code),
        await _submitted(connection, region_code),
        await _ending(connection, region_code),
        await _stopped(connection, region_code),
        *await _rules(connection),
        await _unusual(connection, region_code),
        *await _writeoff(connection, region_code),
        *await _campaigns(connection, region_code),
        *await _low_stocks(connection, region_code),
    ]


async def _reviews(connection: AsyncConnection, region_code: str) -> Tile:
    wanted = ReviewFilter(state=ApplicationState.IN_REVIEW.value, reviewer_region=region_code)
    found = await list_reviews(connection, wanted, limit=MOST)
    left = [each.workdays_left() for each in found.items]
    late = sum(days is not None and days < 0 for days in left)
    soon = sum(days is not None and 0 <= days <= 1 for days in left)
    told = [f"逾期 {late} 件"] * bool(late) + [f"即将到期 {soon} 件"] * bool(soon)
    due = "overdue" if late else "soon" if soon else ""
    return _tile("reviews", "待复核", found, f"/finance/reviews?state=in_review&due={due}", "，".join(told))


async def _proposals(connection: AsyncConnection) -> Tile:
    found = await list_proposals(connection, ProposalFilter(state=ProposalState.OPEN), limit=MOST)
    return _tile("proposals", "待审变更", found, "/finance/approvals")


async def rules_waiting(connection: AsyncConnection, region_code: str) -> Tile:
    """Rules of a region and those below it that wait for approval; they are decided on their own pages."""
    wanted = RuleFilter(state=VersionState.SUBMITTED, region_prefix=region_prefix(region_code))
    found = await list_rules(connection, wanted, limit=MOST)
    return _tile("rules", "待审核监管规则", found, f"/finance/rules?state=submitted&region={region_code}")


async def _submitted(connection: AsyncConnection, region_code: str) -> Tile:
    state = QualificationState.SUBMITTED.value
    wanted = QualificationFilter(state=state, region_prefix=region_prefix(region_code))
    found = await list_qualifications(connection, wanted, limit=MOST)
    return _tile("qualifications", "待审核资质", found, "/finance/qualifications")


async def _ending(connection: AsyncConnection, region_code: str) -> Tile:
    wanted = QualificationFilter(
        region_prefix=region_prefix(region_code), expires_until=today() + timedelta(days=30)
    )
    found = await list_qualifications(connection, wanted, limit=MOST)
    over = sum(each.valid_until is not None and each.valid_until < today() for each in found.items)
    urgent = f"已到期 {over} 份" if over else ""
    return _tile("ending", "资质30天内到期", found, "/finance/qualifications?expiry=30", urgent)


async def _stopped(connection: AsyncConnection, region_code: str) -> Tile:
    found = await search(connection, standing="stopped", region_prefix=region_prefix(region_code), limit=1)
    return Tile(
        name="stopped",
        label="不能开票的单位",
        count=found.total or 0,
        address=f"/finance/units?standing=stopped&region={region_code}",
    )


async def _unusual(connection: AsyncConnection, region_code: str) -> Tile:
    found = await list_unusual_units(connection, region_prefix=region_prefix(region_code), limit=MOST)
    return _tile("unusual", "用票异常单位", found, f"/finance/unusual?region={region_code}")


async def _writeoff(connection: AsyncConnection, region_code: str) -> list[Tile]:
    if await months_in_force(connection) is None:
        return []
    prefix = region_prefix(region_code)
    wanted = ArrearsFilter(region_prefix=prefix, lateness=Lateness.OVER)
    behind = await list_arrears(connection, wanted, limit=MOST)
    address = f"/finance/writeoff/behind?region={region_code}"
    longest = f"最早{behind.items[0].oldest:%Y年%-m月}" if behind.items else ""
    undecided = await count_undecided(connection, prefix, most=MOST + 1)
    return [
        _tile("behind", "逾期未核销单位", behind, address, longest),
        Tile(
            name="exceptions",
            label="待处理异常票据",
            count=min(undecided, MOST),
            more=undecided > MOST,
            address="/finance/exceptions?whose=all",
        ),
        *await _notices(connection, prefix),
    ]


async def _notices(connection: AsyncConnection, prefix: str) -> list[Tile]:
    late = RectificationFilter(region_prefix=prefix, due="overdue")
    reported = RectificationFilter(region_prefix=prefix, states=(RectificationState.ANSWERED,))
    address = "/finance/rectifications?whose=all&state="
    return [
        _tile(
            "rectifying",
            "整改逾期",
            await list_rectifications(connection, late, limit=MOST),
            f"{address}overdue",
        ),
        _tile(
            "reported",
            "整改待验收",
            await list_rectifications(connection, reported, limit=MOST),
            f"{address}answered",
        ),
    ]


async def _campaigns(connection: AsyncConnection, region_code: str) -> list[Tile]:
    """A tile for each campaign that runs in the region, by its last day."""
    found = await running_campaigns(connection, region_code)
    prefix = region_prefix(region_code)
    tiles = []
    for each in sorted(found, key=lambda campaign: campaign.due_on):
        behind = await count_campaign_units(connection, each, prefix, most=MOST + 1)
        tiles.append(
            Tile(
                name=f"campaign-{each.campaign_id}",
                label="补核销没有完成的单位",
                count=min(behind, MOST),
                more=behind > MOST,
                address=f"/finance/campaigns/units?campaign={each.campaign_id}&state=left&region={region_code}",
                urgent=f"{'已过期限' if each.is_over else '期限'}{each.due_on:%Y年%-m月%-d日}"
                if behind
                else "",
            )
        )
    return tiles


async def _low_stocks(connection: AsyncConnection, region_code: str) -> list[Tile]:
    """Kinds of which the region or one below will soon have no numbers, where numbers flow by levels."""
    if not (await load_supply_policy(connection)).policy.by_levels:
        return []
    prefix = region_prefix(region_code)
    low, high = prefix.ljust(6, "0"), prefix.ljust(6, "9")
    found = await low_stocks(connection, low, high, most=MOST + 1)
    return [
        Tile(
            name="low-stocks",
            label="即将用完的号码库存",
            count=min(len(found), MOST),
            more=len(found) > MOST,
            address=f"/finance/supply/stock?region={region_code}",
            urgent=f"最早{found[0].runs_out_on:%Y年%-m月%-d日}" if found else "",
        )
    ]


async def _rules(connection: AsyncConnection) -> list[Tile]:
    last = today()
    failures = await failure_figures(connection, last - timedelta(days=6), last)
    hits = await hit_figures(connection, last - timedelta(days=29), last)
    overridden = [each for each in hits if each.overridden]
    running = "/finance/rules/running"
    week = (last - timedelta(days=6)).isoformat()
    return [
        Tile(
            name="failing",
            label="近7天运行失败的规则",
            count=len({each.code for each in failures}),
            address=f"{running}?from={week}#failures",
        ),
        Tile(
            name="overridden",
            label="要求核实却多数照开的规则",
            count=len(overridden),
            address=f"{running}?show=overridden#hits",
            urgent="、".join(each.code for each in overridden[:3]),
        ),
    ]


def _tile(name: str, label: str, found: Page[Any], address: str, urgent: str = "") -> Tile:
    more = bool(found.next_key)
    return Tile(name=name, label=label, count=len(found.items), more=more, address=address, urgent=urgent)
