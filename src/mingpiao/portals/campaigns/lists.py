"""The list of units of a campaign: who is behind, and who is done."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from mingpiao.identity.model import Account
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_prefix
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.campaigns.access import visible_campaigns
from mingpiao.portals.gates import FINANCE_VIEW
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, Options, RegionFilter, UnitFilter
from mingpiao.portals.list_model import Batch, ExportFile, Listing
from mingpiao.portals.units.lists import TYPES
from mingpiao.portals.writeoff.rights import REMIND
from mingpiao.storage.paging import Page, key_refusal
from mingpiao.units.model import UnitType
from mingpiao.writeoff.model import Campaign, CampaignState, CampaignUnit, CampaignUnitFilter
from mingpiao.writeoff.service import list_campaign_units

ADDRESS = "/finance/campaigns"
_ALL = "all"
_STATES = (*((each.value, each.label) for each in CampaignState), (_ALL, "全部单位"))
_ORDERS = (("left", "未核销月份多的在前"), ("bills", "未核销票据多的在前"), ("done", "已核销月份多的在前"))


class CampaignUnitRow(msgspec.Struct, frozen=True, kw_only=True):
    """A unit of a campaign, with the name of its region."""

    found: CampaignUnit
    region: str
    is_running: bool


async def campaign_from(here: Here, text: str) -> Campaign | None:
    """The campaign of an address, or the first that runs; None where there is none."""
    known = await visible_campaigns(here.connection, here.account, here.catalog)
    wanted = read_whole(text)
    return next((each for each in known if each.campaign_id == wanted or not text), None)


async def _units(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[CampaignUnitRow]:
    campaign = await campaign_from(here, wanted["campaign"])
    if campaign is None:
        if key:
            raise key_refusal()
        return Page()
    asked = CampaignUnitFilter(
        region_prefix=region_prefix(wanted["region"]),
        unit_type=wanted["type"],
        state=None if wanted["state"] == _ALL else CampaignState(wanted["state"]),
        unit_id=wanted["unit_id"],
    )
    found = await list_campaign_units(
        here.connection, campaign, asked, order=wanted["sort"], after=key, limit=limit
    )
    rows = tuple(
        CampaignUnitRow(
            found=each, region=here.catalog.region_path(each.region_code), is_running=campaign.is_running
        )
        for each in found.items
    )
    return Page(items=rows, next_key=found.next_key)


async def _options(here: Here) -> Options:
    known = await visible_campaigns(here.connection, here.account, here.catalog)
    return [(str(each.campaign_id), each.name) for each in known]


def _usual(_account: Account, values: dict[str, str]) -> dict[str, str]:
    return values | {"state": values["state"] or CampaignState.LEFT.value}


def _months_of(row: CampaignUnitRow) -> str:
    return f"/finance/writeoff/months?{urlencode({'unit': row.found.unit})}"


def _state(row: CampaignUnitRow) -> Badge:
    if not row.found.months_left:
        return Badge("已完成", "green")
    if row.found.days_late and row.is_running:
        return Badge("已逾期", "red")
    return Badge("没有开始", "orange") if not row.found.months_done else Badge("进行中", "blue")


def _due(row: CampaignUnitRow) -> Parts | None:
    found = row.found
    if found.due_on is None:
        return None
    if not row.is_running:
        return Parts((found.due_on, Note("专项已结束")))
    left = (found.due_on - today()).days
    return Parts((found.due_on, Note(f"逾期 {found.days_late} 天" if found.days_late else f"还剩 {left} 天")))


def _oldest(row: CampaignUnitRow) -> str | None:
    return None if row.found.oldest is None else f"{row.found.oldest:%Y年%-m月}"


CAMPAIGN_UNITS: Listing[CampaignUnitRow] = Listing(
    name="finance_campaign_units",
    address=f"{ADDRESS}/units",
    title="补核销各单位进度",
    template="campaigns/units.html",
    crumbs=(("补核销专项", ADDRESS),),
    filters=(
        ChoiceFilter(
            name="campaign", label="补核销专项", width="col-12 col-lg-3", options=_options, empty="最近的专项"
        ),
        ChoiceFilter(name="state", label="进度", width="col-6 col-lg-2", options=_STATES, empty=""),
        RegionFilter(width="col-6 col-lg-2"),
        ChoiceFilter(name="type", label="单位类型", width="col-6 col-lg-2", options=TYPES),
        UnitFilter(width="col-12 col-lg-3"),
    ),
    orders=_ORDERS,
    usual=_usual,
    columns=(
        Column(
            name="unit",
            label="用票单位",
            kind="wide",
            head=True,
            value=lambda row: row.found.unit,
            link=_months_of,
        ),
        Column(name="region", label="地区", phone=False, value=lambda row: row.region),
        Column(
            name="type",
            label="单位类型",
            phone=False,
            shown=False,
            value=lambda row: UnitType(row.found.unit_type).label,
        ),
        Column(name="state", label="进度", value=_state),
        Column(name="months", label="应核销月数", kind="count", value=lambda row: row.found.months),
        Column(name="done", label="已核销月数", kind="count", value=lambda row: row.found.months_done),
        Column(name="left", label="未核销月数", kind="count", value=lambda row: row.found.months_left),
        Column(name="oldest", label="最早未核销月份", kind="short", value=_oldest),
        Column(
            name="due",
            label="核销期限",
            kind="short",
            value=_due,
            text=lambda row: "" if row.found.due_on is None else row.found.due_on.isoformat(),
            text_kind="day",
        ),
        Column(name="bills", label="未核销票据", kind="count", phone=False, value=lambda row: row.found.bills_left),
        Column(
            name="net", label="未核销净额（元）", kind="money", phone=False, value=lambda row: row.found.net_left
        ),
        Column(
            name="last",
            label="最近核销",
            kind="day",
            phone=False,
            shown=False,
            value=lambda row: row.found.last_done_on,
        ),
        Column(name="reminded", label="最近提醒", kind="day", value=lambda row: row.found.reminded_on),
    ),
    fetch=_units,
    empty=("没有符合条件的单位", "请修改专项、进度、地区或单位类型后重新查询。"),
    batch=Batch(
        address=f"{ADDRESS}/units/remind",
        template="campaigns/_remind.html",
        right=REMIND,
        noun="单位",
        row_id=lambda row: str(row.found.unit_id),
        offered=lambda row, _account: (
            row.is_running and bool(row.found.months_left) and row.found.reminded_on != today()
        ),
    ),
    export=ExportFile(
        action="campaign_units:export",
        file="campaign-units",
        right=FINANCE_VIEW,
        columns=(
            "unit", "region", "type", "state", "months", "done", "left", "oldest", "due", "bills", "net", "last",
            "reminded",
        ),
    ),
)  # fmt: skip
