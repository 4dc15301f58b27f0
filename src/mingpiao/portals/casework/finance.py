"""/finance/exceptions: what write-off did not pass; ask the unit, clear, mark a breach, one by one or together."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.casework.lists import FINANCE_EXCEPTIONS
from mingpiao.portals.casework.parts import load_case
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.forms import clean, read_amount, read_day, read_form, read_id
from mingpiao.portals.gates import allowed
from mingpiao.portals.list_model import Query
from mingpiao.portals.lists import list_helpers, show_list
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.rules.service import VIOLATIONS
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import Breach, ExceptionCase
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
    return page(
        call.request,
        "casework/finance_case.html",
        title=f"异常票据 {parts.bill.number}",
        crumbs=_CRUMBS,
        parts=parts,
        case=parts.case,
        bill=parts.bill,
        may_decide=_may_decide(call, parts.case) and parts.case.is_undecided,
        may_issue=_may_decide(call, parts.case) and parts.case.state.value == "breached",
        violations=list(VIOLATIONS.items()),
        usual_due=(today() + _USUAL_DAYS).isoformat(),
        typed=typed or {},
        verb=verb,
        problems=problems,
    )


def _may_decide(call: PageCall, case: ExceptionCase) -> bool:
    account = call.session.account
    own = account.region_code is not None and region_covers(account.region_code, case.region_code)
    return own and allowed(account.role, EXCEPTIONS_DECIDE)


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
    revision = read_id(members.get("revision", ""), 9) or 0
    if verb == "clear":
        await clear_case(
            connection, case_id, members.get("reason", ""), revision=revision, acting=call.acting
        )
        return
    if verb == "ask":
        due_on = _day(members.get("due_on", ""))
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


def _day(text: str) -> date:
    try:
        return read_day(text)
    except ValueError as error:
        raise refuse(
            "exception.due_invalid", "请按“年-月-日”填写说明期限。", field="due_on", status=422
        ) from error


def _amount(text: str) -> Decimal:
    try:
        return read_amount(text)
    except ValueError as error:
        message = "请填写违规金额，单位为元，最多两位小数。"
        raise refuse("exception.breach_invalid", message, field="breach_amount", status=422) from error


@post("/exceptions/batch", guards=_GUARDS, status_code=200)
async def clear_batch(call: NamedDependency[PageCall]) -> Response[str]:
    """Clear the chosen cases with one reason, and list each result."""
    form = await call.request.form()
    members = {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}
    numbers = [read_id(str(value)) for value in form.getall("chosen", [])]
    # A row that was chosen on two pages counts once.
    chosen = list(dict.fromkeys(each for each in numbers if each is not None))
    try:
        results = await clear_alike(
            call.services.database, chosen, members.get("reason", ""), acting=call.acting
        )
    except Refusal as refusal:
        return await show_list(
            call.request,
            call.session,
            call.services,
            FINANCE_EXCEPTIONS,
            given=_filter_of(members),
            problems=refusal.problems,
            chosen=frozenset(map(str, chosen)),
            reason=members.get("reason", ""),
        )
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
        back=Query(values=_filter_of(members), wanted={}).address(LIST),
    )


def _filter_of(members: dict[str, str]) -> dict[str, str]:
    """The list's filter in the form that the batch's form carries along."""
    return {
        name: members.get(f"filter-{name}", "") for each in FINANCE_EXCEPTIONS.filters for name in each.names
    }


HANDLERS = [exception_list, *list_helpers(FINANCE_EXCEPTIONS), clear_batch, exception_page, act]
