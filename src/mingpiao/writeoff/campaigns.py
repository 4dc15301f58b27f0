"""补核销专项: a department's campaign for months from before write-off came into force.

It is opened, put off and ended by two persons of the department (room `approvals`), since it binds all units of a
region. What was decided reaches the units through `campaign_months`; deciding writes one row, whatever the region.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import RowMapping, insert, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.approvals.service import propose, stale
from mingpiao.house.model import ChangedRow, ProposalKind
from mingpiao.identity.model import Acting, AuditEntry, Role
from mingpiao.identity.service import record
from mingpiao.kernel.clock import now, today
from mingpiao.kernel.codes import region_covers, region_prefix
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.text import unprintable
from mingpiao.storage.locks import NamedLock
from mingpiao.writeoff.casework import checked_words
from mingpiao.writeoff.model import Campaign, CampaignStep, CampaignStepKind
from mingpiao.writeoff.months import months_after, next_month
from mingpiao.writeoff.policies import months_in_force
from mingpiao.writeoff.tables import campaign_steps, campaigns

CAMPAIGNS = NamedLock("campaigns")
_LOCK = CAMPAIGNS.statement("SELECT pg_advisory_xact_lock(hashtext('writeoff_campaigns'))")
_UNITS = text("""
SELECT count(*) FROM managed_units
WHERE state <> 'closed' AND EXISTS (SELECT FROM unnest(CAST(:prefixes AS text[])) AS prefix WHERE starts_with(region_code, prefix))
""")
#: A campaign has at most so many months, and its last day is at most so many ahead.
MOST_CAMPAIGN_MONTHS, MOST_MONTHS_AHEAD = 120, 24
#: Electronic bills began with the pilot of 2012; an older month is a slip of the pen.
OLDEST_MONTH = date(2012, 1, 1)
MAX_NAME, MAX_BASIS = 60, 80
_DEPARTMENT_ROLES = frozenset({Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD})
_COUNTY_PREFIX = 6


class CampaignPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What a department wants to open; months are their first days."""

    name: str
    basis: str
    first_month: date
    last_month: date
    due_on: date
    stops: bool = False


class _Opening(msgspec.Struct, frozen=True, kw_only=True):
    region_code: str
    plan: CampaignPlan
    reason: str
    author: str
    author_name: str


class _Change(msgspec.Struct, frozen=True, kw_only=True):
    """A later last day, or, without one, the end."""

    campaign_id: int
    revision: int
    due_on: date | None
    reason: str
    author: str
    author_name: str


# -- looking them up ---------------------------------------------------------------------------------------


async def get_campaign(connection: AsyncConnection, campaign_id: int) -> Campaign:
    """A campaign; raises `Refusal` (`campaign.unknown`, 404)."""
    query = select(campaigns).where(campaigns.c.campaign_id == campaign_id)
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        raise unknown_campaign()
    return campaign_of(row)


def unknown_campaign() -> Refusal:
    """The refusal of a campaign that does not exist, or does not concern who asks."""
    return refuse("campaign.unknown", "没有找到该补核销专项，或您无权查看。", status=404)


async def list_campaigns(connection: AsyncConnection, region_code: str) -> list[Campaign]:
    """The campaigns of a region, of those above that include it, and of those below, the running and newest first."""
    rows = await connection.execute(
        select(campaigns)
        .where(
            or_(
                campaigns.c.region_code.startswith(region_prefix(region_code)),
                campaigns.c.region_code.in_(_regions_above(region_code)),
            )
        )
        .order_by(campaigns.c.ended_at.is_not(None), campaigns.c.campaign_id.desc())
    )
    return [campaign_of(row) for row in rows.mappings()]


async def running_campaigns(connection: AsyncConnection, region_code: str) -> list[Campaign]:
    """The campaigns that run and that units of a region take part in, oldest months first."""
    rows = await connection.execute(
        select(campaigns)
        .where(campaigns.c.ended_at.is_(None), campaigns.c.region_code.in_(_regions_above(region_code)))
        .order_by(campaigns.c.first_month)
    )
    return [campaign_of(row) for row in rows.mappings()]


def _regions_above(region_code: str) -> set[str]:
    """The codes of a region, its city and its province."""
    return {region_code, f"{region_code[:4]}00", f"{region_code[:2]}0000"}


