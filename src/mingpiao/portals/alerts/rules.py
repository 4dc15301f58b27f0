"""/finance/alerts/rules: how often each rule of monitoring was right, and trying one over past hours."""

from collections.abc import Mapping
from datetime import timedelta

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.alerts.lists import ALERTS
from mingpiao.portals.alerts.rights import ALERTS_DECIDE
from mingpiao.portals.forms import read_form
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.rules.model import RuleVersion, Stage
from mingpiao.rules.service import live_versions
from mingpiao.supervision.model import RulePrecision, WatchTrial
from mingpiao.supervision.service import MAX_DAYS, hour_words, precision_of_rules, try_rule
from mingpiao.units.service import names_of

ADDRESS = f"{ALERTS.address}/rules"
_CRUMBS = [(ALERTS.title, ALERTS.address)]
#: Over how many days precision is told, and over how many a trial usually looks back.
PRECISION_DAYS, TRIAL_DAYS = 90, 14


async def _watching(call: PageCall) -> list[RuleVersion]:
    """The rules of monitoring in force whose owner's area has to do with the person's."""
    own = call.session.account.region_code
    async with call.services.database.system() as connection:  # system: rules are no rows of a department
        _, members = await live_versions(connection)
    return [
        each
        for each in members
        if each.rule.stage is Stage.MONITORING
        and (own is None or region_covers(each.region_code, own) or region_covers(own, each.region_code))
    ]


async def _precision(call: PageCall) -> dict[str, RulePrecision]:
    async with call.reads() as connection:
        return await precision_of_rules(connection, today() - timedelta(days=PRECISION_DAYS))


@get("/alerts/rules")
async def rule_page(call: NamedDependency[PageCall]) -> Response[str]:
    """All rules of monitoring in force, with what departments decided of their alerts."""
    found = await _precision(call)
    rows = [(each, found.get(each.rule.code)) for each in await _watching(call)]
    return page(
        call.request, "alerts/rules.html", title="预警规则", crumbs=_CRUMBS, rows=rows, days=PRECISION_DAYS
    )


async def _one(call: PageCall, code: str) -> RuleVersion:
    found = next((each for each in await _watching(call) if each.rule.code == code), None)
    if found is None:
        raise refuse("rule.unknown", "没有找到该预警规则，或它已停用。", status=404)
    return found


@get("/alerts/rules/{code:str}")
async def one_rule_page(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """One rule: its condition, its precision, and the form for a trial."""
    return await _rule_page(call, await _one(call, code))


async def _rule_page(
    call: PageCall,
    version: RuleVersion,
    *,
    typed: Mapping[str, str] | None = None,
    trial: WatchTrial | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    samples = trial.samples if trial else ()
    async with call.reads() as connection:
        names = await names_of(connection, {unit_id for unit_id, _, _ in samples})
    rule = version.rule
    return page(
        call.request,
        "alerts/rule.html",
        title=f"预警规则：{rule.name}",
        crumbs=[*_CRUMBS, ("预警规则", ADDRESS)],
        version=version,
        rule=rule,
        precision=(await _precision(call)).get(rule.code),
        days=PRECISION_DAYS,
        typed={"condition": rule.condition, "days": str(TRIAL_DAYS)} | dict(typed or {}),
        trial=trial,
        samples=[
            (unit_id, names.get(unit_id, ""), hour_words(hour), words) for unit_id, hour, words in samples
        ],
        max_days=MAX_DAYS,
        problems=problems,
    )


@post("/alerts/rules/{code:str}", guards=[require_right(ALERTS_DECIDE)], status_code=200)
async def try_one_rule(
    call: NamedDependency[PageCall], code: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Try the rule over past hours, with the condition as typed; the rule itself stays as it is."""
    version = await _one(call, code)
    members = await read_form(call.request)
    condition = members.get("condition", "")
    changed = condition != version.rule.condition
    rule = msgspec.structs.replace(version.rule, condition=condition)
    try:
        # system: a verb writes, in the actor's area
        async with call.services.database.system() as connection:
            trial = await try_rule(
                connection,
                rule,
                read_whole(members.get("days", ""), digits=4) or 0,
                version=None if changed else version.version,
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _rule_page(call, version, typed=members, problems=refusal.problems)
    return await _rule_page(call, version, typed=members, trial=trial)


HANDLERS = [rule_page, one_rule_page, try_one_rule]
