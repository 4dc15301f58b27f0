"""One proposed change and the decision about it, among people of departments and among 安全管理员."""

import msgspec
from litestar import Response

from mingpiao.approvals import service as approvals
from mingpiao.approvals.model import Proposal, ProposalState
from mingpiao.house.model import Circle
from mingpiao.house.rooms import proposal_kinds
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.approvals.lists import PROPOSALS, SECURITY_PROPOSALS, STATE_COLOURS, ProposalRow
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import read_form
from mingpiao.portals.list_model import Listing
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect


class Deciders(msgspec.Struct, frozen=True, kw_only=True):
    """Among whom a proposal is decided, and their worklist."""

    among: Circle
    title: str
    address: str


def _deciders(among: Circle, listing: Listing[ProposalRow]) -> Deciders:
    return Deciders(among=among, title=listing.title, address=listing.address)


DEPARTMENTS = _deciders("department", PROPOSALS)
SECURITY = _deciders("security", SECURITY_PROPOSALS)


async def decide(call: PageCall, proposal_id: int, deciders: Deciders) -> Response[str] | Response[bytes]:
    """Approve or return, as the form's `decision` says."""
    form = await read_form(call.request)
    opinion = form.get("opinion", "")
    verbs = {"approve": approvals.approve, "return": approvals.reject}
    if form.get("decision") not in verbs:
        raise refuse("proposal.decision_unknown", "没有这种操作，请返回变更页面选择通过或退回。")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await verbs[form["decision"]](connection, proposal_id, opinion=opinion, acting=call.acting)
    except Refusal as refusal:
        return await show_proposal(call, proposal_id, deciders, refusal.problems, opinion)
    return redirect(call.request, approvals.address_of(proposal_id, deciders.among))


async def withdraw_own(
    call: PageCall, proposal_id: int, deciders: Deciders
) -> Response[str] | Response[bytes]:
    """Take an own proposal back."""
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await approvals.withdraw(connection, proposal_id, acting=call.acting)
    except Refusal as refusal:
        return await show_proposal(call, proposal_id, deciders, refusal.problems)
    return redirect(call.request, approvals.address_of(proposal_id, deciders.among))


async def show_proposal(
    call: PageCall,
    proposal_id: int,
    deciders: Deciders,
    problems: tuple[Problem, ...] = (),
    opinion: str = "",
) -> Response[str]:
    """The page of a proposal, for those among whom it is decided. Raises `Refusal` (`proposal.unknown`, 404)."""
    proposal, there = await _found(call, proposal_id, deciders)
    kind = proposal_kinds()[proposal.kind]
    # system: what a change touches is counted also where no department looks, as in drafts
    async with call.services.database.system() as connection:
        shown = await approvals.preview(connection, proposal)
    waiting = proposal.state is ProposalState.OPEN
    own = proposal.author == call.acting.actor
    facts, who = await _about(call, proposal)
    return page(
        call.request,
        "approvals/proposal.html",
        title=f"{kind.label}变更：{proposal.title}",
        crumbs=[(deciders.title, deciders.address)],
        proposal=proposal,
        state_colour=STATE_COLOURS[proposal.state],
        facts_of=facts,
        who=who,
        shown=shown,
        subject_page=kind.page(proposal.key) if there else "",
        here=approvals.address_of(proposal_id, deciders.among),
        may_decide=approvals.may_decide(proposal, acting=call.acting),
        may_withdraw=waiting and own,
        waiting=waiting,
        own=own,
        lines=_history(proposal),
        problems=problems,
        opinion=opinion,
    )


async def _found(call: PageCall, proposal_id: int, deciders: Deciders) -> tuple[Proposal, bool]:
    """The proposal, and whether its subject is there by now."""
    # system: no scope of administrators reads proposals
    opened = call.reads() if deciders.among == "department" else call.services.database.system()
    async with opened as connection:
        proposal = await approvals.get_proposal(connection, proposal_id)
        if proposal.among != deciders.among:
            raise refuse("proposal.unknown", "没有找到这项变更，或您无权查看。", status=404)
        there = await proposal_kinds()[proposal.kind].exists(connection, proposal.key)
    return proposal, there


async def _about(call: PageCall, proposal: Proposal) -> tuple[list[tuple[str, str]], str]:
    """The department of the author where there is one, and who decides."""
    number = [("编号", str(proposal.proposal_id))]
    if proposal.region_code is None:
        return number, "另一位安全管理员"
    department = (await call.services.catalog.get()).departments[proposal.region_code].name
    return [("部门", department)], f"{department}或上级财政部门的负责人"


def _history(proposal: Proposal) -> list[HistoryLine]:
    lines = [
        HistoryLine(at=proposal.proposed_at, what="提交变更", who=proposal.author_name, note=proposal.reason)
    ]
    if proposal.decided_at is not None:
        lines.append(
            HistoryLine(
                at=proposal.decided_at,
                what=proposal.state.label,
                who=proposal.decided_by_name or "",
                note=proposal.opinion,
            )
        )
    return lines
