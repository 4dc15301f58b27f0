"""/finance/exceptions: what write-off did not pass; ask the unit, clear, mark a breach, one by one or together."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.casework.lists import FINANCE_EXCEPTIONS
from mingpiao.portals.casework.parts import day_of, load_case, may_decide, revision_of
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.forms import read_amount, read_form
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.rules.service import VIOLATIONS
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import Breach
from mingpiao.writeoff.service import ask_unit, clear_alike, clear_case, mark_breach

LIST = FINANCE_EXCEPTIONS.address
_GUARDS = [require_right(EXCEPTIONS_DECIDE)]
_CRUMBS = [(FINANCE_EXCEPTIONS.title, LIST)]
#: How many days a unit usually has to answer.
_USUAL_DAYS = timedelta(days=7)


@get("/exceptions")
async def exception_list(call: NamedDependency[PageCall]) -> Response[str]:
    """What the department has to decide, found first comes first; with other filters, all others."""
    return await show_list(call.request, call.session, call.services, FINANCE_EXCEPTIONS, reason="")


@get("/exceptions/{case_id:int}")
async def exception_page(call: NamedDependency[PageCall], case_id: FromPath[int]) -> Response[str]:
    """A case: bill, papers, payments, findings, the unit's past, and what can be decided."""
    return await _page(call, case_id)


async def _page(
    call: PageCall,
    case_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    parts = await load_case(call, case_id)
    own = may_decide(call, parts.case.region_code)
    return page(
        call.request,
        "casework/finance_case.html",
        title=f"异常票据 {parts.identity.number}",
        crumbs=_CRUMBS,
        parts=parts,
        case=parts.case,
        bill=parts.bill,
        may_decide=own and parts.case.is_undecided,
        may_issue=own and parts.case.state.value == "breached",
        violations=list(VIOLATIONS.items()),
        usual_due=(today() + _USUAL_DAYS).isoformat(),
        typed=typed or {},
        verb=verb,
        problems=problems,
    )


@post("/exceptions/{case_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act(
    call: NamedDependency[PageCall], case_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`ask`, `clear` or `breach`; of two people at once the second sees what the first one did."""
    members = await read_form(call.request)
    if verb not in ("ask", "clear", "breach"):
        raise refuse("http.404", "没有这种办理方式，请返回异常票据。", status=404)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, case_id, verb, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, case_id, problems=refusal.problems, typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{case_id}")


async def _act(
    connection: AsyncConnection, call: PageCall, case_id: int, verb: str, members: Mapping[str, str]
) -> None:
    revision = revision_of(members)
    if verb == "clear":
        await clear_case(
            connection, case_id, members.get("reason", ""), revision=revision, acting=call.acting
        )
        return
    if verb == "ask":
        due_on = day_of(members, "exception.due_invalid", "请按“年-月-日”填写说明期限。")
        question = members.get("question", "")
        await ask_unit(connection, case_id, question, due_on, revision=revision, acting=call.acting)
        return
    breach = Breach(
        type=members.get("breach_type", ""),
        basis=members.get("breach_basis", ""),
        amount=_amount(members.get("breach_amount", "")),
        reason=members.get("facts", ""),
    )
    await mark_breach(connection, case_id, breach, revision=revision, acting=call.acting)


def _amount(text: str) -> Decimal:
    try:
        return read_amount(text)
    except ValueError as error:
        message = "请填写违规金额，单位为元，最多两位小数。"
        raise refuse("exception.breach_invalid", message, field="breach_amount", status=422) from error


@post("/exceptions/batch", guards=_GUARDS, status_code=200)
async def clear_batch(call: NamedDependency[PageCall]) -> Response[str]:
    """Clear the chosen cases with one reason, and list each result."""
    sent = await read_chosen(call.request, FINANCE_EXCEPTIONS)
    reason = sent.members.get("reason", "")
    try:
        results = await clear_alike(call.services.database, sent.ids, reason, acting=call.acting)
    except Refusal as refusal:
        return await show_refused(call, FINANCE_EXCEPTIONS, sent, refusal.problems, reason=reason)
    async with call.reads() as connection:
        units = await names_of(connection, {each.case.unit_id for each in results if each.case})
    return page(
        call.request,
        "casework/cleared.html",
        title="批量解除结果",
        crumbs=_CRUMBS,
        results=results,
        done=sum(each.case is not None for each in results),
        unit_names=units,
        numbers={
            each.case_id: BillIdentity.from_bill_id(each.case.bill_id).number for each in results if each.case
        },
        back=sent.list_address(FINANCE_EXCEPTIONS),
    )


HANDLERS = [exception_list, *list_helpers(FINANCE_EXCEPTIONS), clear_batch, exception_page, act]
