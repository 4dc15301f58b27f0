"""Signing in and out, and changing one's password."""

import secrets
from urllib.parse import urlencode

from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.founding.service import read_desks
from mingpiao.identity.model import FactorNeeded, Rejected, SignedIn
from mingpiao.identity.service import (
    DEVICE_KNOWN_FOR,
    PENDING_FOR,
    change_password,
    password_policy,
    sign_in,
    sign_out,
)
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.kept import NEVER_KEPT, waiting_address
from mingpiao.portals.masks import masked
from mingpiao.portals.navigation import home_of
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, csrf_field, page
from mingpiao.portals.routing import portal_router
from mingpiao.portals.session import (
    PageCall,
    PageRequest,
    check_csrf,
    cookie_name,
    device_cookie_name,
    is_local,
    load_visit,
    redirect,
    services_of,
    session_cookie,
    session_headers,
    session_token,
    visitor_of,
)
from mingpiao.ukeys.settings import UKeySettings
from mingpiao.web import client_address, content_policy

_FORM_COOKIE = "mingpiao_login"
_PENDING_COOKIE = "mingpiao_pending"
_FORM_SECONDS = 3_600


@get("/login")
async def login_page(
    request: PageRequest, services: NamedDependency[Services]
) -> Response[str] | Response[bytes]:
    """The login form; a person who is signed in already is redirected."""
    visit = await load_visit(request)
    if visit is not None:
        waiting = await waiting_address(services, request, visit.session.account.account_id)
        return redirect(request, waiting or home_of(visit.session))
    return login_form(request, follow=read_query(request).get("next", ""))


@post("/login", request_max_body_size=STRANGERS_FORM_BYTES)
async def login(request: PageRequest, services: NamedDependency[Services]) -> Response[str] | Response[bytes]:
    """Sign in and go to the form that is kept for the account, or to the page that the person wanted."""
    form = await read_form(request)
    username, follow = form.get("username", ""), form.get("next", "")
    try:
        await check_csrf(request, request.cookies.get(_form_cookie_name(request), ""))
    except Refusal as refusal:
        return login_form(request, username=username, follow=follow, problems=refusal.problems)
    password = str((await request.form()).get("password") or "")
    problems = _missing(username, password)
    if problems:
        return login_form(request, username=username, follow=follow, problems=problems)
    visitor = visitor_of(request)
    outcome = await sign_in(
        services.database,
        username,
        password,
        address=visitor.address,
        replacing=visitor.replacing,
        device=visitor.device,
        agent=visitor.agent,
    )
    if isinstance(outcome, Rejected):
        return login_form(request, username=username, follow=follow, problems=(outcome.problem,))
    if isinstance(outcome, FactorNeeded):
        cookies = [_pending_cookie(request, outcome.token), device_cookie(request, outcome.device)]
        query = f"?{urlencode({'next': follow})}" if is_local(follow) else ""
        return redirect(request, f"/login/code{query}", cookies=cookies)
    return await signed_in(request, services, outcome, follow)


async def signed_in(request: PageRequest, services: Services, done: SignedIn, follow: str) -> Response[bytes]:
    """Go to the form that is kept for the account, or to the page that the person wanted."""
    target = follow if is_local(follow) else home_of(done.session)
    waiting = await waiting_address(services, request, done.session.account.account_id)
    cookies = [session_cookie(request, done.token), device_cookie(request, done.device)]
    return redirect(request, waiting or target, cookies=cookies)


@get("/login/code")
async def code_page(request: PageRequest) -> Response[str] | Response[bytes]:
    """The form for the second factor of a sign-in; without one that waits, the login form."""
    follow = read_query(request).get("next", "")
    if _pending_token(request):
        return _code_form(request, follow=follow)
    return redirect(request, "/login")


@post("/login/code", request_max_body_size=STRANGERS_FORM_BYTES)
async def give_code(
    request: PageRequest, services: NamedDependency[Services]
) -> Response[str] | Response[bytes]:
    """Finish a sign-in by a code of the app, or by a recovery code."""
    form = await read_form(request)
    follow, code = form.get("next", ""), form.get("code", "")
    try:
        await check_csrf(request, request.cookies.get(_form_cookie_name(request), ""))
    except Refusal as refusal:
        return _code_form(request, follow=follow, problems=refusal.problems)
    if not code:
        problem = Problem(code="form.required", field="code", message="请输入验证码。", status=422)
        return _code_form(request, follow=follow, problems=(problem,))
    outcome = await services.second_factors.finish_sign_in(
        _pending_token(request), code, visitor=visitor_of(request)
    )
    if isinstance(outcome, SignedIn):
        answer = await signed_in(request, services, outcome, follow)
        answer.set_cookie(_pending_cookie(request, ""))
        return answer
    if outcome.problem.code == "factor.sign_in_expired":
        return login_form(request, follow=follow, problems=(outcome.problem,))
    return _code_form(request, follow=follow, problems=(outcome.problem,))


def _code_form(request: PageRequest, *, follow: str, problems: tuple[Problem, ...] = ()) -> Response[str]:
    token = request.cookies.get(_form_cookie_name(request), "")
    return page(
        request,
        "accounts/login_code.html",
        title="输入验证码",
        follow=follow if is_local(follow) else "",
        login_token=csrf_field(masked(token)),
        problems=problems,
    )


def _missing(username: str, password: str) -> tuple[Problem, ...]:
    given = (("username", "请输入用户名。", username), ("password", "请输入密码。", password))
    return tuple(
        Problem(code="form.required", field=field, message=message, status=422)
        for field, message, value in given
        if not value
    )


