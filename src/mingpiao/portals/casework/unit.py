"""/unit/exceptions and /unit/rectifications: what a unit is asked, and what it must put right."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import bill_id
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.casework.lists import UNIT_EXCEPTIONS, UNIT_RECTIFICATIONS
from mingpiao.portals.casework.parts import files_of_form, load_case, load_notice, revision_of
from mingpiao.portals.casework.rights import UNIT_EXPLAIN
from mingpiao.portals.evidence.files import MAX_UPLOAD, problems_of, take_files
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.writeoff.service import answer_case, breach_stops_issuing, report

CASES, NOTICES = UNIT_EXCEPTIONS.address, UNIT_RECTIFICATIONS.address
_GUARDS = [require_right(UNIT_EXPLAIN)]
_HOME = ("首页", "/unit")
_REPLACED, _KEPT = "replaced_by-", "kept-"
#: States in which a unit explains a case: before it is asked, and when it is.
_EXPLAINED_IN = ("open", "asked")


# -- cases -----------------------------------------------------------------------------------------------


@get("/exceptions/{case_id:int}")
async def case_page(call: NamedDependency[PageCall], case_id: FromPath[int]) -> Response[str]:
    """A case of the unit: what was found, what it is asked, and its answer."""
    return await _case_page(call, case_id)


async def _case_page(
    call: PageCall,
    case_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    digests: Sequence[str] = (),
) -> Response[str]:
    parts = await load_case(call, case_id)
    may_answer = allowed(call.session.account.role, UNIT_EXPLAIN) and parts.case.state.value in _EXPLAINED_IN
    return page(
        call.request,
        "casework/unit_case.html",
        title=f"异常票据 {parts.identity.number}",
        crumbs=[_HOME, (UNIT_EXCEPTIONS.title, CASES)],
        parts=parts,
        case=parts.case,
        bill=parts.bill,
        may_answer=may_answer,
        is_done=call.request.query_params.get("done") == "answer",
        files=await files_of_form(call, parts.case.unit_id, digests),
        typed=typed or {},
        problems=problems,
    )


@post("/exceptions/{case_id:int}", guards=_GUARDS, status_code=200, request_max_body_size=MAX_UPLOAD)
async def answer(call: NamedDependency[PageCall], case_id: FromPath[int]) -> Response[str] | Response[bytes]:
    """Explain the case, asked or not; a button of the form only takes a file away."""
    members = await read_form(call.request)
    digests, problems = await _digests(call, members)
    if problems or members.get("action"):
        return await _case_page(call, case_id, problems=problems, typed=members, digests=digests)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await answer_case(
                connection,
                case_id,
                members.get("explanation", ""),
                files=digests,
                revision=revision_of(members),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _case_page(call, case_id, problems=refusal.problems, typed=members, digests=digests)
    return redirect(call.request, f"{CASES}/{case_id}?done=answer")


async def _digests(call: PageCall, members: Mapping[str, str]) -> tuple[list[str], tuple[Problem, ...]]:
    """The files of a form: those that it names, those that came with it, without the one that is taken away."""
    taken = await take_files(call.request, call.services, unit_of(call.session.account), acting=call.acting)
    named = members.get("evidence", "").split() + [each.file.digest for each in taken if each.file]
    dropped = members.get("action", "").removeprefix("drop-")
    return [each for each in dict.fromkeys(named) if each != dropped], problems_of(taken)


# -- notices ---------------------------------------------------------------------------------------------


@get("/rectifications/{rectification_id:int}")
async def notice_page(call: NamedDependency[PageCall], rectification_id: FromPath[int]) -> Response[str]:
    """A notice: what the unit must put right by when, and its report."""
    return await _notice_page(call, rectification_id)


async def _notice_page(
    call: PageCall,
    rectification_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    digests: Sequence[str] = (),
) -> Response[str]:
    parts = await load_notice(call, rectification_id)
    present = parts.rectification
    async with call.reads() as connection:
        stops_issuing = await breach_stops_issuing(connection, present.region_code)
    may_report = allowed(call.session.account.role, UNIT_EXPLAIN) and present.state.value == "issued"
    return page(
        call.request,
        "casework/unit_notice.html",
        title=present.serial,
        crumbs=[_HOME, (UNIT_RECTIFICATIONS.title, NOTICES)],
        parts=parts,
        rectification=present,
        notice=parts.notice,
        may_report=may_report,
        stops_issuing=stops_issuing,
        today=today(),
        is_done=call.request.query_params.get("done") == "report",
        may_reissue=allowed(call.session.account.role, UNIT_ISSUE) and present.state.value != "accepted",
        files=await files_of_form(call, present.unit_id, digests),
        typed=typed or {},
        problems=problems,
    )


@post(
    "/rectifications/{rectification_id:int}",
    guards=_GUARDS,
    status_code=200,
    request_max_body_size=MAX_UPLOAD,
)
async def send_report(
    call: NamedDependency[PageCall], rectification_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Report what was done; a button of the form only takes a file away."""
    members = await read_form(call.request)
    digests, problems = await _digests(call, members)
    replaced_by, unread = _replaced_by(members)
    problems = (*problems, *unread)
    if problems or members.get("action"):
        return await _notice_page(call, rectification_id, problems=problems, typed=members, digests=digests)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await report(
                connection,
                rectification_id,
                members.get("measures", ""),
                replaced_by=replaced_by,
                kept=_kept(members),
                common_reason=members.get("kept", ""),
                files=digests,
                revision=revision_of(members),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _notice_page(
            call, rectification_id, problems=refusal.problems, typed=members, digests=digests
        )
    return redirect(call.request, f"{NOTICES}/{rectification_id}?done=report")


def _kept(members: Mapping[str, str]) -> dict[int, str]:
    """What is said of each bill that was not reversed, by case."""
    named = {
        read_whole(name.removeprefix(_KEPT)): text for name, text in members.items() if name.startswith(_KEPT)
    }
    return {case_id: text for case_id, text in named.items() if case_id is not None}


def _replaced_by(members: Mapping[str, str]) -> tuple[dict[int, int], tuple[Problem, ...]]:
    """票据编号 by case, from fields with code and number such as “15010126 0000000012”."""
    found, problems = {}, []
    for name, text in members.items():
        case_id = read_whole(name.removeprefix(_REPLACED)) if name.startswith(_REPLACED) and text else None
        if case_id is None:
            continue
        code, _, number = text.replace("-", " ").partition(" ")
        try:
            found[case_id] = bill_id(code, number.strip())
        except ValueError:
            problems.append(
                Problem(
                    code="rectification.correction_invalid",
                    field=f"replaced_by/{case_id}",
                    message="请填写8位票据代码和10位票据号码，中间空一格。",
                    status=422,
                )
            )
    return found, tuple(problems)


HANDLERS = [
    *list_handlers(UNIT_EXCEPTIONS),
    case_page,
    answer,
    *list_handlers(UNIT_RECTIFICATIONS),
    notice_page,
    send_report,
]
