"""/finance/campaigns: 补核销专项 of a department's area, how far they are by region, and who is behind."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.service import address_of, open_proposal
from mingpiao.catalog.model import Catalog
from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.campaigns.access import visible_campaigns
from mingpiao.portals.campaigns.lists import ADDRESS, CAMPAIGN_UNITS, campaign_from
from mingpiao.portals.campaigns.rights import CAMPAIGN_PROPOSE
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import clean_text, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_filters import Here
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.overview.figures import children_of
from mingpiao.portals.regions import chosen_region, crumbs_above, home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.portals.writeoff.rights import REMIND
from mingpiao.writeoff.model import Campaign, CampaignStep, CampaignSums
from mingpiao.writeoff.service import (
    CAMPAIGN_CHANGE,
    campaign_history,
    campaign_sums,
    campaign_total,
    share,
    urge_campaign_units,
)


class PlaceRow(msgspec.Struct, frozen=True, kw_only=True):
    """A place of a campaign: its sums, where its name leads, and the list of its units that are behind."""

    name: str
    address: str
    behind: str
    sums: CampaignSums

    @property
    def units_share(self) -> Decimal | None:
        return share(self.sums.units_done, self.sums.units)

    @property
    def months_share(self) -> Decimal | None:
        return share(self.sums.months_done, self.sums.months)

    @property
    def bills_share(self) -> Decimal | None:
        return share(self.sums.bills_done, self.sums.bills)


@get("/campaigns")
async def campaigns_page(call: NamedDependency[PageCall]) -> Response[str]:
    """All campaigns that concern the department, those that run first."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        found = await visible_campaigns(connection, call.session.account, catalog)
    return page(
        call.request,
        "campaigns/campaigns.html",
        title="补核销专项",
        crumbs=[("概览", "/finance")],
        campaigns=[(each, catalog.regions[each.region_code].name) for each in found],
        may_propose=may_lead(call, catalog),
        address=ADDRESS,
    )


def may_lead(call: PageCall, catalog: Catalog) -> bool:
    """Whether the account may propose campaigns: that of a province's or a city's department."""
    account = call.session.account
    region = home_region(account, catalog)
    return allowed(account.role, CAMPAIGN_PROPOSE) and region_prefix(region) != region