async def campaign_history(connection: AsyncConnection, campaign_id: int) -> list[CampaignStep]:
    """What was decided of a campaign, oldest first."""
    names = CampaignStep.__struct_fields__
    query = (
        select(*(campaign_steps.c[name] for name in names))
        .where(campaign_steps.c.campaign_id == campaign_id)
        .order_by(campaign_steps.c.step_id)
    )
    rows = (await connection.execute(query)).mappings()
    return [CampaignStep(**(dict(row) | {"kind": CampaignStepKind(row["kind"])})) for row in rows]


def campaign_of(row: RowMapping) -> Campaign:
    """A campaign from its row."""
    names = set(Campaign.__struct_fields__) - {"is_carried"}
    values = {name: row[name] for name in names}
    return Campaign(**values, is_carried=row["carried_revision"] == row["revision"])


# -- opening -----------------------------------------------------------------------------------------------


async def propose_campaign(
    connection: AsyncConnection, plan: CampaignPlan, reason: str, *, acting: Acting
) -> int:
    """开展补核销专项: propose a campaign of the acting person's region; returns the proposal's id.

    Raises `Refusal`: `access.denied` (403) for anybody but people of a province's or a city's department, every
    problem of the plan (422, by field: `campaign.name_invalid`, `campaign.range_invalid`, `campaign.due_invalid`),
    `campaign.overlap` (409), what `checked_words` raises, and what `propose` raises.
    """
    region = _leading_region(acting=acting)
    words = checked_words(reason, "开展的原因", field="reason", substantial=True)
    payload = _Opening(
        region_code=region, plan=plan, reason=words, author=acting.actor, author_name=acting.name
    )
    return await propose(
        connection,
        CAMPAIGN_OPENING,
        f"{region}:{plan.first_month:%Y-%m}:{plan.last_month:%Y-%m}",
        msgspec.to_builtins(payload),
        title=plan.name.strip(),
        reason=words,
        acting=acting,
    )


def _leading_region(*, acting: Acting) -> str:
    region = acting.region_code
    if region is None or acting.role not in _DEPARTMENT_ROLES or len(region_prefix(region)) == _COUNTY_PREFIX:
        message = "补核销专项由省级或市级财政部门的经办人和负责人提出。"
        raise refuse("access.denied", message, status=403)
    return region


async def _require_possible(connection: AsyncConnection, region_code: str, plan: CampaignPlan) -> None:
    """Raise the `Refusal` of `propose_campaign` for a plan that is not possible, or no longer."""
    begins_on = await months_in_force(connection)
    problems = [
        *_text_problems(plan),
        *_range_problems(plan, begins_on),
        *_due_problems(plan.due_on, plan.last_month),
    ]
    if problems:
        raise Refusal(*problems)
    query = select(campaigns).where(
        campaigns.c.ended_at.is_(None),
        campaigns.c.first_month <= plan.last_month,
        campaigns.c.last_month >= plan.first_month,
        or_(
            campaigns.c.region_code.startswith(region_prefix(region_code)),
            campaigns.c.region_code.in_(_regions_above(region_code)),
        ),
    )
    other = (await connection.execute(query.limit(1))).mappings().one_or_none()
    if other is not None:
        known = campaign_of(other)
        message = f"“{known.name}”已包括其中的月份（{known.span}），请修改月份，或先结束该专项。"
        raise refuse("campaign.overlap", message, field="first_month", status=409)


def _text_problems(plan: CampaignPlan) -> list[Problem]:
    found = []
    for field, label, value, most in (
        ("name", "专项名称", plan.name.strip(), MAX_NAME),
        ("basis", "依据文号", plan.basis.strip(), MAX_BASIS),
    ):
        if len(value) < 4 or len(value) > most or unprintable(value):
            message = f"{label}应为4至{most}个字，不含特殊符号。"
            found.append(Problem(code="campaign.name_invalid", field=field, message=message, status=422))
    return found


