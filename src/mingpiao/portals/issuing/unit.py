"""开具票据: choose a kind, fill in the form, check the answers, issue."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from markupsafe import Markup

from mingpiao.applications.model import Pending, Submitted
from mingpiao.catalog.model import BillKind, Catalog, ChargeItem
from mingpiao.composition import Services
from mingpiao.evidence.model import EvidenceFile
from mingpiao.evidence.service import get_evidence_files
from mingpiao.identity.model import Account, Session
from mingpiao.identity.service import checkers_of_unit
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
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.numbering.model import StockLevel
from mingpiao.numbering.service import stock_levels
from mingpiao.portals.bills.access import bill_id_of, unit_of
from mingpiao.portals.evidence.files import MAX_UPLOAD, problems_of, take_files
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.issuing.corrections import form_to_correct
from mingpiao.portals.issuing.form import (
    MAX_MATCHES,
    PAY_MODES,
    FormView,
    IssueForm,
    as_request,
    for_people,
    form_members,
    input_attributes,
    input_type,
    items_for,
    matching,
    new_business_no,
    rate_hint,
    read_issue_form,
    reason_problems,
    understand,
    with_files,
    with_item,
    with_row,
    without_blank_rows,
    without_file,
    without_row,
)
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.rendering import field_id, page
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right, scoped_reads
from mingpiao.rules.model import Severity
from mingpiao.units.model import UnitMode, UnitProfile

_ADDRESS = "/unit/issue"
_GUARDS = [require_right(UNIT_ISSUE)]


class _Window(msgspec.Struct, frozen=True, kw_only=True):
    """The data that a handler works with: the unit, what it may issue, and the possible 复核人."""

    profile: UnitProfile
    catalog: Catalog
    checkers: list[str]

    def kinds(self) -> list[BillKind]:
        kinds = (self.catalog.kinds.get(code) for code in sorted(self.profile.kind_codes))
        return [kind for kind in kinds if kind is not None and not kind.retired]

    def kind(self, code: str) -> BillKind:
        kind = next((kind for kind in self.kinds() if kind.code == code), None)
        if kind is None:
            raise refuse(
                "bill.kind_not_allowed", "本单位不能开具该票据种类，请从列表中重新选择。", status=404
            )
        return kind

    def items(self, kind: BillKind) -> list[ChargeItem]:
        return items_for(self.profile, kind, self.catalog)

    def view(self, form: IssueForm) -> FormView:
        return understand(form, self.profile, self.kind(form.kind), self.catalog)


async def _open_window(services: Services, account: Account) -> _Window:
    unit_id = unit_of(account)
    async with services.database.system() as connection:  # system: no scope reads accounts
        checkers = await checkers_of_unit(connection, unit_id)
    return _Window(
        profile=await services.units.profile(unit_id),
        catalog=await services.catalog.get(),
        checkers=checkers,
    )


@get("/issue", guards=_GUARDS)
async def choose_or_fill(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Without a kind, the choice of one; with it, an empty form, or the form of an application to correct.

    A form that is kept from an earlier session is shown as it was typed.
    """
    window = await _open_window(call.services, call.session.account)
    query = read_query(call.request)
    if members := use_kept_members(call.request):
        form = read_issue_form(members, window.kind(members.get("kind", "")), today())
        return await _form_page(call, window, window.view(form))
    if query.get("application"):
        form = await form_to_correct(call.services, call.session.account, query["application"])
        return await _form_page(call, window, window.view(form))
    code = query.get("kind", "")
    kinds = window.kinds()
    if code:
        kind = window.kind(code)
        form = IssueForm(business_no=new_business_no(today()), kind=kind.code)
        return await _form_page(call, window, window.view(form))
    if len(kinds) == 1:
        return redirect(call.request, f"{_ADDRESS}?kind={kinds[0].code}")
    async with call.reads() as connection:
        levels = await stock_levels(connection, window.profile.unit.unit_id)
    by_kind = {level.kind_code: level for level in levels}
    return page(
        call.request,
        "issuing/kind.html",
        title="开具票据",
        crumbs=[("首页", "/unit")],
        kinds=kinds,
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


@post(
    "/issue",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
    opt={PARTS: MOST_MEMBERS},
)
async def fill(call: NamedDependency[PageCall]) -> Response[str]:
    """Do a step within the form (`action`), or go to *check your answers*. Files in the form are stored."""
    window = await _open_window(call.services, call.session.account)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    taken = await take_files(call.request, call.services, unit_of(call.session.account), acting=call.acting)
    form = with_files(form, [each.file.digest for each in taken if each.file is not None])
    refused = problems_of(taken)
    action = members.get("action", "")
    if action != "check" or refused:
        view = window.view(_step(form, action, window))
        focus = _focus(members, action, view)
        return await _form_page(call, window, view, problems=refused, focus=focus)
    view = window.view(without_blank_rows(form))
    assessment = await _assess(call.session, call.services, view, counted=True)
    if assessment.problems:
        return await _form_page(
            call,
            window,
            view,
            problems=for_people(assessment.problems, view),
        )
    files = await _files(call.services, call.session.account, view)
    return _check_page(call.request, call.session, window, view, assessment, files)


async def _assess(
    session: Session, services: Services, view: FormView, *, counted: bool = False
) -> Assessment:
    """The desk's problems with the bill. Reasons are not judged here: they are given on the check page."""
    wanted = msgspec.structs.replace(as_request(view, session.account.display_name), confirmations=())
    return await services.desk.check(unit_of(session.account), wanted, counted=counted)


async def _files(services: Services, account: Account, view: FormView) -> list[EvidenceFile]:
    """The form's files in its order, without those that are not the unit's."""
    if not view.form.evidence:
        return []
    async with scoped_reads(services, account) as connection:
        found = await get_evidence_files(connection, unit_of(account), view.form.evidence)
    return [found[digest] for digest in view.form.evidence if digest in found]


def _check_page(
    request: PageRequest,
    session: Session,
    window: _Window,
    view: FormView,
    assessment: Assessment,
    files: list[EvidenceFile],
    *,
    status: int = 200,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    """*Check your answers*: the future bill, questions and warnings of rules, and how its files compare."""
    asks = [hit for hit in assessment.hits if hit.severity is Severity.ASK]
    shown = {hit.rule for hit in asks}
    return page(
        request,
        "issuing/check.html",
        status=status,
        title="核对票据内容",
        crumbs=[("首页", "/unit"), ("开具票据", _ADDRESS)],
        view=view,
        members=form_members(view.form),
        unit=window.profile.unit,
        handler=session.account.display_name,
        asks=asks,
        # Reasons that this page does not ask for are carried along in hidden fields.
        kept_reasons={rule: text for rule, text in view.form.reasons.items() if rule not in shown},
        warnings=[hit for hit in assessment.hits if hit.severity is Severity.WARN],
        claims=assessment.claims,
        waiting=assessment.waiting,
        files=files,
        problems=problems,
    )


def _step(form: IssueForm, action: str, window: _Window) -> IssueForm:
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


def _focus(members: dict[str, str], action: str, view: FormView) -> str:
    """The id of the input that gets the focus."""
    if action == "add":
        return field_id(f"items/{len(view.rows) - 1}/code")
    if action.startswith("pick-"):
        return field_id(f"items/{action.split('-')[1]}/quantity")
    return members.get("focus", "")


@post("/issue/amounts", guards=_GUARDS, status_code=200, opt={PARTS: MOST_MEMBERS})
async def amounts(call: NamedDependency[PageCall]) -> Response[str]:
    """Amounts, total and 大写金额 for the present form, as a fragment."""
    window = await _open_window(call.services, call.session.account)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    return page(call.request, "issuing/_amounts.html", view=window.view(form), fragment=True)


@get("/issue/items", guards=_GUARDS)
async def find_items(call: NamedDependency[PageCall]) -> Response[str]:
    """Items by name, code or pinyin initials, as the options of a list box."""
    query = read_query(call.request)
    window = await _open_window(call.services, call.session.account)
    found = matching(window.items(window.kind(query.get("kind", ""))), query.get("q", ""))
    return page(call.request, "issuing/_items.html", items=found[:MAX_MATCHES], rate_hint=rate_hint)


@post("/issue/confirm", guards=_GUARDS, status_code=200, opt={PARTS: MOST_MEMBERS})
async def confirm(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Issue the bill. Because of the form's business number, a second press or a reload shows the same bill."""
    window = await _open_window(call.services, call.session.account)
    members = await read_form(call.request)
    form = read_issue_form(members, window.kind(members.get("kind", "")), today())
    view = window.view(form)
    if members.get("action") == "edit":
        return await _form_page(call, window, view)
    wanted = as_request(view, call.session.account.display_name)
    unit_id = unit_of(call.session.account)
    try:
        if members.get("action") == "appeal":
            application = await call.services.applications.appeal_request(
                unit_id, wanted, view.form.appeal, acting=call.acting
            )
            if not isinstance(application, Refused):
                return redirect(call.request, f"/unit/applications/{application.application_id}")
            outcome: Submitted = application
        else:
            outcome = await call.services.applications.submit(
                unit_id, wanted, acting=call.acting, look_first=True
            )
    except Refusal as refusal:
        # What was typed must not be lost.
        problems = tuple(msgspec.structs.replace(each, field="appeal") for each in refusal.problems)
        return await _asked_again(call, window, view, problems)
    return await _answer(call, window, view, outcome)


async def _answer(
    call: PageCall,
    window: _Window,
    view: FormView,
    outcome: Submitted,
) -> Response[str] | Response[bytes]:
    match outcome:
        case Issued(bill=bill):
            return redirect(call.request, f"{_ADDRESS}/done/{bill.code}/{bill.number}")
        case Pending(application=application):
            return redirect(call.request, f"/unit/applications/{application.application_id}")
        case Refused(problems=problems):
            conflict = next((p for p in problems if p.code == "bill.business_no_conflict"), None)
            if conflict is not None:
                return _issued_before(call.request, view, conflict)
            if about_reasons := reason_problems(problems, view.form):
                return await _asked_again(call, window, view, about_reasons)
            return await _form_page(call, window, view, problems=for_people(problems, view))
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
            return await _asked_again(call, window, view, unanswered)
        case Unresolved():
            # The page keeps the same business number, so pressing again shows whether the bill was issued.
            # Nothing
            # more is read for it, as the database may not be available.
            return _check_page(
                call.request,
                call.session,
                window,
                view,
                Assessment(),
                [],
                status=503,
                problems=outcome.problems,
            )


async def _asked_again(
    call: PageCall,
    window: _Window,
    view: FormView,
    problems: tuple[Problem, ...],
) -> Response[str]:
    assessment = await _assess(call.session, call.services, view)
    files = await _files(call.services, call.session.account, view)
    status = problems[0].status
    return _check_page(
        call.request, call.session, window, view, assessment, files, status=status, problems=problems
    )


def _issued_before(request: PageRequest, view: FormView, conflict: Problem) -> Response[str]:
    """A bill with the form's business number exists, with other content: link to it, and to a new form."""
    return page(
        request,
        "issuing/issued_before.html",
        status=conflict.status,
        title="票据已经开具过",
        crumbs=[("首页", "/unit"), ("开具票据", _ADDRESS)],
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
        crumbs=[("首页", "/unit"), ("开具票据", _ADDRESS)],
        bill=document.bill,
        kind=(await call.services.catalog.get()).kinds[document.bill.kind],
        faces=Markup(await call.services.documents.faces(document)),  # noqa: S704 - our own drawing, texts escaped
    )


async def _form_page(
    call: PageCall,
    window: _Window,
    view: FormView,
    *,
    problems: tuple[Problem, ...] = (),
    focus: str = "",
) -> Response[str]:
    fragment = bool(call.request.headers.get("HX-Request"))
    return page(
        call.request,
        "issuing/_form.html" if fragment else "issuing/form.html",
        status=problems[0].status if problems and not fragment else 200,
        title=f"开具{view.kind.name}",
        crumbs=[("首页", "/unit"), ("开具票据", _ADDRESS)],
        view=view,
        files=await _files(call.services, call.session.account, view),
        handler=call.session.account.display_name,
        checkers=window.checkers,
        pay_modes=PAY_MODES,
        many_kinds=len(window.kinds()) > 1,
        input_type=input_type,
        input_attributes=input_attributes,
        problems=problems,
        focus=focus,
    )


HANDLERS = [choose_or_fill, fill, amounts, find_items, confirm, done]
