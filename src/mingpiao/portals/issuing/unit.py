"""开具票据: choose a kind, fill in the form, check the answers, issue.

Each step saves the form as a draft and redirects to an address that shows it, so that Back and a reload lead to
what was there.
"""

from contextlib import suppress
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.applications.model import Pending, Submitted
from mingpiao.drafts.model import Draft, Favourite
from mingpiao.drafts.service import count_drafts, habits_of
from mingpiao.intake import MOST_MEMBERS, PARTS
from mingpiao.issuing.model import (
    MAX_ITEMS,
    Assessment,
    Issued,
    NeedsConfirmation,
    Refused,
    Unresolved,
)
from mingpiao.issuing.service import get_document
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_whole
from mingpiao.numbering.model import StockLevel
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.bills.access import bill_id_of, unit_of
from mingpiao.portals.bills.drawing import face_of
from mingpiao.portals.evidence.files import MAX_UPLOAD, problems_of, take_files
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.issuing.corrections import form_to_correct
from mingpiao.portals.issuing.drafting import (
    check_address,
    draft_of,
    form_address,
    issued_address,
    save_form,
    settle_draft,
)
from mingpiao.portals.issuing.form import (
    MAX_MATCHES,
    FormView,
    IssueForm,
    as_request,
    for_people,
    is_fixed,
    matching,
    rate_hint,
    read_draft,
    read_issue_form,
    reason_problems,
    with_files,
    with_item,
    with_row,
    without_blank_rows,
    without_file,
    without_row,
)
from mingpiao.portals.issuing.material import adopted, filled, material_of
from mingpiao.portals.issuing.pages import (
    assess,
    check_again,
    check_page,
    files_of,
    form_page,
    material_part,
)
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.issuing.settling import unsettled_by_kind, unsettled_of
from mingpiao.portals.issuing.shelf import (
    favourites,
    keep_template,
    most_used_first,
    template_form,
    templates_of,
)
from mingpiao.portals.issuing.window import ADDRESS, Window, fresh_form, open_window
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.rendering import field_id, page
from mingpiao.portals.session import PageCall, PageRequest, go_on, redirect, require_right, session_headers
from mingpiao.portals.ukeys.presence import require_ukey
from mingpiao.units.model import UnitMode

_GUARDS = [require_right(UNIT_ISSUE), require_ukey]
#: The action that takes values from files; a key of one suggestion may follow.
_TAKE = "material-"