async def campaign_for(call: PageCall, campaign_id: int) -> Campaign:
    """The campaign of an address. Raises `Refusal` (`campaign.unknown`, 404) for one that does not concern the account."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        known = await visible_campaigns(connection, call.session.account, catalog)
    found = next((each for each in known if each.campaign_id == campaign_id), None)
    if found is None:
        raise refuse("campaign.unknown", "没有找到该补核销专项，或您无权查看。", status=404)
    return found


def may_change(call: PageCall, catalog: Catalog, campaign: Campaign) -> bool:
    """Whether the account may propose a later day or the end of a campaign."""
    own = home_region(call.session.account, catalog)
    return campaign.is_running and may_lead(call, catalog) and region_covers(own, campaign.region_code)


@get("/campaigns/{campaign_id:int}")
async def campaign_page(call: NamedDependency[PageCall], campaign_id: FromPath[int]) -> Response[str]:
    """How far a campaign is in a region and the places below it, and what was decided of it."""
    campaign = await campaign_for(call, campaign_id)
    catalog = await call.services.catalog.get()
    account = call.session.account
    region_code = chosen_region(
        account,
        catalog,
        clean_text(read_query(call.request).get("region", "")) or _widest(call, catalog, campaign),
    )
    async with call.reads() as connection:
        sums = await campaign_sums(connection, campaign, region_code)
        steps = await campaign_history(connection, campaign_id)
        proposed = await open_proposal(connection, CAMPAIGN_CHANGE.kind, str(campaign_id))
    widest = _widest(call, catalog, campaign)
    above = [code for code in crumbs_above(account, catalog, region_code) if region_covers(widest, code)]
    return page(
        call.request,
        "campaigns/campaign.html",
        title=campaign.name,
        crumbs=[("补核销专项", ADDRESS)],
        campaign=campaign,
        region=catalog.regions[region_code],
        owner=catalog.regions[campaign.region_code].name,
        regions_above=[(catalog.regions[code].name, _address(campaign, code)) for code in above],
        whole=_row(campaign, "合计", region_code, "", campaign_total(sums.values())),
        rows=_rows(campaign, catalog, region_code, sums),
        history=[_line(each) for each in steps],
        may_change=may_change(call, catalog, campaign) and proposed is None,
        proposal="" if proposed is None else address_of(proposed.proposal_id),
        address=f"{ADDRESS}/{campaign_id}",
    )


def _widest(call: PageCall, catalog: Catalog, campaign: Campaign) -> str:
    """The largest region of the campaign that the account sees."""
    own = home_region(call.session.account, catalog)
    return campaign.region_code if region_covers(own, campaign.region_code) else own


def _address(campaign: Campaign, region_code: str) -> str:
    return f"{ADDRESS}/{campaign.campaign_id}?{urlencode({'region': region_code})}"


def _row(campaign: Campaign, name: str, region_code: str, address: str, sums: CampaignSums) -> PlaceRow:
    query = {"campaign": campaign.campaign_id, "region": region_code, "state": "left"}
    behind = f"{CAMPAIGN_UNITS.address}?{urlencode(query)}" if region_code and sums.units_left else ""
    return PlaceRow(name=name, address=address, behind=behind, sums=sums)


def _rows(
    campaign: Campaign, catalog: Catalog, region_code: str, sums: Mapping[str, CampaignSums]
) -> Sequence[PlaceRow]:
    """A row for each place with units, in the order of the codes; a region's own units last."""
    children = children_of(catalog, region_code)
    rows = [
        _row(campaign, catalog.regions[code].name, code, _address(campaign, code), sums[region_prefix(code)])
        for code in children
        if region_prefix(code) in sums
    ]
    own = sums.get(region_code[: min(len(region_prefix(region_code)) + 2, 6)])
    if own is not None:
        name = catalog.regions[region_code].name + ("本级" if children else "")
        # No list is of a region's own units without those below it.
        rows.append(_row(campaign, name, "" if children else region_code, "", own))
    return rows


def _line(step: CampaignStep) -> HistoryLine:
    return HistoryLine(
        at=step.at,
        what=f"{step.kind.label}，核销期限{step.due_on:%Y年%-m月%-d日}",
        who=f"{step.proposed_by_name}提出，{step.approved_by_name}审核",
        note=step.reason,
    )


@get("/campaigns/units")
async def units_page(call: NamedDependency[PageCall]) -> Response[str]:
    """Units of a campaign; those that are not done, unless told otherwise."""
    return await show_list(call.request, call.session, call.services, CAMPAIGN_UNITS, reminded=None)


@post("/campaigns/units/remind", guards=[require_right(REMIND)], status_code=200)
async def remind(call: NamedDependency[PageCall]) -> Response[str]:
    """Remind the chosen units, and show the list with how many that were."""
    sent = await read_chosen(call.request, CAMPAIGN_UNITS)
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        here = Here(
            account=call.session.account, catalog=catalog, units=call.services.units, connection=connection
        )
        campaign = await campaign_from(here, sent.filter.get("campaign", ""))
    if campaign is None:
        raise refuse("campaign.unknown", "没有找到该补核销专项，或您无权查看。", status=404)
    try:
        # system: messages and the audit trail are written; the verb keeps to the department's area
        async with call.services.database.system() as connection:
            reminded = await urge_campaign_units(
                connection, campaign.campaign_id, sent.ids, acting=call.acting
            )
    except Refusal as refusal:
        return await show_refused(call, CAMPAIGN_UNITS, sent, refusal.problems, reminded=None)
    return await show_list(
        call.request, call.session, call.services, CAMPAIGN_UNITS, given=sent.filter, reminded=reminded
    )


HANDLERS = [campaigns_page, campaign_page, units_page, remind, *list_helpers(CAMPAIGN_UNITS)]
