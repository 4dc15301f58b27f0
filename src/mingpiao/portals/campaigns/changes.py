"""Proposing a campaign, a later last day, or its end; a second person decides under 待审变更."""

from collections.abc import Mapping
from datetime import date, timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals.service import address_of
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_month
from mingpiao.portals.campaigns.finance import campaign_for, may_change
from mingpiao.portals.campaigns.lists import ADDRESS
from mingpiao.portals.campaigns.rights import CAMPAIGN_PROPOSE
from mingpiao.portals.casework.parts import day_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.writeoff.model import Campaign
from mingpiao.writeoff.service import (
    MAX_BASIS,
    MAX_NAME,
    CampaignPlan,
    load_policies,
    month_of,
    months_after,
    propose_campaign,
    propose_campaign_end,
    propose_campaign_extension,
)

_GUARDS = [require_right(CAMPAIGN_PROPOSE)]
_MONTH: dict[str, str | int] = {"maxlength": 7, "placeholder": "2021-01"}
_REASON = FormField(
    name="reason",
    label="原因",
    kind="textarea",
    required=True,
    hint="审核人据此决定，留在专项的办理过程中。",
    attributes={"maxlength": 500},
)
_NEW = PageForm(
    address=f"{ADDRESS}/new",
    fields=(
        FormField(
            name="name",
            label="专项名称",
            required=True,
            hint="单位会看到，例如：2021年以来财政电子票据补核销。",
            attributes={"maxlength": MAX_NAME},
        ),
        FormField(
            name="basis",
            label="依据文号",
            required=True,
            hint="开展专项的文件名称或文号。",
            attributes={"maxlength": MAX_BASIS},
        ),
        FormField(
            name="first_month", label="起始月份", required=True, hint="写成“年-月”。", attributes=_MONTH
        ),
        FormField(
            name="last_month",
            label="截止月份",
            required=True,
            hint="写成“年-月”，应是已经过去、没有按月核销的月份。",
            attributes=_MONTH,
        ),
        FormField(
            name="due_on",
            label="核销期限",
            kind="date",
            required=True,
            hint="到这一天为止，单位把这些月份的票据全部核销。",
        ),
        FormField(
            name="stops",
            label="逾期后果",
            kind="radios",
            required=True,
            options=(("no", "只列为逾期"), ("yes", "逾期暂停发放票据（在线开票单位停止开票）")),
        ),
        _REASON,
    ),
    note="本地区及所属地区有这些月份票据的单位都要补核销。审核通过后，平台为各单位结账并发消息，各月可以按任意先后核销。",
    button="提交审核",
    cancel=ADDRESS,
)
_DUE = FormField(name="due_on", label="新的核销期限", kind="date", required=True)
_TITLES = {"extend": "延长期限", "end": "结束专项"}


@get("/campaigns/new", guards=_GUARDS)
async def new_campaign(call: NamedDependency[PageCall]) -> Response[str]:
    """The form, with the months since 2021 up to the last that is not written off in its turn."""
    kept = use_kept_members(call.request)
    return _new(call, kept or await _usual(call))


