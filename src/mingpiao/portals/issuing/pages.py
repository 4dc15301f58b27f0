"""The two pages of a bill that is not issued yet: its form, and *check your answers*."""

import msgspec
from litestar import Response

from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import get_evidence_files
from mingpiao.identity.model import Account
from mingpiao.issuing.model import MAX_ITEMS, Assessment
from mingpiao.issuing.service import demands_met
from mingpiao.kernel.errors import Problem
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.issuing.drafting import check_address, form_address
from mingpiao.portals.issuing.form import (
    PAY_MODES,
    FormView,
    ItemRow,
    RowView,
    as_request,
    form_members,
    input_attributes,
    input_hint,
    input_type,
)
from mingpiao.portals.issuing.material import material_of
from mingpiao.portals.issuing.settling import unsettled_of
from mingpiao.portals.issuing.window import ADDRESS, Window
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, scoped_reads
from mingpiao.rules.model import Severity

_CRUMBS = [("首页", "/unit"), ("开具票据", ADDRESS)]
_EMPTY_ROW = RowView(row=ItemRow(), item=None, choices=(), amount=None)


async def assess(call: PageCall, view: FormView, *, counted: bool = False) -> Assessment:
    """The desk's problems with the bill. Reasons are not judged here: they are given on the check page."""
    account = call.session.account
    wanted = msgspec.structs.replace(as_request(view, account.display_name), confirmations=())
    return await call.services.desk.check(unit_of(account), wanted, counted=counted)


async def files_of(services: Services, account: Account, view: FormView) -> list[EvidenceFile]:
    """The form's files in its order, without those that are not the unit's."""
    if not view.form.evidence:
        return []
    async with scoped_reads(services, account) as connection:
        found = await get_evidence_files(connection, unit_of(account), view.form.evidence)
    return [found[digest] for digest in view.form.evidence if digest in found]


async def form_page(
    call: PageCall,
    window: Window,
    view: FormView,
    *,
    problems: tuple[Problem, ...] = (),
    focus: str = "",
    stale: Problem | None = None,
) -> Response[str]:
    """The form. `stale` says that another window has saved something else, and asks which of the two stays."""
    form = view.form
    told = (stale, *problems) if stale else problems
    files = await files_of(call.services, call.session.account, view)
    return page(
        call.request,
        "issuing/form.html",
        status=told[0].status if told else 200,
        headers={"HX-Push-Url": form_address(form, checked=bool(problems))} if form.version else {},
        title=f"开具{view.kind.name}",
        crumbs=_CRUMBS,
        view=view,
        empty_row=_EMPTY_ROW,
        most_items=MAX_ITEMS,
        files=files,
        material=material_of(view, files, window.profile.unit),
        handler=call.session.account.display_name,
        point=window.point,
        checkers=window.checkers,
        demands=window.demands,
        pay_modes=PAY_MODES,
        input_type=input_type,
        input_attributes=input_attributes,
        input_hint=input_hint,
        problems=problems,
        stale=stale,
        unsettled=await unsettled_of(call, window.profile, form),
        saved_address=form_address(form),
        focus=focus or ("" if problems or stale else "payer-name"),
    )


async def material_part(call: PageCall, window: Window, view: FormView) -> Response[str]:
    """What the form's files offer for its fields, as the form has it now; asked for while files are read."""
    files = await files_of(call.services, call.session.account, view)
    return page(
        call.request,
        "issuing/_material.html",
        material=material_of(view, files, window.profile.unit),
        view=view,
    )


async def check_page(
    call: PageCall,
    window: Window,
    view: FormView,
    assessment: Assessment,
    *,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
    with_files: bool = True,
) -> Response[str]:
    """*Check your answers*: the future bill, questions and warnings of rules, and how its files compare."""
    asks = [hit for hit in assessment.hits if hit.severity is Severity.ASK]
    shown = {hit.rule for hit in asks}
    ruleset = await call.services.rules.get() if asks else None
    account = call.session.account
    return page(
        call.request,
        "issuing/check.html",
        status=status,
        # However the page was come to, its own address shows it again.
        headers={"HX-Push-Url": check_address(view.form)},
        title="核对票据内容",
        crumbs=_CRUMBS,
        view=view,
        members=form_members(view.form),
        unit=window.profile.unit,
        handler=account.display_name,
        point=window.point,
        asks=asks,
        usual={rule: ruleset.usual_reasons(rule) for rule in shown} if ruleset else {},
        # Reasons that this page does not ask for are carried along in hidden fields.
        kept_reasons={rule: text for rule, text in view.form.reasons.items() if rule not in shown},
        warnings=[hit for hit in assessment.hits if hit.severity is Severity.WARN],
        claims=assessment.claims,
        waiting=assessment.waiting,
        to_check=bool(demands_met(view.demands, as_request(view, account.display_name))),
        files=await files_of(call.services, account, view) if with_files else [],
        problems=problems,
    )


async def check_again(
    call: PageCall, window: Window, view: FormView, problems: tuple[Problem, ...]
) -> Response[str]:
    """The check page after a refusal, with its problems."""
    assessment = await assess(call, view)
    return await check_page(call, window, view, assessment, status=problems[0].status, problems=problems)
