"""/finance/rectifications: notices of rectification; write one, see it before it goes out, accept what was done."""

from collections.abc import Mapping, Sequence

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.casework.lists import FINANCE_EXCEPTIONS, FINANCE_RECTIFICATIONS
from mingpiao.portals.casework.parts import day_of, load_notice, may_decide, revision_of
from mingpiao.portals.casework.rights import EXCEPTIONS_DECIDE
from mingpiao.portals.consequences import is_confirmed
from mingpiao.portals.forms import read_form, read_ids
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import get as get_unit
from mingpiao.writeoff.service import (
    BREACH_TYPES,
    accept,
    breaches_of,
    extend,
    issue_notice,
    preview_notice,
    send_back,
)

LIST = FINANCE_RECTIFICATIONS.address
_GUARDS = [require_right(EXCEPTIONS_DECIDE)]
#: What is said once a decision was made, by its verb.
_SAID = {
    "accept": "整改已通过，票据随该月核销，单位收到消息。",
    "return": "已退回，单位收到消息，须重新报送。",
    "extend": "整改期限已延长，单位收到消息。",
}
_CRUMBS = [(FINANCE_RECTIFICATIONS.title, LIST)]


@get("/rectifications/new/{unit_id:int}", guards=_GUARDS)
async def new_notice(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The breaches of a unit, and what it is to do."""
    return await _form(call, unit_id)


async def _form(
    call: PageCall,
    unit_id: int,
    *,
    demands: str = "",
    chosen: Sequence[int] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    async with call.reads() as connection:
        unit = await get_unit(connection, unit_id)
        found = await breaches_of(connection, unit_id)
    rows = [(case, BillIdentity.from_bill_id(case.bill_id), BREACH_TYPES[case.breach_type]) for case in found]
    return page(
        call.request,
        "casework/new_notice.html",
        title="发出整改通知",
        crumbs=[(FINANCE_EXCEPTIONS.title, FINANCE_EXCEPTIONS.address)],
        unit=unit,
        rows=rows,
        chosen={case.case_id for case in found} if chosen is None else set(chosen),
        demands=demands,
        problems=problems,
    )


@post("/rectifications/new/{unit_id:int}", guards=_GUARDS, status_code=200)
async def issue(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str] | Response[bytes]:
    """Show the notice as it would go out; with `confirmed` issue it, with `change` show the form again."""
    members, chosen = await read_form(call.request), await read_ids(call.request, "chosen")
    demands = members.get("demands", "")
    if "change" in members:
        return await _form(call, unit_id, demands=demands, chosen=chosen)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if is_confirmed(members):
                made = await issue_notice(connection, unit_id, chosen, demands, acting=call.acting)
                address = f"{LIST}/{made.rectification_id}"
                return redirect(call.request, address)
            notice = await preview_notice(connection, unit_id, chosen, demands, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _form(call, unit_id, demands=demands, chosen=chosen, problems=refusal.problems)
    return page(
        call.request,
        "casework/preview_notice.html",
        title="核对整改通知",
        crumbs=[(FINANCE_EXCEPTIONS.title, FINANCE_EXCEPTIONS.address)],
        notice=notice,
        address=f"{LIST}/new/{unit_id}",
        chosen=chosen,
        demands=demands,
    )


@get("/rectifications/{rectification_id:int}")
async def notice_page(call: NamedDependency[PageCall], rectification_id: FromPath[int]) -> Response[str]:
    """A notice: its bills and how they were corrected, what the unit reported, and what can be decided."""
    return await _page(call, rectification_id)


async def _page(
    call: PageCall,
    rectification_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    parts = await load_notice(call, rectification_id)
    present = parts.rectification
    own = may_decide(call, present.region_code)
    return page(
        call.request,
        "casework/finance_notice.html",
        title=present.serial,
        crumbs=_CRUMBS,
        parts=parts,
        rectification=present,
        notice=parts.notice,
        may_decide=own and present.state.value == "answered",
        may_extend=own and present.state.value != "accepted" and not present.extended,
        typed=typed or {},
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        verb=verb,
        problems=problems,
    )


@post("/rectifications/{rectification_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act(
    call: NamedDependency[PageCall], rectification_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`accept`, `return` or `extend`; of two people at once the second sees what the first one did."""
    members = await read_form(call.request)
    if verb not in _SAID:
        raise refuse("http.404", "没有这种办理方式，请返回整改。", status=404)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, rectification_id, verb, members)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, rectification_id, problems=refusal.problems, typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{rectification_id}?done={verb}")


async def _act(
    connection: AsyncConnection, call: PageCall, number: int, verb: str, members: Mapping[str, str]
) -> None:
    revision = revision_of(members)
    if verb == "extend":
        due_on = day_of(members, "rectification.due_invalid", "请按“年-月-日”填写新的期限。")
        await extend(
            connection, number, due_on, members.get("reason", ""), revision=revision, acting=call.acting
        )
        return
    decide = accept if verb == "accept" else send_back
    await decide(connection, number, members.get("opinion", ""), revision=revision, acting=call.acting)


HANDLERS = [*list_handlers(FINANCE_RECTIFICATIONS), new_notice, issue, notice_page, act]
