"""/finance/exceptions: what write-off did not pass; ask the unit, clear, mark a breach, one by one or together."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.casework.lists import FINANCE_EXCEPTIONS
from mingpiao.portals.casework.parts import day_of, load_case, may_decide, revision_of
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed, is_revised
from mingpiao.portals.forms import read_amount, read_form
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.rendering import money, page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of
from mingpiao.writeoff.model import Breach, ExceptionCase
from mingpiao.writeoff.service import (
    BREACH_TYPES,
    ask_unit,
    clear_alike,
    clear_case,
    decided_above,
    get_case,
    mark_breach,
    require_breach,
    withdraw_breach,
)

LIST = FINANCE_EXCEPTIONS.address
_GUARDS = [require_right(EXCEPTIONS_DECIDE)]
_CRUMBS = [(FINANCE_EXCEPTIONS.title, LIST)]
#: What is said once a decision was made, by its verb.
_SAID = {
    "ask": "已要求单位说明，单位收到消息。",
    "clear": "已解除异常，票据随该月核销。",
    "breach": "已标记违规，单位收到消息。",
    "withdraw": "已撤回违规认定，票据回到待办理。",
}
#: Legal bases that are often named.
_COMMON_BASES = (
    "《财政票据管理办法》（财政部令第104号）",
    "《财政票据管理办法》（财政部令第104号）第三条（收取财物时开具）",
    "《财政票据管理办法》（财政部令第104号）（不得转让、出借、代开、买卖财政票据）",
    "《财政部关于进一步加强财政电子票据核销管理的通知》（财综〔2023〕53号）（核对开票金额与到账金额）",
    "《财政电子票据管理办法》（财综〔2024〕62号）",
)
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
    own, here = may_decide(call, parts.case.region_code), call.session.account.region_code or ""
    return page(
        call.request,
        "casework/finance_case.html",
        title=f"异常票据 {parts.identity.number}",
        crumbs=_CRUMBS,
        parts=parts,
        case=parts.case,
        bill=parts.bill,
        sees_bill=parts.bill is not None and region_covers(here, parts.bill.region_code),
        watchable=own,
        may_decide=own and parts.case.is_undecided,
        may_issue=own and parts.case.state.value == "breached",
        may_withdraw=own and not decided_above(parts.case, here),
        violations=list(BREACH_TYPES.items()),
        bases=list(dict.fromkeys([*_bases_of(parts.case), *_COMMON_BASES])),
        usual_basis=next(iter(_bases_of(parts.case)), ""),
        usual_due=(today() + _USUAL_DAYS).isoformat(),
        typed=typed or {},
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        verb=verb,
        problems=problems,
    )


@post("/exceptions/{case_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act(
    call: NamedDependency[PageCall], case_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`ask`, `clear`, `breach` (after a page that tells what follows) or `withdraw`; of two people at once the
    second sees what the first one did.
    """
    members = await read_form(call.request)
    if verb not in _SAID:
        raise refuse("http.404", "没有这种办理方式，请返回异常票据。", status=404)
    if is_revised(members):
        return await _page(call, case_id, typed=members, verb=verb)
    try:
        if verb == "breach" and not is_confirmed(members):
            return await _before_breach(call, case_id, members)
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, case_id, verb, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, case_id, problems=refusal.problems, typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{case_id}?done={verb}")


async def _before_breach(call: PageCall, case_id: int, members: Mapping[str, str]) -> Response[str]:
    """What marking a breach leads to. Raises `Refusal` as `mark_breach`, for all but the revision."""
    breach = _breach_of(members)
    async with call.reads() as connection:
        case = await get_case(connection, case_id)
        unit = (await names_of(connection, {case.unit_id})).get(case.unit_id, "")
    facts = require_breach(case, breach)
    identity = BillIdentity.from_bill_id(case.bill_id)
    shown = Consequences(
        title=f"标记违规：票据 {identity.number}",
        facts=[
            ("用票单位", unit),
            ("票据", f"{identity.code} {identity.number}"),
            ("违规类型", BREACH_TYPES[breach.type]),
            ("依据", breach.basis.strip()),
            ("违规金额（元）", money(breach.amount)),
            ("违规事实", facts),
        ],
        told=(
            "单位立即收到违规认定的消息，看到类型、依据、金额和事实。",
            "公众查验这张票据时，看到财政部门已认定违规，提示不要报销和入账。",
            "接着由您发出整改通知，单位在期限内整改；通知发出以前，可以写明原因撤回认定。",
        ),
        address=f"{LIST}/{case_id}/breach",
        button="确认标记违规",
        back=f"{LIST}/{case_id}",
        members={
            name: members.get(name, "")
            for name in ("revision", "breach_type", "breach_basis", "breach_amount", "facts")
        },
        revises=True,
    )
    crumbs = [*_CRUMBS, (f"异常票据 {identity.number}", f"{LIST}/{case_id}")]
    return consequences_page(call.request, shown, crumbs=crumbs)


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
    if verb == "withdraw":
        reason = members.get("reason", "")
        await withdraw_breach(connection, case_id, reason, revision=revision, acting=call.acting)
        return
    await mark_breach(connection, case_id, _breach_of(members), revision=revision, acting=call.acting)


def _breach_of(members: Mapping[str, str]) -> Breach:
    return Breach(
        type=members.get("breach_type", ""),
        basis=members.get("breach_basis", ""),
        amount=_amount(members.get("breach_amount", "")),
        reason=members.get("facts", ""),
    )


def _bases_of(case: ExceptionCase) -> list[str]:
    """What the rules that found the bill are based on."""
    return [each.basis for each in case.findings if each.basis]


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
