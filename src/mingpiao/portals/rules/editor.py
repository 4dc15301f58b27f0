"""The editor of a rule: a new one, a draft, or a further version of an existing one."""

from collections.abc import Sequence
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.regions import home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.rules.conditions import catalogue, grouped, table_for, tree_of
from mingpiao.portals.rules.finance import CRUMBS, LIST
from mingpiao.portals.rules.form import (
    RuleForm,
    empty_form,
    field_options,
    form_of,
    marked,
    read_rule_form,
    scope_choices,
)
from mingpiao.portals.rules.rights import RULES_WRITE
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right
from mingpiao.rules import service as rules
from mingpiao.rules.model import RuleMode, RuleVersion, Severity, Stage, VersionState
from mingpiao.rules.service import RuleDifference

_GUARDS = [require_right(RULES_WRITE)]
_EDITABLE = (VersionState.DRAFT, VersionState.RETURNED)


@get("/rules/new", guards=_GUARDS)
async def new_rule_form(call: NamedDependency[PageCall]) -> Response[str]:
    """An empty form; the code of a local officer's rule is filled in partly."""
    catalog = await call.services.catalog.get()
    own = home_region(call.session.account, catalog)
    prefix = "" if rules.is_province(own, catalog) else f"L{own}-"
    return _editor(call.request, catalog, own, empty_form(prefix))


@post("/rules/new", guards=_GUARDS, status_code=200)
async def new_rule(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Make a rule as a draft."""
    catalog = await call.services.catalog.get()
    form = await read_rule_form(call.request)
    try:
        rule = form.rule()
        async with call.services.database.system() as connection:  # system: a verb writes
            fresh = await rules.create(
                connection,
                catalog,
                rule,
                acting=call.acting,
                note=form.note,
            )
    except Refusal as refusal:
        return _editor(
            call.request, catalog, home_region(call.session.account, catalog), form, refusal.problems
        )
    return redirect(call.request, f"{LIST}/{fresh.rule.code}?version=1")


@get("/rules/{code:str}/edit", guards=_GUARDS)
async def edit_form(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str]:
    """The open draft in the form, or the newest content as the beginning of a further version."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        newest = (await rules.get_rule(connection, code)).newest
    draft = newest.state in _EDITABLE
    form = form_of(newest.rule, note=newest.note if draft else "", revision=newest.revision if draft else 0)
    return _editor(call.request, catalog, newest.region_code, form, editing=newest)


@post("/rules/{code:str}/edit", guards=_GUARDS, status_code=200)
async def save(call: NamedDependency[PageCall], code: FromPath[str]) -> Response[str] | Response[bytes]:
    """Save the draft that the form was opened with; without one, create a further version."""
    catalog = await call.services.catalog.get()
    form = await read_rule_form(call.request, code=code)
    async with call.reads() as connection:
        newest = (await rules.get_rule(connection, code)).newest
    given: dict[str, Any] = {"acting": call.acting, "note": form.note}
    try:
        rule = form.rule()
        async with call.services.database.system() as connection:  # system: a verb writes
            if form.revision:
                saved = await rules.save_draft(
                    connection, catalog, rule, newest.version, revision=form.revision, **given
                )
            else:
                saved = await rules.start_version(connection, catalog, rule, **given)
    except Refusal as refusal:
        if refusal.problems[0].code == "rule.edited_meanwhile":
            return await _meanwhile(call, form, refusal.problems)
        return _editor(call.request, catalog, newest.region_code, form, refusal.problems, editing=newest)
    return redirect(call.request, f"{LIST}/{code}?version={saved.version}")


async def _meanwhile(
    call: PageCall,
    form: RuleForm,
    problems: tuple[Problem, ...],
) -> Response[str]:
    """What was typed, beside what another person saved; saving again then replaces it."""
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        newest = (await rules.get_rule(connection, form.text("code"))).newest
    differences = [each for each in rules.compare(newest.rule, form.rule(), catalog) if each.changed]
    told = msgspec.structs.replace(form, revision=newest.revision)
    return _editor(
        call.request, catalog, newest.region_code, told, problems, editing=newest, differences=differences
    )


def _editor(
    request: PageRequest,
    catalog: Catalog,
    own_region: str,
    form: RuleForm,
    problems: tuple[Problem, ...] = (),
    *,
    editing: RuleVersion | None = None,
    differences: Sequence[RuleDifference] = (),
) -> Response[str]:
    table = table_for(catalog, form.chosen("kinds"), form.text("stage"))
    entries = catalogue(table)
    code = form.text("code")
    address = f"{LIST}/{code}" if editing else LIST
    return page(
        request,
        "rules/edit.html",
        title=f"修改规则 {code}" if editing else "新建规则",
        crumbs=[*CRUMBS, (code, address)] if editing else CRUMBS,
        form=form,
        action=f"{address}/edit" if editing else f"{LIST}/new",
        cancel=address,
        editing=editing,
        differences=differences,
        stages=[(stage.value, stage.label) for stage in Stage],
        severities=[(severity.value, severity.label) for severity in Severity],
        modes=[(mode.value, mode.label) for mode in RuleMode],
        choices=scope_choices(catalog, own_region, form),
        fields=field_options(catalog, form.chosen("kinds"), form.text("field")),
        groups=grouped(entries),
        entries_json=msgspec.json.encode(entries).decode(),
        operators=rules.OPERATORS,
        tree=tree_of(form.text("condition"), table),
        marked=marked(form.text("condition"), problems),
        problems=problems,
    )


HANDLERS = [new_rule_form, new_rule, edit_form, save]