def browser_secret(request: PageRequest) -> str:
    """What the sign-in page left in this browser; empty before it was there."""
    return request.cookies.get(_form_cookie_name(request), "")


def login_form(
    request: PageRequest, *, username: str = "", follow: str = "", problems: tuple[Problem, ...] = ()
) -> Response[str]:
    """The form, with a token of its own in a cookie: no foreign page can sign a visitor in."""
    token = request.cookies.get(_form_cookie_name(request)) or secrets.token_urlsafe(32)
    settings = services_of(request).settings
    ukey_port = settings.of(UKeySettings).ukey_agent_port
    return page(
        request,
        "accounts/login.html",
        headers={"Content-Security-Policy": content_policy(f"http://127.0.0.1:{ukey_port}")},
        cookies=[
            Cookie(
                key=_form_cookie_name(request),
                value=token,
                path="/",
                httponly=True,
                samesite="lax",
                secure=cookie_name(request).startswith("__Host-"),
                max_age=_FORM_SECONDS,
            )
        ],
        title="登录",
        desks=read_desks(settings.data_dir) if settings.training else (),
        username=username,
        follow=follow if is_local(follow) else "",
        ukey_port=ukey_port,
        ended=read_query(request).get("ended", ""),
        login_token=csrf_field(masked(token)),
        problems=problems,
    )


def device_cookie(request: PageRequest, device: str) -> Cookie:
    """The cookie by which this browser is known when somebody signs in again; it gives no access."""
    name = device_cookie_name(request)
    return Cookie(
        key=name,
        value=device,
        path="/",
        httponly=True,
        samesite="lax",
        secure=name.startswith("__Host-"),
        max_age=int(DEVICE_KNOWN_FOR.total_seconds()),
    )


def _pending_cookie(request: PageRequest, token: str) -> Cookie:
    """The cookie of a sign-in that waits for its second factor; an empty token deletes it."""
    name = _pending_cookie_name(request)
    return Cookie(
        key=name,
        value=token,
        path="/",
        httponly=True,
        samesite="lax",
        secure=name.startswith("__Host-"),
        max_age=int(PENDING_FOR.total_seconds()) if token else 0,
    )


def _pending_token(request: PageRequest) -> str:
    return request.cookies.get(_pending_cookie_name(request), "")


def _pending_cookie_name(request: PageRequest) -> str:
    return f"__Host-{_PENDING_COOKIE}" if cookie_name(request).startswith("__Host-") else _PENDING_COOKIE


def _form_cookie_name(request: PageRequest) -> str:
    return f"__Host-{_FORM_COOKIE}" if cookie_name(request).startswith("__Host-") else _FORM_COOKIE


@post("/logout", opt=NEVER_KEPT)
async def logout(request: PageRequest, services: NamedDependency[Services]) -> Response[bytes]:
    """End the session here and on the server."""
    await sign_out(services.database, session_token(request), address=client_address(request))
    return redirect(request, "/login", cookies=[session_cookie(request, "")])


@get("/session")
async def stay(call: NamedDependency[PageCall]) -> Response[bytes]:
    """Keep the session from ending, as any page does; the answer's header says for how long."""
    return Response(b"", status_code=204, headers=session_headers(call.request))


@get("/waiting")
async def waiting_page(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """What somebody sees whose account was given no role yet; others go to their first page."""
    home = home_of(call.session)
    if home != "/waiting":
        return redirect(call.request, home)
    return page(call.request, "accounts/waiting.html", title="等待授权")


@get("/password")
async def password_page(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for a new password."""
    return await _password_form(call)


@post("/password", opt=NEVER_KEPT)
async def new_password(call: NamedDependency[PageCall]) -> Response[str]:
    """Change one's own password; the person's other sessions end."""
    form = await call.request.form()
    old, new, again = (str(form.get(name) or "") for name in ("old_password", "new_password", "new_again"))
    try:
        if _is_shared(call):
            raise refuse(
                "account.shared", "演练账户是大家共用的，不能修改密码。请直接返回首页继续练习。", status=409
            )
        if new != again:
            raise refuse(
                "form.password_differs", "两次输入的新密码不一致，请重新输入。", field="new_again", status=422
            )
        await change_password(
            call.services.database,
            call.session,
            session_token(call.request),
            old=old,
            new=new,
            acting=call.acting,
        )
    except Refusal as refusal:
        return await _password_form(call, problems=refusal.problems)
    return page(
        call.request,
        "accounts/password_changed.html",
        title="密码已修改",
        crumbs=[("首页", home_of(call.session))],
        waiting=await waiting_address(call.services, call.request, call.session.account.account_id),
    )


def _is_shared(call: PageCall) -> bool:
    """Whether the account is one that the sign-in page of a training site offers to everybody."""
    settings = call.services.settings
    username = call.session.account.username
    return settings.training and any(desk.login == username for desk in read_desks(settings.data_dir))


async def _password_form(call: PageCall, problems: tuple[Problem, ...] = ()) -> Response[str]:
    session = call.session
    async with call.services.database.system() as connection:  # system: no scope reads the policy
        policy = await password_policy(connection)
    return page(
        call.request,
        "accounts/password.html",
        title="修改密码",
        crumbs=[("首页", home_of(session))],
        policy=policy,
        must_change=session.account.must_change_password,
        problems=problems,
    )


def create_router() -> Router:
    """/login, its second step, /logout, /session and /password."""
    return Router(
        path="/",
        route_handlers=[
            Router(
                path="/",
                route_handlers=[login_page, login, code_page, give_code],
                exception_handlers=EXCEPTION_HANDLERS,
                include_in_schema=False,
            ),
            portal_router("/", [logout, stay, waiting_page, password_page, new_password]),
        ],
    )
