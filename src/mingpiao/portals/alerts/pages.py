"""/finance/alerts/{id}: an alert with its hours and bills, and what can be made of it."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.alerts.lists import ALERTS, SEVERITY_COLOURS, STATE_COLOURS
from mingpiao.portals.alerts.rights import ALERTS_DECIDE
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import read_amount, read_day, read_form, read_ids
from mingpiao.portals.gates import allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.supervision.model import SEVERITY_LABELS
from mingpiao.supervision.service import (
    MAX_BILLS,
    bills_of_alert,
    dismiss_alert,
    explain_alert,
    find_breach,
    get_alert,
    hour_words,
    hours_of_alert,
    mute_rule,
    muted_until,
    steps_of_alert,
    take_alert,
    unmute_rule,
)
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import Breach
from mingpiao.writeoff.service import BREACH_TYPES

_GUARDS = [require_right(ALERTS_DECIDE)]
_CRUMBS = [(ALERTS.title, ALERTS.address)]
#: What is said once something was done, by its verb.
_SAID = {
    "take": "已开始处理，其他人看到由您处理。",
    "explain": "已办结为“已说明”。",
    "dismiss": "已办结为“误报”，计入该规则的准确率。",
    "breach": "已认定违规，单位收到消息；接着请发出整改通知。",
    "mute": "截止日期以前，该规则不再对该单位发出预警。",
    "unmute": "已恢复预警。",
}
#: For how many days a rule is usually muted.
_USUAL_MUTE = timedelta(days=30)


@get("/alerts/{alert_id:int}")
async def alert_page(call: NamedDependency[PageCall], alert_id: FromPath[int]) -> Response[str]:
    """An alert: why, in which hours, its bills, and what was and can be done."""
    return await _page(call, alert_id)


async def _page(
    call: PageCall,
    alert_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        alert = await get_alert(connection, alert_id)
        hours = await hours_of_alert(connection, alert_id)
        bills = await bills_of_alert(connection, alert)
        steps = await steps_of_alert(connection, alert_id)
        muted = await muted_until(connection, alert.unit_id, alert.rule_code)
        unit = (await names_of(connection, {alert.unit_id})).get(alert.unit_id, "")
    account = call.session.account
    own = allowed(account.role, ALERTS_DECIDE) and region_covers(account.region_code or "", alert.region_code)
    raised = HistoryLine(at=alert.raised_at, what="发出预警", note=hours[-1].reason if hours else "")
    lines = [
        HistoryLine(at=each.at, what=each.state.label, who=each.actor_name, note=each.words) for each in steps
    ]
    return page(
        call.request,
        "alerts/alert.html",
        title=f"预警：{alert.rule_name}",
        crumbs=_CRUMBS,
        alert=alert,
        unit=unit,
        severity=(SEVERITY_LABELS[alert.severity], SEVERITY_COLOURS[alert.severity]),
        state_colour=STATE_COLOURS[alert.state],
        hours=[(hour_words(each.hour), each.reason) for each in hours],
        bills=[
            (each, BillIdentity.from_bill_id(each.bill_id), kind_name(catalog, each.kind_code))
            for each in bills
        ],
        most_bills=MAX_BILLS,
        steps=[raised, *lines],
        muted=muted,
        may_decide=own and alert.state.is_open,
        may_mute=own,
        violations=list(BREACH_TYPES.items()),
        usual_until=(today() + _USUAL_MUTE).isoformat(),
        typed=typed or {},
        verb=verb,
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        problems=problems,
    )


@post("/alerts/{alert_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act_on_alert(
    call: NamedDependency[PageCall], alert_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`take`, `explain`, `dismiss`, `breach`, `mute` or `unmute`; of two people at once the second sees what the
    first one did.
    """
    if verb not in _SAID:
        raise refuse("http.404", "没有这种办理方式，请返回预警。", status=404)
    members = await read_form(call.request)
    chosen = await read_ids(call.request, "chosen")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, alert_id, verb, members, chosen)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, alert_id, problems=refusal.problems, typed=members, verb=verb)
    return redirect(call.request, f"{ALERTS.address}/{alert_id}?done={verb}")


async def _act(
    connection: AsyncConnection,
    call: PageCall,
    alert_id: int,
    verb: str,
    members: Mapping[str, str],
    chosen: list[int],
) -> None:
    revision, words = _revision(members), members.get("words", "")
    if verb == "take":
        await take_alert(connection, alert_id, revision=revision, acting=call.acting)
    elif verb == "explain":
        await explain_alert(connection, alert_id, words, revision=revision, acting=call.acting)
    elif verb == "dismiss":
        words = members.get("false_reason", "")
        await dismiss_alert(connection, alert_id, words, revision=revision, acting=call.acting)
    elif verb == "breach":
        await find_breach(
            connection, alert_id, chosen, _breach_of(members), revision=revision, acting=call.acting
        )
    elif verb == "mute":
        await mute_rule(
            connection, alert_id, _until(members), members.get("mute_reason", ""), acting=call.acting
        )
    else:
        await unmute_rule(connection, alert_id, acting=call.acting)


def _revision(members: Mapping[str, str]) -> int:
    """What the page showed; 0, which no alert has, for anything else."""
    return read_whole(members.get("revision", ""), digits=9) or 0


def _until(members: Mapping[str, str]) -> date:
    try:
        day = read_day(members.get("until", ""))
    except ValueError:
        day = None
    if day is None:
        raise refuse("alert.until_invalid", "请按“年-月-日”填写截止日期。", field="until", status=422)
    return day


def _breach_of(members: Mapping[str, str]) -> Breach:
    return Breach(
        type=members.get("breach_type", ""),
        basis=members.get("breach_basis", ""),
        amount=_amount(members.get("breach_amount", "")),
        reason=members.get("facts", ""),
    )


def _amount(typed: str) -> Decimal:
    """The amount of each bill; 0, for its total, where nothing is typed, and one that no breach may have if wrong."""
    if not typed:
        return Decimal(0)
    try:
        return read_amount(typed) or Decimal(0)
    except ValueError:
        return Decimal(-1)


HANDLERS = [alert_page, act_on_alert]
