"""/login/ukey: the page's script asks for a challenge, has the agent sign it, and sends the proof as a form."""

from litestar import Response, Router, post
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.identity.model import Rejected
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Refusal
from mingpiao.portals.accounts.signing_in import browser_secret, login_form, signed_in
from mingpiao.portals.forms import read_form
from mingpiao.portals.rendering import EXCEPTION_HANDLERS
from mingpiao.portals.session import PageRequest, check_csrf, visitor_of
from mingpiao.ukeys.service import UKeyProof, UKeySignIn


@post("/login/ukey/challenge", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def give_challenge(request: PageRequest, ukey_sign_in: NamedDependency[UKeySignIn]) -> dict[str, str]:
    """A challenge for this browser, and the site that the signature is to name."""
    secret = browser_secret(request)
    await check_csrf(request, secret)
    return {"challenge": ukey_sign_in.challenge(secret), "origin": ukey_sign_in.origin}


@post("/login/ukey", status_code=200, request_max_body_size=STRANGERS_FORM_BYTES)
async def login_by_ukey(
    request: PageRequest,
    services: NamedDependency[Services],
    ukey_sign_in: NamedDependency[UKeySignIn],
) -> Response[str] | Response[bytes]:
    """Sign in with what the agent signed."""
    form = await read_form(request)
    follow, secret = form.get("next", ""), browser_secret(request)
    try:
        await check_csrf(request, secret)
    except Refusal as refusal:
        return login_form(request, follow=follow, problems=refusal.problems)
    raw = await request.form()
    proof = UKeyProof(
        challenge=form.get("challenge", ""),
        certificate=str(raw.get("certificate") or ""),
        signature=form.get("signature", ""),
    )
    outcome = await ukey_sign_in.sign_in(proof, secret, visitor=visitor_of(request))
    if isinstance(outcome, Rejected):
        return login_form(request, follow=follow, problems=(outcome.problem,))
    return await signed_in(request, services, outcome, follow)


def create_sign_in_router() -> Router:
    """For people who are not signed in."""
    return Router(
        path="/",
        route_handlers=[give_challenge, login_by_ukey],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
