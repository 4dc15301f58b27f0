"""/account/proof: prove again who one is, for an address that is only read, such as a long export."""

from litestar import Response, post
from litestar.di import NamedDependency

from mingpiao.identity.service import PROOF_FIELD, prove_again, proves_by_code
from mingpiao.portals.forms import read_form
from mingpiao.portals.kept import NEVER_KEPT
from mingpiao.portals.navigation import home_of
from mingpiao.portals.proof import ProofNeeded, Sensitive
from mingpiao.portals.rendering import page, proof_page
from mingpiao.portals.session import PageCall, is_local, visitor_of


@post("/proof", opt=NEVER_KEPT, status_code=200)
async def prove(call: NamedDependency[PageCall]) -> Response[str]:
    """Take the proof, and lead on to the address that asked for it."""
    follow = (await read_form(call.request)).get("follow", "")
    follow = follow if is_local(follow) else home_of(call.session)
    typed = str((await call.request.form()).get(PROOF_FIELD) or "")
    problem = await prove_again(
        call.services.database,
        call.services.second_factors,
        call.session,
        typed,
        visitor=visitor_of(call.request),
        acting=call.acting,
    )
    if problem is None:
        return page(call.request, "security/proved.html", title="身份已验证", follow=follow)
    by_code = await proves_by_code(call.services.database, call.session.account.account_id)
    again = ProofNeeded(
        Sensitive.EXPORTS, by_code=by_code, back=home_of(call.session), follow=follow, problems=(problem,)
    )
    return proof_page(call.request, again)


HANDLERS = [prove]
