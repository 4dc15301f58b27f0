"""/admin/approvals: what one 安全管理员 proposed and another one confirms."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.portals.approvals.deciding import SECURITY, decide, show_proposal, withdraw_own
from mingpiao.portals.approvals.lists import SECURITY_PROPOSALS
from mingpiao.portals.gates import SECURE
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, require_right

_GUARDS = [require_right(SECURE)]


@get("/approvals/{proposal_id:int}", guards=_GUARDS)
async def security_proposal(call: NamedDependency[PageCall], proposal_id: FromPath[int]) -> Response[str]:
    """One proposed change: before and after, and the decision if the person may take it."""
    return await show_proposal(call, proposal_id, SECURITY)


@post("/approvals/{proposal_id:int}", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def decide_security_proposal(
    call: NamedDependency[PageCall], proposal_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Confirm or return, as the form's `decision` says."""
    return await decide(call, proposal_id, SECURITY)


@post("/approvals/{proposal_id:int}/withdraw", guards=_GUARDS, status_code=200)
async def withdraw_security_proposal(
    call: NamedDependency[PageCall], proposal_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Take an own proposal back."""
    return await withdraw_own(call, proposal_id, SECURITY)


HANDLERS = [
    *list_handlers(SECURITY_PROPOSALS, guards=_GUARDS),
    security_proposal,
    decide_security_proposal,
    withdraw_security_proposal,
]