def _range_problems(plan: CampaignPlan, begins_on: date | None) -> list[Problem]:
    first, last = plan.first_month, plan.last_month
    if first.day != 1 or last.day != 1 or first < OLDEST_MONTH:
        return [_wrong_range("first_month", f"起始月份应是{OLDEST_MONTH:%Y年%-m月}以后的月份。")]
    if first > last:
        return [_wrong_range("last_month", "截止月份早于起始月份，请修改。")]
    if next_month(last) > today():
        return [_wrong_range("last_month", "截止月份还没有结束，请选择已经过去的月份。")]
    if begins_on is not None and last >= begins_on:
        message = f"自{begins_on:%Y年%-m月}起各月已按月核销，截止月份应早于该月。"
        return [_wrong_range("last_month", message)]
    if months_after(first, MOST_CAMPAIGN_MONTHS) <= last:
        return [_wrong_range("first_month", f"一个专项最多{MOST_CAMPAIGN_MONTHS}个月，请分次开展。")]
    return []


def _wrong_range(field: str, message: str) -> Problem:
    return Problem(code="campaign.range_invalid", field=field, message=message, status=422)


def _due_problems(due_on: date, after: date) -> list[Problem]:
    latest = months_after(today(), MOST_MONTHS_AHEAD)
    if max(today(), after) < due_on <= latest:
        return []
    message = f"核销期限应晚于今天，不晚于{latest:%Y年%-m月%-d日}，请修改。"
    return [Problem(code="campaign.due_invalid", field="due_on", message=message, status=422)]


