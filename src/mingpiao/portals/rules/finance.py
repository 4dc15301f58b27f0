"""监管规则: the list, one rule with its versions, and the actions on it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Account, Acting, Session
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.lake.model import MAX_MONTHS
from mingpiao.portals.consequences import is_confirmed, is_revised
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.approving import (
    approval_page,
    end_of_trial_page,
    resumption_page,
    roll_back_page,
    trial_words,
    tried_so_far,
)
from mingpiao.portals.rules.form import read_revision
from mingpiao.portals.rules.history import suspension_of, trials_of
from mingpiao.portals.rules.lists import RULES, TRIAL_COLUMNS, owner_name
from mingpiao.portals.rules.rights import RULES_APPROVE, RULES_VIEW, RULES_WRITE
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right, scoped_reads
from mingpiao.rules import service as rules
from mingpiao.rules.model import RuleMode, RuleVersion, VersionState
from mingpiao.rules.service import RuleSummary

LIST = RULES.address
CRUMBS = [(RULES.title, LIST)]
_VIEW = [require_right(RULES_VIEW)]
_WRITE = [require_right(RULES_WRITE)]
_APPROVE = [require_right(RULES_APPROVE)]
#: The number of days whose hits a rule's page shows.
_HIT_DAYS = 30
#: How far back a back-test may look.
TRIAL_MONTHS = [(str(months), f"最近{months}个月") for months in (1, 3, 6, 12, 24, MAX_MONTHS)]


@get("/rules/{code:str}", guards=_VIEW)
async def rule_page(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """One rule: the version in the address (by default the newest), all versions, and the possible actions."""
    return await show_rule(call.request, call.session, call.services, code)


async def show_rule(
    request: PageRequest,
    session: Session,
    services: Services,
    code: str,
    problems: tuple[Problem, ...] = (),
    reason: str = "",
    switch_reason: str = "",
) -> Response[str]:
    """The page of a rule, with the problems of a refused form and what was typed: for a decision on a version
    `reason`, for 暂停 and 恢复运行 `switch_reason`.
    """
    catalog = await services.catalog.get()
    asked = read_query(request).get("version", "")
    async with scoped_reads(services, session.account) as connection:
        summary = await rules.get_rule(connection, code)
        versions = await rules.versions_of(connection, code)
        hits = await rules.hit_figures(
            connection, today() - timedelta(days=_HIT_DAYS - 1), today(), code=code
        )
        shadows = await rules.shadow_figures(
            connection, today() - timedelta(days=_HIT_DAYS - 1), today(), code=code
        )
    shown = next((each for each in versions if str(each.version) == asked), versions[0])
    may = _permissions(session.account, catalog, summary, versions, shown)
    trials = await trials_of(services, session.account, code) if may.try_out else None
    tried = await tried_so_far(services, session.account, shown)
    suspension = await suspension_of(services, code) if summary.suspended else None
    book = await services.rules.get()
    return page(
        request,
        "rules/rule.html",
        title=f"{code} {shown.rule.name}",
        crumbs=CRUMBS,
        summary=summary,
        suspension=suspension,
        shown=shown,
        versions=versions,
        described=rules.described(shown.rule, catalog),
        condition_words=rules.condition_words(shown.rule, catalog),
        members=rules.MEMBERS,
        owner=owner_name(catalog, shown.region_code),
        department=catalog.departments[shown.region_code].name,
        hits=hits[0] if hits else None,
        hit_days=_HIT_DAYS,
        shadows=[each for each in shadows if each.version == summary.shadow_version],
        failure=book.failures.get(code, ""),
        retired=rules.retired_scope(shown.rule, catalog),
        months=TRIAL_MONTHS,
        trials=trials,
        tried=None
        if tried is None
        else [(trial_words(each, _trial_days(services)), each.address) for each in tried],
        untried=tried is not None and not any(rules.is_enough(each, _trial_days(services)) for each in tried),
        trial_days=_trial_days(services),
        trial_columns=TRIAL_COLUMNS,
        may=may,
        actions=_actions(code, shown, may),
        problems=problems,
        reason=reason,
        switch_reason=switch_reason,
    )


def _trial_days(services: Services) -> int:
    return services.rules.trial_days


class Permissions(msgspec.Struct, frozen=True, kw_only=True):
    """The buttons that a person sees; the verbs check again."""

    edit: bool
    submit: bool
    withdraw: bool
    decide: bool
    own_work: bool
    roll_back: bool
    end_trial: bool
    switch: bool
    try_out: bool
    put_to_work: bool


def _actions(code: str, shown: RuleVersion, may: Permissions) -> list[PageAction]:
    """The actions on a version that need no further input."""
    offered = (
        (may.submit, "submit", "提交审核", "primary"),
        (may.withdraw, "withdraw", "删除草稿" if shown.state is VersionState.DRAFT else "撤回", ""),
        (may.roll_back, "roll_back", "恢复这一版", ""),
        (may.end_trial, "end_trial", "结束试运行", ""),
        (may.put_to_work, "put_to_work", "转为正式运行，提交审核", "primary"),
    )
    return [
        PageAction(
            label=label,
            address=f"{LIST}/{code}/versions/{shown.version}/{verb}",
            values={"revision": str(shown.revision)},
            style=style,
        )
        for allowed_now, verb, label, style in offered
        if allowed_now
    ]


def _permissions(
    account: Account,
    catalog: Catalog,
    summary: RuleSummary,
    versions: Sequence[RuleVersion],
    shown: RuleVersion,
) -> Permissions:
    own = allowed(account.role, RULES_WRITE) and account.region_code == shown.region_code
    province = account.region_code is not None and rules.is_province(account.region_code, catalog)
    head = allowed(account.role, RULES_APPROVE) and province
    editable = shown.state in (VersionState.DRAFT, VersionState.RETURNED)
    waiting = shown.state is VersionState.SUBMITTED
    decides = head and waiting and account.actor not in shown.makers
    newest = summary.newest
    standing = [each.version for each in rules.standing_versions(versions) if each]
    open_ended = newest.state in (VersionState.APPROVED, VersionState.WITHDRAWN)
    return Permissions(
        edit=own and (editable or open_ended),
        submit=own and editable,
        # Who decides returns a version; taking it back is for those who brought it.
        withdraw=own and (editable or waiting) and not decides,
        decide=decides,
        own_work=head and waiting and account.actor in shown.makers,
        roll_back=own
        and open_ended
        and shown.state is VersionState.APPROVED
        and shown.version not in standing,
        end_trial=own and shown.version == summary.shadow_version,
        switch=head
        and (summary.suspended or summary.live_version is not None or summary.shadow_version is not None),
        try_out=allowed(account.role, RULES_WRITE),
        put_to_work=own and open_ended and shown.version == summary.shadow_version,
    )


#: What puts a version into force, or takes it out again.
_PUBLISHING = frozenset({"approve", "roll_back", "end_trial", "put_to_work"})


@post(
    "/rules/{code:str}/versions/{version:int}/{action:str}",
    guards=_WRITE,
    status_code=200,
    opt=sensitive(Sensitive.RULES, action=_PUBLISHING),
)
async def change_version(
    call: NamedDependency[PageCall], code: FromPath[str], version: FromPath[int], action: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`submit`, `withdraw`, `roll_back`, `end_trial`, `put_to_work`, `approve` or `return` a version.

    `approve`, unless the version is only a trial, `roll_back` and `end_trial` show first what follows.
    """
    form = await read_form(call.request)
    reason = form.get("reason", "")
    if is_revised(form):
        return await show_rule(call.request, call.session, call.services, code, reason=reason)
    try:
        if not is_confirmed(form) and (asked := await _ask_first(call, (code, version), action, form)):
            return asked
        changed = await _change(call.services, (code, version), action, form, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await show_rule(call.request, call.session, call.services, code, refusal.problems, reason)
    return redirect(call.request, f"{LIST}/{code}?version={changed.version}")


async def _ask_first(
    call: PageCall, which: tuple[str, int], action: str, form: dict[str, str]
) -> Response[str] | None:
    """The page that says what follows; None for what is done at once."""
    code, version = which
    if action == "approve":
        rule_now = await _before_approval(call, code, version, read_revision(form))
        if rule_now.newest.rule.mode is RuleMode.ACTING:
            return await approval_page(call, rule_now.newest, rule_now.live_version, form.get("reason", ""))
    pages = {"roll_back": roll_back_page, "end_trial": end_of_trial_page}
    if action not in pages:
        return None
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        summary = await rules.get_rule(connection, code)
        shown = await rules.get_version(connection, code, version)
    return pages[action](call.request, shown, summary, catalog)


async def _before_approval(call: PageCall, code: str, version: int, revision: int) -> RuleSummary:
    """The rule whose newest version this person may approve now; raises what `approve` raises else."""
    catalog = await call.services.catalog.get()
    async with call.services.database.system() as connection:  # system: as the verb, which asks the same
        await rules.lock_submitted(connection, catalog, code, version, revision, "审核", acting=call.acting)
        return await rules.get_rule(connection, code)


async def _change(
    services: Services,
    which: tuple[str, int],
    action: str,
    form: dict[str, str],
    *,
    acting: Acting,
) -> RuleVersion:
    catalog = await services.catalog.get()
    acting_on: dict[str, Any] = {"revision": read_revision(form)} | {"acting": acting}
    reason = form.get("reason", "")
    async with services.database.system() as connection:  # system: a verb writes
        match action:
            case "submit":
                return await rules.submit(connection, catalog, *which, **acting_on)
            case "withdraw":
                return await rules.withdraw(connection, *which, **acting_on)
            case "roll_back":
                return await rules.roll_back(connection, catalog, *which, acting=acting)
            case "end_trial":
                return await rules.end_trial(connection, *which, acting=acting)
            case "put_to_work":
                return await rules.put_to_work(connection, catalog, *which, acting=acting)
            case "approve":
                return await rules.approve(
                    connection,
                    catalog,
                    *which,
                    reason=reason,
                    trial_days=services.rules.trial_days,
                    **acting_on,
                )
            case "return":
                return await rules.send_back(connection, catalog, *which, reason=reason, **acting_on)
    raise refuse("http.404", "没有这种操作，请返回规则页面。", status=404)


async def _before_resumption(call: PageCall, code: str, reason: str) -> RuleSummary:
    """A rule that this person may resume now; raises what `resume` raises else."""
    catalog = await call.services.catalog.get()
    async with call.services.database.system() as connection:  # system: as the verb, which asks the same
        await rules.lock_for_switch(connection, catalog, code, False, reason, acting=call.acting)
        return await rules.get_rule(connection, code)


@post(
    "/rules/{code:str}/{action:str}",
    guards=_APPROVE,
    status_code=200,
    opt=sensitive(Sensitive.RULES, action=frozenset({"resume"})),
)
async def switch_rule(
    call: NamedDependency[PageCall], code: FromPath[str], action: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`suspend` or `resume` a rule. `resume` shows first what follows; a suspension is in a hurry, and does not."""
    verbs = {"suspend": rules.suspend, "resume": rules.resume}
    if action not in verbs:
        raise refuse("http.404", "没有这种操作，请返回规则页面。", status=404)
    form = await read_form(call.request)
    reason = form.get("reason", "")
    if is_revised(form):
        return await show_rule(call.request, call.session, call.services, code, switch_reason=reason)
    catalog = await call.services.catalog.get()
    try:
        if action == "resume" and not is_confirmed(form):
            return await resumption_page(call, await _before_resumption(call, code, reason), reason)
        async with call.services.database.system() as connection:  # system: a verb writes
            await verbs[action](
                connection,
                catalog,
                code,
                acting=call.acting,
                reason=reason,
            )
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await show_rule(
            call.request, call.session, call.services, code, refusal.problems, switch_reason=reason
        )
    return redirect(call.request, f"{LIST}/{code}")


@get("/rules/{code:str}/compare", guards=_VIEW)
async def compare_versions(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """Two versions side by side: by default the two newest."""
    catalog = await call.services.catalog.get()
    given = read_query(call.request)
    async with call.reads() as connection:
        versions = await rules.versions_of(connection, code)
    by_number = {str(each.version): each for each in versions}
    after = by_number.get(given.get("after", ""), versions[0])
    older = [each for each in versions if each.version < after.version]
    before = by_number.get(given.get("before", ""), older[0] if older else after)
    return page(
        call.request,
        "rules/compare.html",
        title="版本对比",
        crumbs=[*CRUMBS, (code, f"{LIST}/{code}")],
        code=code,
        before=before,
        after=after,
        versions=[(str(each.version), f"第{each.version}版（{each.state.label}）") for each in versions],
        differences=rules.compare(before.rule, after.rule, catalog),
    )


HANDLERS = [*list_handlers(RULES, guards=_VIEW), rule_page, change_version, switch_rule, compare_versions]