@get("/issue", guards=_GUARDS)
async def choose_or_fill(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """The form of a draft, of an application to correct, or an empty one; without any of these, the choice of a
    kind.

    A form that is kept from an earlier session is shown as it was typed.
    """
    window = await open_window(call.services, call.session)
    query = read_query(call.request)
    if members := use_kept_members(call.request):
        form = read_issue_form(members, window.kind(members.get("kind", "")), today())
        return await form_page(call, window, window.view(form))
    if query.get("draft"):
        return await _saved_form(call, window, query["draft"], checked=query.get("checked") == "yes")
    if query.get("template"):
        form = await template_form(call, window, read_whole(query["template"]) or 0)
        return await form_page(call, window, window.view(form))
    if query.get("application"):
        form = await form_to_correct(call.services, call.session.account, query["application"])
        saved = await draft_of(call, form.business_no)
        return await form_page(call, window, window.view(_read(window, saved) if saved else form))
    return await _fresh(call, window, query)


async def _fresh(call: PageCall, window: Window, query: dict[str, str]) -> Response[str] | Response[bytes]:
    """An empty form; without a kind in the address, that of the account's last bill or of the only one."""
    code, kinds = query.get("kind", ""), window.kinds()
    async with call.services.database.system() as connection:  # system: no scope reads an account's habits
        habits = await habits_of(connection, call.session.account.account_id)
    if code:
        kind = window.kind(code)
        return await form_page(call, window, window.view(fresh_form(window, kind, habits, today())))
    usual = kinds[0].code if len(kinds) == 1 else habits.kind
    if any(kind.code == usual for kind in kinds) and "choose" not in query:
        tour = "&tour=again" if query.get("tour") == "again" else ""
        return redirect(call.request, f"{ADDRESS}?kind={usual}{tour}")
    return await _choice(call, window)


async def _choice(call: PageCall, window: Window) -> Response[str]:
    async with call.reads() as connection:
        levels = await stock_levels(connection, window.profile.unit.unit_id)
        drafts = await count_drafts(connection, call.session.account)
    by_kind = {level.kind_code: level for level in levels}
    used = await favourites(call)
    kinds = sorted(window.kinds(), key=lambda kind: used.get(kind.code, Favourite()).rank)
    return page(
        call.request,
        "issuing/kind.html",
        title="开具票据",
        crumbs=[("首页", "/unit")],
        kinds=kinds,
        drafts=drafts,
        templates=await templates_of(call, window),
        pinned={code for code, each in used.items() if each.pinned},
        unsettled=min((await unsettled_by_kind(call, window.profile)).values(), default=None),
        stops={kind.code: _stopped(by_kind.get(kind.code), window.profile.unit.mode) for kind in kinds},
    )


def _stopped(level: StockLevel | None, mode: UnitMode) -> str:
    """The reason why no bill of a kind can be issued now, or an empty text. An online unit gets its numbers
    at issue.
    """
    if level is not None and "qualification_revoked" in level.locks:
        return "资质证书的认定已撤销，请上传有效的证书。"
    if level is not None and (level.locks or (level.valid_until and level.valid_until < today())):
        return "已停止供票，请联系财政部门。"
    if mode is UnitMode.INTERFACE and (level is None or level.free < 1):
        return "没有可用票号，请向财政部门申领。"
    return ""


def _read(window: Window, draft: Draft) -> IssueForm:
    return read_draft(draft, window.kind(draft.kind), today())


async def _saved_form(
    call: PageCall, window: Window, business_no: str, *, checked: bool
) -> Response[str] | Response[bytes]:
    """A draft's form, with the problems of its bill if it was checked; a bill issued from it instead."""
    draft = await draft_of(call, business_no)
    if draft is None:
        return go_on(await issued_address(call, business_no))
    view = window.view(_read(window, draft))
    problems = for_people((await assess(call, view)).problems, view) if checked else ()
    return await form_page(call, window, view, problems=problems)


@post(
    "/issue",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
    opt={PARTS: MOST_MEMBERS},
)
async def fill(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Do a step within the form (`action`) and save it, or go to *check your answers*, or leave for the month that
    must be written off first. Files in the form are stored.
    """
    window = await open_window(call.services, call.session)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    taken = await take_files(call.request, call.services, unit_of(call.session.account), acting=call.acting)
    form = with_files(form, [each.file.digest for each in taken if each.file is not None])
    action = members.get("action", "")
    step = without_blank_rows(form) if action == "check" else _step(form, action, window)
    view = window.view(step)
    if action.startswith(_TAKE):
        view = window.view(await _taken(call, window, view, action.removeprefix(_TAKE)))
    try:
        view = await _saved(call, view, even_if_newer=action == "overwrite")
    except Refusal as refusal:
        return await form_page(call, window, view, stale=refusal.problems[0])
    if refused := problems_of(taken):
        return await form_page(call, window, view, problems=refused)
    if action == "settle" and (unsettled := await unsettled_of(call, window.profile, view.form)):
        return redirect(call.request, unsettled.address)
    if action == "save-template":
        return await _template_saved(call, window, view, members)
    if action != "check":
        focus = _focus(action, view)
        return go_on(form_address(view.form) + (f"#{focus}" if focus else ""))
    assessment = await assess(call, view, counted=True)
    if assessment.problems:
        return go_on(form_address(view.form, checked=True))
    return go_on(check_address(view.form))


async def _taken(call: PageCall, window: Window, view: FormView, key: str) -> IssueForm:
    """The form with what its files offer: one suggestion, or without a key all that goes into empty fields."""
    files = await files_of(call.services, call.session.account, view)
    material = material_of(view, files, window.profile.unit)
    return adopted(view, material, key) if key else filled(view, material)


async def _template_saved(
    call: PageCall, window: Window, view: FormView, members: dict[str, str]
) -> Response[str] | Response[bytes]:
    try:
        await keep_template(call, view.form, members)
    except Refusal as refusal:
        return await form_page(call, window, view, problems=refusal.problems)
    return go_on(form_address(view.form))


async def _saved(call: PageCall, view: FormView, *, even_if_newer: bool = False) -> FormView:
    version = await save_form(call, view, even_if_newer=even_if_newer)
    return msgspec.structs.replace(view, form=msgspec.structs.replace(view.form, version=version))


def _step(form: IssueForm, action: str, window: Window) -> IssueForm:
    """Do what a button within the form says: `add`, `remove-3`, `pick-3-060001`, `drop-<digest>`; any other
    only computes amounts.
    """
    verb, _, rest = action.partition("-")
    index, _, code = rest.partition("-")
    row = read_whole(index, digits=3)
    place = MAX_ITEMS if row is None else row
    if verb == "add":
        return with_row(form)
    if verb == "remove":
        return without_row(form, place)
    if verb == "drop":
        return without_file(form, rest)
    if verb == "pick":
        items = window.items(window.kind(form.kind))
        item = next((item for item in items if item.code == code), None)
        return with_item(form, place, item) if item else form
    return form


def _focus(action: str, view: FormView) -> str:
    """The id of the input that gets the focus after a step."""
    verb, _, rest = action.partition("-")
    if action.startswith(_TAKE):
        return "material"
    if verb == "add":
        return field_id(f"items/{len(view.rows) - 1}/code")
    if verb == "pick":
        return field_id(f"items/{rest.partition('-')[0]}/quantity")
    return "items" if verb == "remove" else ""


@post("/issue/draft", guards=_GUARDS, status_code=200, opt={PARTS: MOST_MEMBERS})
async def save(call: NamedDependency[PageCall]) -> Response[dict[str, Any]]:
    """Save the form as it is being typed. Answers with its version, its address, and the sum in words."""
    window = await open_window(call.services, call.session)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    view = window.view(form)
    try:
        version = await save_form(call, view)
    except Refusal as refusal:
        problem = refusal.problems[0]
        return Response({"code": problem.code, "message": problem.message}, status_code=problem.status)
    return Response(
        {
            "version": version,
            "address": form_address(form),
            "total": f"{view.total:.2f}",
            "words": view.words,
        },
        headers=session_headers(call.request),
    )


@post("/issue/material", guards=_GUARDS, status_code=200, opt={PARTS: MOST_MEMBERS})
async def material(call: NamedDependency[PageCall]) -> Response[str]:
    """What the files of the form, as it is being typed, offer for its fields. Saves nothing."""
    window = await open_window(call.services, call.session)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    return await material_part(call, window, window.view(form))


@get("/issue/items", guards=_GUARDS)
async def find_items(call: NamedDependency[PageCall]) -> Response[str]:
    """Items by name, code or pinyin initials, as the options of a list box."""
    query = read_query(call.request)
    window = await open_window(call.services, call.session)
    items = most_used_first(window.items(window.kind(query.get("kind", ""))), await favourites(call))
    found = matching(items, query.get("q", ""))
    return page(
        call.request,
        "issuing/_items.html",
        items=found[:MAX_MATCHES],
        rate_hint=rate_hint,
        is_fixed=is_fixed,
    )


@get("/issue/check", guards=_GUARDS)
async def check(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """*Check your answers* of a draft; its form if the bill has problems now, its bill if it was issued."""
    window = await open_window(call.services, call.session)
    if members := use_kept_members(call.request):
        form = read_issue_form(members, window.kind(members.get("kind", "")), today())
        return await form_page(call, window, window.view(form))
    business_no = read_query(call.request).get("draft", "")
    draft = await draft_of(call, business_no)
    if draft is None:
        return go_on(await issued_address(call, business_no))
    view = window.view(_read(window, draft))
    assessment = await assess(call, view)
    if assessment.problems:
        return go_on(form_address(view.form, checked=True))
    return await check_page(call, window, view, assessment)


@post("/issue/confirm", guards=_GUARDS, status_code=200, opt={PARTS: MOST_MEMBERS})
async def confirm(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Issue the bill. Because of the form's business number, a second press or a reload shows the same bill."""
    window = await open_window(call.services, call.session)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    view = window.view(form)
    if members.get("action") == "edit":
        try:
            view = await _saved(call, view)
        except Refusal as refusal:
            return await form_page(call, window, view, stale=refusal.problems[0])
        return go_on(form_address(view.form))
    try:
        outcome = await _submit(call, view, appeal=members.get("action") == "appeal")
    except Refusal as refusal:
        # What was typed must not be lost.
        problems = tuple(msgspec.structs.replace(each, field="appeal") for each in refusal.problems)
        return await check_again(call, window, await _kept(call, view), problems)
    return await _answer(call, window, view, outcome)


async def _submit(call: PageCall, view: FormView, *, appeal: bool) -> Submitted:
    wanted = as_request(view, call.session.account.display_name)
    unit_id, applications = unit_of(call.session.account), call.services.applications
    if not appeal:
        return await applications.submit(unit_id, wanted, acting=call.acting, look_first=True)
    application = await applications.appeal_request(unit_id, wanted, view.form.appeal, acting=call.acting)
    return application if isinstance(application, Refused) else Pending(application=application)


async def _kept(call: PageCall, view: FormView) -> FormView:
    """The form, saved unless another window has saved something else: that is told at the next step."""
    with suppress(Refusal):
        return await _saved(call, view)
    return view


async def _answer(
    call: PageCall,
    window: Window,
    view: FormView,
    outcome: Submitted,
) -> Response[str] | Response[bytes]:
    match outcome:
        case Issued(bill=bill):
            await settle_draft(call, view.form, bill.payer)
            return go_on(f"{ADDRESS}/done/{bill.code}/{bill.number}")
        case Pending(application=application):
            await settle_draft(call, view.form, application.request.payer)
            return redirect(call.request, f"/unit/applications/{application.application_id}")
        case Refused(problems=problems):
            conflict = next((p for p in problems if p.code == "bill.business_no_conflict"), None)
            if conflict is not None:
                return _issued_before(call.request, view, conflict)
            view = await _kept(call, view)
            if about_reasons := reason_problems(problems, view.form):
                return await check_again(call, window, view, about_reasons)
            return await form_page(call, window, view, problems=for_people(problems, view))
        case NeedsConfirmation(hits=hits):
            unanswered = tuple(
                Problem(
                    code="rule.confirmation_needed",
                    field=f"reason/{hit.rule}",
                    message=f"请说明“{hit.name}”一项为何符合规定，或修改票据，或提交人工复核。",
                    status=409,
                )
                for hit in hits
            )
            return await check_again(call, window, await _kept(call, view), unanswered)
        case Unresolved():
            # The page keeps the same business number, so pressing again shows whether the bill was issued.
            # Nothing more is read or saved for it, as the database may not be available.
            told = outcome.problems
            return await check_page(
                call, window, view, Assessment(), status=503, problems=told, with_files=False
            )


def _issued_before(request: PageRequest, view: FormView, conflict: Problem) -> Response[str]:
    """A bill with the form's business number exists, with other content: link to it, and to a new form."""
    return page(
        request,
        "issuing/issued_before.html",
        status=conflict.status,
        title="票据已经开具过",
        crumbs=[("首页", "/unit"), ("开具票据", ADDRESS)],
        code=conflict.facts["code"],
        number=conflict.facts["number"],
        kind=view.kind,
    )


@get("/issue/done/{code:str}/{number:str}", guards=_GUARDS)
async def done(call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]) -> Response[str]:
    """The issued bill: its numbers, its face, and what to do next."""
    async with call.reads() as connection:
        document = await get_document(connection, bill_id_of(code, number))
    return page(
        call.request,
        "issuing/done.html",
        title="票据已开具",
        crumbs=[("首页", "/unit"), ("开具票据", ADDRESS)],
        bill=document.bill,
        kind=(await call.services.catalog.get()).kinds[document.bill.kind],
        faces=await face_of(call.services, document),
    )


HANDLERS = [choose_or_fill, fill, save, material, find_items, check, confirm, done]