async def _describe_opening(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What would be opened now; raises the refusals of `propose_campaign` about the plan."""
    given = msgspec.convert(payload, _Opening)
    plan = given.plan
    await _require_possible(connection, given.region_code, plan)
    span = f"{plan.first_month:%Y年%-m月}至{plan.last_month:%Y年%-m月}"
    stops = "逾期的暂停发放票据" if plan.stops else "逾期的不暂停发放票据"
    rows = (
        ("依据", plan.basis.strip()),
        ("补核销月份", span),
        ("核销期限", plan.due_on.isoformat()),
        ("逾期后果", stops),
        ("生效", "通过后平台在几分钟内分批为各单位结账，进度随之出现"),
    )
    return [
        ChangedRow(label=label, before="", after=value, subject=plan.name.strip()) for label, value in rows
    ]


async def count_campaign_places(connection: AsyncConnection, keys: Sequence[str]) -> int:
    """The units of the regions of proposed campaigns, without those that are closed."""
    prefixes = sorted({region_prefix(key[:6]) for key in keys})
    found: int = (await connection.execute(_UNITS, {"prefixes": prefixes})).scalar_one()
    return found


async def _open(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Opening)
    plan = given.plan
    await connection.execute(_LOCK.clause)
    await _require_possible(connection, given.region_code, plan)
    row = (
        (
            await connection.execute(
                insert(campaigns)
                .values(
                    region_code=given.region_code,
                    name=plan.name.strip(),
                    basis=plan.basis.strip(),
                    first_month=plan.first_month,
                    last_month=plan.last_month,
                    due_on=plan.due_on,
                    stops=plan.stops,
                    opened_at=now(),
                )
                .returning(campaigns)
            )
        )
        .mappings()
        .one()
    )
    await _put_down(connection, campaign_of(row), CampaignStepKind.OPENED, given, acting=acting)


async def _put_down(
    connection: AsyncConnection,
    campaign: Campaign,
    kind: CampaignStepKind,
    given: _Opening | _Change,
    *,
    acting: Acting,
) -> None:
    """The row that says who decided it, and the row of the audit trail."""
    await connection.execute(
        insert(campaign_steps).values(
            campaign_id=campaign.campaign_id,
            kind=kind.value,
            at=now(),
            due_on=campaign.due_on,
            reason=given.reason,
            proposed_by=given.author,
            proposed_by_name=given.author_name,
            approved_by=acting.actor,
            approved_by_name=acting.name,
        )
    )
    verb = {"opened": "open", "extended": "extend", "ended": "end"}[kind.value]
    await record(
        connection,
        AuditEntry(
            acting=acting,
            action=f"campaign:{verb}",
            subject=f"campaign:{campaign.campaign_id}",
            details={
                "region": campaign.region_code,
                "name": campaign.name,
                "from": f"{campaign.first_month:%Y-%m}",
                "to": f"{campaign.last_month:%Y-%m}",
                "due_on": campaign.due_on.isoformat(),
                "reason": given.reason,
            },
        ),
    )


CAMPAIGN_OPENING = ProposalKind(
    kind="campaign_opening", label="补核销专项", describe=_describe_opening, apply=_open
)


# -- a later last day, and the end -------------------------------------------------------------------------


async def propose_campaign_extension(
    connection: AsyncConnection, campaign_id: int, due_on: date, reason: str, *, acting: Acting
) -> int:
    """延期: propose a later last day of a campaign; returns the proposal's id.

    Raises `Refusal`: `campaign.unknown` (404), `access.denied` (403), `campaign.ended` (409), `campaign.due_invalid`
    (422), what `checked_words` raises, and what `propose` raises.
    """
    return await _propose_change(connection, campaign_id, due_on, reason, "延期的原因", acting=acting)


async def propose_campaign_end(
    connection: AsyncConnection, campaign_id: int, reason: str, *, acting: Acting
) -> int:
    """结束: propose that a campaign ends; returns the proposal's id. Raises as `propose_campaign_extension`."""
    return await _propose_change(connection, campaign_id, None, reason, "结束的原因", acting=acting)


async def _propose_change(
    connection: AsyncConnection,
    campaign_id: int,
    due_on: date | None,
    reason: str,
    what: str,
    *,
    acting: Acting,
) -> int:
    campaign = await get_campaign(connection, campaign_id)
    if not region_covers(_leading_region(acting=acting), campaign.region_code):
        raise unknown_campaign()
    _require_changeable(campaign, due_on)
    words = checked_words(reason, what, field="reason", substantial=True)
    payload = _Change(
        campaign_id=campaign_id,
        revision=campaign.revision,
        due_on=due_on,
        reason=words,
        author=acting.actor,
        author_name=acting.name,
    )
    verb = "结束" if due_on is None else "延期"
    return await propose(
        connection,
        CAMPAIGN_CHANGE,
        str(campaign_id),
        msgspec.to_builtins(payload),
        title=f"{verb}：{campaign.name}",
        reason=words,
        acting=acting,
    )


def _require_changeable(campaign: Campaign, due_on: date | None) -> None:
    if not campaign.is_running:
        raise refuse("campaign.ended", "该补核销专项已经结束，不能再变更。", status=409)
    if due_on is not None:
        problems = _due_problems(due_on, campaign.due_on)
        if problems:
            raise Refusal(
                *(msgspec.structs.replace(each, message=_later(campaign, each.message)) for each in problems)
            )


def _later(campaign: Campaign, message: str) -> str:
    return f"新的期限应晚于现在的期限（{campaign.due_on:%Y年%-m月%-d日}）。{message}"


async def _describe_change(connection: AsyncConnection, payload: Mapping[str, Any]) -> Sequence[ChangedRow]:
    """What would become of the campaign now; raises `Refusal` (`proposal.stale`) once it was changed otherwise."""
    given = msgspec.convert(payload, _Change)
    campaign = await get_campaign(connection, given.campaign_id)
    if campaign.revision != given.revision or not campaign.is_running:
        raise stale(f"“{campaign.name}”")
    _require_changeable(campaign, given.due_on)
    row: tuple[str, str, str] = ("状态", "进行中", "已结束，没有核销的月份不再提醒，也不再因此暂停发放票据")
    if given.due_on is not None:
        row = ("核销期限", campaign.due_on.isoformat(), given.due_on.isoformat())
    return [ChangedRow(label=row[0], before=row[1], after=row[2], subject=campaign.name)]


async def _change(connection: AsyncConnection, payload: Mapping[str, Any], *, acting: Acting) -> None:
    given = msgspec.convert(payload, _Change)
    values = {"due_on": given.due_on} if given.due_on is not None else {"ended_at": now()}
    changed = await connection.execute(
        update(campaigns)
        .where(campaigns.c.campaign_id == given.campaign_id, campaigns.c.revision == given.revision)
        .values(**values, revision=given.revision + 1, carried_unit=0)
    )
    campaign = await get_campaign(connection, given.campaign_id)
    if not changed.rowcount:
        raise stale(f"“{campaign.name}”")
    kind = CampaignStepKind.ENDED if given.due_on is None else CampaignStepKind.EXTENDED
    await _put_down(connection, campaign, kind, given, acting=acting)


CAMPAIGN_CHANGE = ProposalKind(
    kind="campaign_change",
    label="补核销专项",
    describe=_describe_change,
    apply=_change,
    page=lambda key: f"/finance/campaigns/{key}",
)
