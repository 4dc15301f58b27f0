"""待复核: what waits for the unit's second person; agree, send back, and decide several together."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.applications.model import CheckDecision, CheckFilter
from mingpiao.applications.service import Checkers, list_checks
from mingpiao.issuing.service import demands_met, demands_of
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.applications.parts import load_parts
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.checking.lists import CHECKS, may_be_checked, told_demand
from mingpiao.portals.checking.rights import UNIT_CHECK
from mingpiao.portals.forms import read_form
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.presence import require_ukey

LIST = CHECKS.address
_GUARDS = [require_right(UNIT_CHECK)]
_CRUMBS = [("首页", "/unit"), (CHECKS.title, LIST)]
_DECISIONS = [(decision.value, decision.label) for decision in CheckDecision]


@get("/checks", guards=_GUARDS)
async def check_list(call: NamedDependency[PageCall]) -> Response[str]:
    """What waits, in the order in which it came; with other filters, what was decided."""
    return await show_list(call.request, call.session, call.services, CHECKS, decisions=_DECISIONS, reason="")


@get("/checks/{application_id:int}", guards=_GUARDS)
async def check_page(call: NamedDependency[PageCall], application_id: FromPath[int]) -> Response[str]:
    """The requested bill, what rules say, files and reasons, and the decision."""
    return await _check_page(call, application_id)


async def _check_page(
    call: PageCall,
    application_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    account = call.session.account
    async with call.reads() as connection:
        parts = await load_parts(connection, application_id, catalog)
        demands = demands_met(await demands_of(connection, unit_of(account)), parts.application.request)
    return page(
        call.request,
        "checking/check.html",
        title=f"复核申请 {application_id}",
        crumbs=_CRUMBS,
        application=parts.application,
        parts=parts,
        reasons=[told_demand(each, catalog) for each in demands],
        may_decide=may_be_checked(parts.application, account),
        may_send_back=parts.application.state.value == "agreed" and parts.application.held_up,
        onward=(typed or {}).get("next") or call.request.query_params.get("next"),
        typed=typed or {},
        problems=problems,
    )


@post("/checks/{application_id:int}/{verb:str}", guards=[*_GUARDS, require_ukey], status_code=200)
async def act(
    call: NamedDependency[PageCall],
    checkers: NamedDependency[Checkers],
    application_id: FromPath[int],
    verb: FromPath[str],
) -> Response[str] | Response[bytes]:
    """`agree` or `return`; then the next one, or the state that it has now."""
    members = await read_form(call.request)
    try:
        if verb == "agree":
            await checkers.agree(application_id, acting=call.acting)
        elif verb == "return":
            await checkers.send_back(application_id, members.get("opinion", ""), acting=call.acting)
        else:
            raise refuse("page.unknown", "没有这种办理方式，请返回复核页面。", status=404)
    except Refusal as refusal:
        if any(problem.status in (403, 404) for problem in refusal.problems):
            raise
        problems = tuple(
            msgspec.structs.replace(each, field="opinion") if each.field == "reason" else each
            for each in refusal.problems
        )
        return await _check_page(call, application_id, problems=problems, typed=members)
    onward = await _next_of(call, application_id) if members.get("next") else None
    if onward is None:
        return redirect(call.request, f"{LIST}/{application_id}")
    return redirect(call.request, f"{LIST}/{onward}?next=1" if onward else LIST)


async def _next_of(call: PageCall, application_id: int) -> int:
    """What the reader may decide next; 0 when nothing is left among those that came first."""
    account = call.session.account
    async with call.reads() as connection:
        found = await list_checks(connection, CheckFilter(unit_id=unit_of(account)))
    return next(
        (
            each.application_id
            for each in found.items
            if each.application_id != application_id and may_be_checked(each, account)
        ),
        0,
    )


@post("/checks/batch", guards=[*_GUARDS, require_ukey], status_code=200)
async def decide_batch(call: NamedDependency[PageCall], checkers: NamedDependency[Checkers]) -> Response[str]:
    """Decide the chosen applications, and list each result."""
    sent = await read_chosen(call.request, CHECKS)
    reason = sent.members.get("reason", "")
    try:
        decision = _decision(sent.members.get("decision", ""))
        results = await checkers.decide_batch(sent.ids, decision, reason, acting=call.acting)
    except Refusal as refusal:
        return await show_refused(call, CHECKS, sent, refusal.problems, decisions=_DECISIONS, reason=reason)
    return page(
        call.request,
        "checking/done.html",
        title="批量复核结果",
        crumbs=_CRUMBS,
        decision=decision,
        results=results,
        done=sum(each.application is not None for each in results),
        back=sent.list_address(CHECKS),
    )


def _decision(text: str) -> CheckDecision:
    try:
        return CheckDecision(text)
    except ValueError as error:
        raise refuse("form.required", "请选择同意或退回。", field="decision", status=422) from error


HANDLERS = [check_list, *list_helpers(CHECKS, guards=_GUARDS), decide_batch, check_page, act]
