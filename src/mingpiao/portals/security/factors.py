"""/account/factor: set up an app that shows codes, get recovery codes, and do without them again."""

from functools import partial

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.identity.service import Enrolled, FactorState, factor_state
from mingpiao.kernel.errors import Problem, refuse
from mingpiao.layout.service import check_picture
from mingpiao.portals.accounts.signing_in import device_cookie
from mingpiao.portals.forms import read_form
from mingpiao.portals.kept import NEVER_KEPT, waiting_address
from mingpiao.portals.masks import masked
from mingpiao.portals.navigation import home_of
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import csrf_field, page
from mingpiao.portals.session import FACTOR_PAGE, PageCall, needs_factor, redirect, session_cookie, visitor_of

_GROUP = 4


@get("/factor")
async def factor_page(call: NamedDependency[PageCall]) -> Response[str]:
    """What a second factor is, or the secret that waits to be confirmed."""
    return await _factor_page(call)


@post("/factor/start", opt=sensitive(Sensitive.FACTORS), status_code=200)
async def start(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Make a secret for an app."""
    await call.services.second_factors.offer(call.session.account, acting=call.acting)
    return redirect(call.request, FACTOR_PAGE)


@post("/factor", opt=NEVER_KEPT, status_code=200)
async def confirm(call: NamedDependency[PageCall]) -> Response[str]:
    """Take the secret into use after a code of it; the recovery codes are shown this once."""
    code = (await read_form(call.request)).get("code", "")
    if not code:
        problem = Problem(
            code="form.required", field="code", message="请输入手机上显示的6位数字。", status=422
        )
        return await _factor_page(call, (problem,))
    outcome = await call.services.second_factors.confirm(
        call.session.account,
        call.session.factors,
        code,
        visitor=visitor_of(call.request),
        acting=call.acting,
    )
    if isinstance(outcome, Problem):
        return await _factor_page(call, (outcome,))
    return await _codes_page(call, outcome)


async def _codes_page(call: PageCall, enrolled: Enrolled) -> Response[str]:
    account = call.session.account
    done = enrolled.signed_in
    token = masked(done.session.csrf_token)
    return page(
        call.request,
        "security/recovery_codes.html",
        cookies=[session_cookie(call.request, done.token), device_cookie(call.request, done.device)],
        title="恢复码",
        crumbs=[("首页", home_of(call.session)), ("账户安全", "/account")],
        session=done.session,
        csrf_token=token,
        csrf_field=partial(csrf_field, token),
        heading="动态口令已启用",
        codes=enrolled.codes,
        onward=await waiting_address(call.services, call.request, account.account_id)
        or home_of(call.session),
    )


@post("/factor/codes", opt=sensitive(Sensitive.FACTORS), status_code=200)
async def new_codes(call: NamedDependency[PageCall]) -> Response[str]:
    """Ten new recovery codes, shown this once."""
    codes = await call.services.second_factors.renew_codes(call.session.account, acting=call.acting)
    return page(
        call.request,
        "security/recovery_codes.html",
        title="恢复码",
        crumbs=[("首页", home_of(call.session)), ("账户安全", "/account")],
        heading="新的恢复码已生成，原来的全部失效",
        codes=codes,
        onward="/account",
    )


@post("/factor/remove", opt=sensitive(Sensitive.FACTORS), status_code=200)
async def remove(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Do without a second factor again, where none is demanded."""
    if needs_factor(call.services, call.session.account):
        raise refuse(
            "factor.demanded", "您的账户必须使用动态口令，不能停用；更换手机请重新设置。", status=409
        )
    await call.services.second_factors.remove(call.session.account, acting=call.acting)
    return redirect(call.request, "/account")


async def _factor_page(call: PageCall, problems: tuple[Problem, ...] = ()) -> Response[str]:
    account = call.session.account
    async with call.services.database.system() as connection:  # system: no scope reads factors
        state: FactorState = await factor_state(connection, account.account_id)
    offer = await call.services.second_factors.offered(account)
    return page(
        call.request,
        "security/factor.html",
        title="动态口令",
        crumbs=[("首页", home_of(call.session)), ("账户安全", "/account")],
        state=state,
        demanded=needs_factor(call.services, account),
        secret=_in_groups(offer.secret) if offer else "",
        picture=check_picture(offer.address) if offer else "",
        problems=problems,
    )


def _in_groups(secret: str) -> str:
    """A secret as it is typed from the screen: in groups of four."""
    return " ".join(secret[at : at + _GROUP] for at in range(0, len(secret), _GROUP))


HANDLERS = [factor_page, start, confirm, new_codes, remove]
