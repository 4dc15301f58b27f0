"""开票申请: requests that wait for files, for their handler or for a department; confirm, appeal, withdraw."""

from collections.abc import Mapping

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.applications.model import (
    PASSED_STATES,
    Application,
    ApplicationState,
)
from mingpiao.issuing.model import Issued, Refused, Unresolved
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.applications.lists import UNIT_APPLICATIONS
from mingpiao.portals.applications.parts import load_parts
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.form import is_from_pages
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.ukeys.presence import require_ukey
from mingpiao.rules.model import Confirmation
from mingpiao.rules.service import joined_reason
from mingpiao.units.model import UnitMode

LIST = UNIT_APPLICATIONS.address
_GUARDS = [require_right(UNIT_ISSUE)]
#: States that end without a person's action: their page reloads by itself.
_MOVING = (ApplicationState.CHECKING, *PASSED_STATES)


@get("/applications/{application_id:int}")
async def application_page(call: NamedDependency[PageCall], application_id: FromPath[int]) -> Response[str]:
    """One application: its state, what is asked, and the possible actions."""
    return await _application_page(call, application_id)


async def _application_page(
    call: PageCall,
    application_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        parts = await load_parts(connection, application_id, catalog)
    application = parts.application
    may_act = allowed(call.session.account.role, UNIT_ISSUE)
    ruleset = await call.services.rules.get() if application.asks else None
    return page(
        call.request,
        "applications/unit_application.html",
        title=f"开票申请 {application_id}",
        crumbs=[("首页", "/unit"), ("开票申请", LIST)],
        parts=parts,
        application=application,
        moving=application.state in _MOVING and not application.held_up,
        may_act=may_act,
        may_confirm=may_act and application.state is ApplicationState.NEEDS_CONFIRMATION,
        # If a department had no objection to a finding, the handler alone cannot answer it.
        held=sorted(application.held_rules & application.rules),
        may_withdraw=may_act and _withdrawable(application),
        correction=_correction(application, parts.draft.unit.mode) if may_act else "",
        usual={hit.rule: ruleset.usual_reasons(hit.rule) for hit in application.asks} if ruleset else {},
        typed=typed or {},
        problems=problems,
    )


def _confirmations(members: Mapping[str, str]) -> list[Confirmation]:
    """A reason for each rule: a usual one that was chosen, what was typed, or both."""
    rules = [name.removeprefix("confirmations-") for name in members if name.startswith("confirmations-")]
    reasons = {
        rule: joined_reason(members.get(f"usual-{rule}", ""), members[f"confirmations-{rule}"])
        for rule in rules
    }
    return [Confirmation(rule=rule, reason=reason) for rule, reason in reasons.items() if reason]


def _withdrawable(application: Application) -> bool:
    return application.state.open and (application.state not in PASSED_STATES or application.held_up)


def _correction(application: Application, mode: UnitMode) -> str:
    """Where a handler corrects an application: in the issue form, in the unit's own system (or, with a number of
    their own, by a new bill), or nowhere.
    """
    if not application.correctable:
        return ""
    if mode is UnitMode.INTERFACE:
        return "own_system"
    return (
        f"/unit/issue?application={application.application_id}"
        if is_from_pages(application.business_no)
        else "anew"
    )


@get("/applications/{application_id:int}/progress")
async def progress(call: NamedDependency[PageCall], application_id: FromPath[int]) -> Response[str]:
    """The state of an application, as a fragment that reloads itself; if the state has changed, the whole
    page reloads.
    """
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        parts = await load_parts(connection, application_id, catalog)
    application = parts.application
    moving = application.state in _MOVING and not application.held_up
    return page(
        call.request,
        "applications/_progress.html",
        headers={} if moving else {"HX-Refresh": "true"},
        application=application,
        parts=parts,
        moving=moving,
    )


@post("/applications/{application_id:int}/confirm", guards=[*_GUARDS, require_ukey], status_code=200)
async def confirm(
    call: NamedDependency[PageCall], application_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """State for each finding that the business complies, and issue the bill."""
    members = await read_form(call.request)
    given = _confirmations(members)
    try:
        outcome = await call.services.applications.confirm(
            unit_of(call.session.account), application_id, given, acting=call.acting
        )
    except Refusal as refusal:
        return await _again(call, application_id, refusal.problems, members)
    if isinstance(outcome, Issued):
        return redirect(call.request, f"/unit/issue/done/{outcome.bill.code}/{outcome.bill.number}")
    if isinstance(outcome, Refused | Unresolved):
        return await _again(call, application_id, outcome.problems, members)
    return redirect(call.request, f"{LIST}/{application_id}")


@post("/applications/{application_id:int}/appeal", guards=_GUARDS, status_code=200)
async def appeal(
    call: NamedDependency[PageCall], application_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Submit the findings to the department."""
    members = await read_form(call.request)
    try:
        await call.services.applications.appeal(
            unit_of(call.session.account), application_id, members.get("appeal", ""), acting=call.acting
        )
    except Refusal as refusal:
        problems = _moved(refusal, "reason", "appeal")
        return await _again(call, application_id, problems, members)
    return redirect(call.request, f"{LIST}/{application_id}")


@post("/applications/{application_id:int}/withdraw", guards=_GUARDS, status_code=200)
async def withdraw(
    call: NamedDependency[PageCall], application_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Withdraw the application."""
    members = await read_form(call.request)
    try:
        await call.services.applications.withdraw(
            unit_of(call.session.account), application_id, members.get("withdrawal", ""), acting=call.acting
        )
    except Refusal as refusal:
        problems = _moved(refusal, "reason", "withdrawal")
        return await _again(call, application_id, problems, members)
    return redirect(call.request, f"{LIST}/{application_id}")


def _moved(refusal: Refusal, field: str, place: str) -> tuple[Problem, ...]:
    """Problems with the names that the page gives to their fields."""
    return tuple(
        msgspec.structs.replace(each, field=place) if each.field == field else each
        for each in refusal.problems
    )


async def _again(
    call: PageCall,
    application_id: int,
    problems: tuple[Problem, ...],
    members: Mapping[str, str],
) -> Response[str]:
    """The page with the problems and what was typed. Raises `Refusal` if there is no such application."""
    if any(problem.status == 404 for problem in problems):
        raise Refusal(*problems)
    return await _application_page(call, application_id, problems=problems, typed=members)


HANDLERS = [*list_handlers(UNIT_APPLICATIONS), application_page, progress, confirm, appeal, withdraw]
