"""/finance/approvals: changes that wait for a second person, one change, and the decision about it."""

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.approvals import service as approvals
from mingpiao.approvals.model import Preview, Proposal
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.approvals.deciding import DEPARTMENTS, decide, show_proposal, withdraw_own
from mingpiao.portals.approvals.lists import PROPOSALS
from mingpiao.portals.approvals.rights import APPROVALS_DECIDE, APPROVALS_PROPOSE
from mingpiao.portals.consequences import is_confirmed
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.overview.worklist import Tile, rules_waiting
from mingpiao.portals.regions import home_region
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right

#: Changes that are looked at and approved together.
_MOST_AT_ONCE = 50


@get("/approvals")
async def proposals_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The worklist, which names the rules that wait as well: they are decided elsewhere, by the same people."""
    waiting = await _waiting(call)
    return await show_list(call.request, call.session, call.services, PROPOSALS, rules=waiting)


async def _waiting(call: PageCall) -> Tile:
    region = home_region(call.session.account, await call.services.catalog.get())
    async with call.reads() as connection:
        return await rules_waiting(connection, region)


@get("/approvals/{proposal_id:int}")
async def proposal_page(call: NamedDependency[PageCall], proposal_id: FromPath[int]) -> Response[str]:
    """One proposed change: before and after, what it touches, and the decision if the person may take it."""
    return await show_proposal(call, proposal_id, DEPARTMENTS)


@post("/approvals/{proposal_id:int}", guards=[require_right(APPROVALS_DECIDE)], status_code=200)
async def decide_proposal(
    call: NamedDependency[PageCall], proposal_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Approve or return, as the form's `decision` says."""
    return await decide(call, proposal_id, DEPARTMENTS)


@post("/approvals/{proposal_id:int}/withdraw", guards=[require_right(APPROVALS_PROPOSE)], status_code=200)
async def withdraw_proposal(
    call: NamedDependency[PageCall], proposal_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Take an own proposal back."""
    return await withdraw_own(call, proposal_id, DEPARTMENTS)


@post("/approvals/batch", guards=[require_right(APPROVALS_DECIDE)], status_code=200)
async def approve_many(call: NamedDependency[PageCall]) -> Response[str]:
    """Show all chosen changes before and after; with `confirmed`, approve each by itself and list each result."""
    sent = await read_chosen(call.request, PROPOSALS)
    problem = _wrong_number(len(sent.ids))
    if problem is not None:
        return await show_refused(call, PROPOSALS, sent, (problem,), rules=await _waiting(call))
    if is_confirmed(sent.members):
        results = [await _approved(call, each, sent.members.get("opinion", "")) for each in sent.ids]
    else:
        results = [await _previewed(call, each) for each in sent.ids]
    return page(
        call.request,
        "approvals/batch.html",
        title="一起审核",
        crumbs=[(PROPOSALS.title, PROPOSALS.address)],
        confirmed=is_confirmed(sent.members),
        results=results,
        done=sum(not each.problem for each in results),
        here=f"{PROPOSALS.address}/batch",
        list_address=PROPOSALS.address,
    )


class OneOfMany(msgspec.Struct, frozen=True, kw_only=True):
    """A chosen change: what it would do, or why it cannot be approved, or was not."""

    proposal_id: int
    address: str
    proposal: Proposal | None = None
    shown: Preview = Preview(changes=(), consequence="")
    problem: str = ""


def _wrong_number(count: int) -> Problem | None:
    if 1 <= count <= _MOST_AT_ONCE:
        return None
    message = f"请选择要审核的变更，一次最多{_MOST_AT_ONCE}项。"
    return Problem(code="proposal.number_wrong", message=message, status=422)


async def _previewed(call: PageCall, proposal_id: int) -> OneOfMany:
    one = OneOfMany(proposal_id=proposal_id, address=approvals.address_of(proposal_id))
    try:
        async with call.reads() as connection:
            proposal = await approvals.get_proposal(connection, proposal_id)
    except Refusal as refusal:
        return msgspec.structs.replace(one, problem=refusal.problems[0].message)
    # system: what a change touches is counted also where no department looks, as in drafts
    async with call.services.database.system() as connection:
        shown = await approvals.preview(connection, proposal)
    problem = shown.problem
    if not approvals.may_decide(proposal, acting=call.acting):
        problem = "这项变更已办结，或不由您审核。"
    return msgspec.structs.replace(one, proposal=proposal, shown=shown, problem=problem)


async def _approved(call: PageCall, proposal_id: int, opinion: str) -> OneOfMany:
    one = OneOfMany(proposal_id=proposal_id, address=approvals.address_of(proposal_id))
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            proposal = await approvals.approve(connection, proposal_id, opinion=opinion, acting=call.acting)
    except Refusal as refusal:
        return msgspec.structs.replace(one, problem=refusal.problems[0].message)
    return msgspec.structs.replace(one, proposal=proposal)


HANDLERS = [
    proposals_page,
    *list_helpers(PROPOSALS),
    approve_many,
    proposal_page,
    decide_proposal,
    withdraw_proposal,
]