async def _usual(call: PageCall) -> dict[str, str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        begins_on = (await load_policies(connection)).of(f"{catalog.province}0000").policy.begins_on
    end = min(begins_on or today(), month_of(today()))
    return {
        "first_month": "2021-01",
        "last_month": f"{months_after(end, -1):%Y-%m}",
        "due_on": months_after(today(), 6).isoformat(),
        "stops": "no",
    }


def _new(call: PageCall, values: Mapping[str, str], problems: tuple[Problem, ...] = ()) -> Response[str]:
    crumbs = [("补核销专项", ADDRESS)]
    return form_page(call.request, _NEW, values, problems, title="开展补核销专项", crumbs=crumbs)


@post("/campaigns/new", guards=_GUARDS, status_code=200)
async def send_campaign(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Propose it."""
    members = await read_form(call.request)
    try:
        plan = _plan(members)
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal_id = await propose_campaign(
                connection, plan, members.get("reason", ""), acting=call.acting
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _new(call, members, refusal.problems)
    return redirect(call.request, address_of(proposal_id))


def _plan(members: Mapping[str, str]) -> CampaignPlan:
    """The plan that was typed. Raises `Refusal` for months and days that are none, all at once."""
    months = {name: read_month(members.get(name, "")) for name in ("first_month", "last_month")}
    problems = [
        Problem(
            code="campaign.range_invalid",
            field=name,
            message="请按“年-月”填写月份，例如2021-01。",
            status=422,
        )
        for name, month in months.items()
        if month is None
    ]
    due_on: date | None = None
    try:
        due_on = _day(members)
    except Refusal as refusal:
        problems += refusal.problems
    if members.get("stops") not in ("yes", "no"):
        message = "请选择逾期后果。"
        problems.append(Problem(code="campaign.stops_invalid", field="stops", message=message, status=422))
    first, last = months["first_month"], months["last_month"]
    if problems or first is None or last is None or due_on is None:
        raise Refusal(*problems)
    return CampaignPlan(
        name=members.get("name", ""),
        basis=members.get("basis", ""),
        first_month=first,
        last_month=last,
        due_on=due_on,
        stops=members.get("stops") == "yes",
    )


def _day(members: Mapping[str, str]) -> date:
    return day_of(members, "campaign.due_invalid", "请按“年-月-日”填写核销期限。")


@get("/campaigns/{campaign_id:int}/{verb:str}", guards=_GUARDS)
async def wish(
    call: NamedDependency[PageCall], campaign_id: FromPath[int], verb: FromPath[str]
) -> Response[str]:
    """The form of `extend` or `end`."""
    campaign = await _changeable(call, campaign_id, verb)
    kept = use_kept_members(call.request)
    later = {"due_on": max(campaign.due_on + timedelta(days=30), today() + timedelta(days=30)).isoformat()}
    return _change(call, campaign, verb, kept or later)


async def _changeable(call: PageCall, campaign_id: int, verb: str) -> Campaign:
    if verb not in _TITLES:
        raise refuse("http.404", "没有这种办理方式，请返回专项页面。", status=404)
    campaign = await campaign_for(call, campaign_id)
    catalog = await call.services.catalog.get()
    if campaign.is_running and not may_change(call, catalog, campaign):
        raise refuse("access.denied", "补核销专项由开展它的财政部门或其上级变更。", status=403)
    return campaign


def _change(
    call: PageCall,
    campaign: Campaign,
    verb: str,
    values: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    here = f"{ADDRESS}/{campaign.campaign_id}"
    extending = verb == "extend"
    form = PageForm(
        address=f"{here}/{verb}",
        fields=(*((_DUE,) if extending else ()), _REASON),
        note=_extension_note(campaign) if extending else _END_NOTE,
        button="提交审核",
        cancel=here,
    )
    crumbs = [("补核销专项", ADDRESS), (campaign.name, here)]
    return form_page(call.request, form, values, problems, title=_TITLES[verb], crumbs=crumbs)


_END_NOTE = (
    "审核通过后，不再提醒各单位，因本专项逾期暂停的发放和开票随即恢复；没有核销的月份仍可以提交，"
    "也可以列入以后的专项。已核销的月份不变。"
)


def _extension_note(campaign: Campaign) -> str:
    return (
        f"现在的期限是{campaign.due_on:%Y年%-m月%-d日}。审核通过后适用于所有单位，因本专项逾期暂停的发放和开票"
        "在几分钟内恢复；个别单位已经延到更晚的，以更晚的为准。"
    )


@post("/campaigns/{campaign_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def send_change(
    call: NamedDependency[PageCall], campaign_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Propose it."""
    campaign = await _changeable(call, campaign_id, verb)
    members = await read_form(call.request)
    reason = members.get("reason", "")
    try:
        due_on = _day(members) if verb == "extend" else None
        async with call.services.database.system() as connection:  # system: a verb writes
            if due_on is None:
                proposal_id = await propose_campaign_end(connection, campaign_id, reason, acting=call.acting)
            else:
                proposal_id = await propose_campaign_extension(
                    connection, campaign_id, due_on, reason, acting=call.acting
                )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return _change(call, campaign, verb, members, refusal.problems)
    return redirect(call.request, address_of(proposal_id))


HANDLERS = [new_campaign, send_campaign, wish, send_change]
