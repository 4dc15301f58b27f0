"""/forgotten and /loss: ask for a code, then use it. No answer tells whether there is such an account."""

import secrets
from collections.abc import Mapping

import msgspec
from litestar import Response, Router, get, post
from litestar.datastructures import Cookie
from litestar.di import NamedDependency

from mingpiao.identity.model import Acting
from mingpiao.identity.service import password_policy
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.forms import read_form
from mingpiao.portals.masks import masked
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, csrf_field, page
from mingpiao.portals.session import PageRequest, check_csrf, cookie_name, redirect, services_of
from mingpiao.recovery.model import AskedPerson, RecoveryPurpose, RecoveryTicket
from mingpiao.recovery.service import CODE_LIVES, CodeSender, Recovery
from mingpiao.ukeys.service import apply_after_loss, check_request
from mingpiao.web import client_address

_FORM_COOKIE = "mingpiao_recovery_form"
_TICKET_COOKIE = "mingpiao_recovery"
_FORM_SECONDS = 3_600
#: No name of a unit or person is longer.
_LONGEST = 200


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """One of the two errands: its purpose, its address, and its title."""

    purpose: RecoveryPurpose
    address: str
    title: str
    by_username: bool


FORGOTTEN = Way(purpose=RecoveryPurpose.PASSWORD, address="/forgotten", title="找回密码", by_username=True)
LOSS = Way(purpose=RecoveryPurpose.LOSS, address="/loss", title="挂失UKey", by_username=False)


@get("/forgotten")
async def forgotten_form(request: PageRequest, code_sender: NamedDependency[CodeSender]) -> Response[str]:
    """The form that asks for whom a new password is wanted."""
    return _ask_page(request, FORGOTTEN, code_sender)


@post("/forgotten", request_max_body_size=STRANGERS_FORM_BYTES, status_code=200)
async def ask_for_password(
    request: PageRequest, code_sender: NamedDependency[CodeSender]
) -> Response[str] | Response[bytes]:
    """Ask for a code for a new password."""
    return await _ask(request, FORGOTTEN, code_sender)


@get("/loss")
async def loss_form(request: PageRequest, code_sender: NamedDependency[CodeSender]) -> Response[str]:
    """The form that asks whose UKey was lost."""
    return _ask_page(request, LOSS, code_sender)


@post("/loss", request_max_body_size=STRANGERS_FORM_BYTES, status_code=200)
async def ask_for_loss(
    request: PageRequest, code_sender: NamedDependency[CodeSender]
) -> Response[str] | Response[bytes]:
    """Ask for a code to report a loss."""
    return await _ask(request, LOSS, code_sender)


async def _ask(request: PageRequest, way: Way, sender: CodeSender) -> Response[str] | Response[bytes]:
    given = await read_form(request)
    try:
        await check_csrf(request, request.cookies.get(_named(request, _FORM_COOKIE), ""))
        asked = _asked(way, given)
        ticket = await sender.ask(way.purpose, asked, address=client_address(request))
    except Refusal as refusal:
        return _ask_page(request, way, sender, given, refusal.problems)
    kept = _cookie(request, _TICKET_COOKIE, ticket.token, int(CODE_LIVES.total_seconds()))
    return redirect(request, f"{way.address}/code", cookies=[kept])


def _asked(way: Way, given: Mapping[str, str]) -> AskedPerson:
    """What was typed. A user name is enough where the form has one. Raises `Refusal` for what is missing."""
    username = given.get("username", "")[:_LONGEST] if way.by_username else ""
    place, person = given.get("place", "")[:_LONGEST], given.get("person", "")[:_LONGEST]
    if username:
        return AskedPerson(username=username)
    if way.by_username and not place and not person:
        raise refuse(
            "form.required", "请输入用户名；不记得用户名的，请填写单位和姓名。", field="username", status=422
        )
    needed = (("place", "请填写单位的全称或统一社会信用代码。", place), ("person", "请填写姓名。", person))
    missing = [
        Problem(code="form.required", field=field, message=message, status=422)
        for field, message, value in needed
        if not value
    ]
    if missing:
        raise Refusal(*missing)
    return AskedPerson(place=place, person=person)


def _ask_page(
    request: PageRequest,
    way: Way,
    sender: CodeSender,
    given: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    token = request.cookies.get(_named(request, _FORM_COOKIE)) or secrets.token_urlsafe(32)
    return page(
        request,
        "recovery/ask.html",
        cookies=[_cookie(request, _FORM_COOKIE, token, _FORM_SECONDS)],
        title=way.title,
        way=way,
        can_send=sender.can_send,
        given=given or {},
        form_token=csrf_field(masked(token)),
        problems=problems,
    )


@get("/forgotten/code")
async def forgotten_code(request: PageRequest) -> Response[str] | Response[bytes]:
    """The form for the code and the new password."""
    return await _code_page(request, FORGOTTEN) if _token(request) else redirect(request, FORGOTTEN.address)


@post("/forgotten/code", request_max_body_size=STRANGERS_FORM_BYTES, status_code=200)
async def choose_password(request: PageRequest, recovery: NamedDependency[Recovery]) -> Response[str]:
    """Set the new password. The cookie of who asked, which no foreign page sends, and the code prove it."""
    code = (await read_form(request)).get("code", "")
    form = await request.form()
    password, again = (str(form.get(name) or "") for name in ("password", "again"))
    try:
        if password != again:
            raise refuse(
                "form.password_differs", "两次输入的密码不一致，请重新输入。", field="again", status=422
            )
        ticket = RecoveryTicket(token=_token(request), purpose=FORGOTTEN.purpose)
        await recovery.choose_password(ticket, code, password, address=client_address(request))
    except Refusal as refusal:
        return await _code_page(request, FORGOTTEN, code, refusal.problems)
    return _done_page(request, FORGOTTEN)


@get("/loss/code")
async def loss_code(request: PageRequest) -> Response[str] | Response[bytes]:
    """The form for the code."""
    return await _code_page(request, LOSS) if _token(request) else redirect(request, LOSS.address)


@post("/loss/code", request_max_body_size=STRANGERS_FORM_BYTES, status_code=200)
async def report_loss(request: PageRequest, recovery: NamedDependency[Recovery]) -> Response[str]:
    """Report the loss, and apply for a new UKey where the form has a request; proven as `choose_password`."""
    form = await read_form(request)
    code, wanted = form.get("code", ""), form.get("request", "")
    try:
        if wanted:
            check_request(wanted)  # which costs no code
        ticket = RecoveryTicket(token=_token(request), purpose=LOSS.purpose)
        acting = await recovery.report_loss(ticket, code, address=client_address(request))
    except Refusal as refusal:
        return await _code_page(request, LOSS, code, refusal.problems, wanted)
    problems = await _apply(request, wanted, acting=acting) if wanted else ()
    return _done_page(request, LOSS, applied=bool(wanted) and not problems, problems=problems)


async def _apply(request: PageRequest, wanted: str, *, acting: Acting) -> tuple[Problem, ...]:
    """Apply for the new UKey; what stands in its way takes nothing back of the loss."""
    services = services_of(request)
    catalog = await services.catalog.get()
    try:
        async with services.database.system() as connection:  # system: nobody is signed in
            await apply_after_loss(connection, wanted, catalog, acting=acting)
    except Refusal as refusal:
        return refusal.problems
    return ()


async def _code_page(
    request: PageRequest,
    way: Way,
    code: str = "",
    problems: tuple[Problem, ...] = (),
    wanted: str = "",
) -> Response[str]:
    async with services_of(request).database.system() as connection:  # system: nobody is signed in
        policy = await password_policy(connection)
    return page(
        request,
        "recovery/code.html",
        title=way.title,
        way=way,
        code=code,
        wanted=wanted,
        minutes=int(CODE_LIVES.total_seconds() // 60),
        policy=policy,
        problems=problems,
    )


def _done_page(
    request: PageRequest, way: Way, *, applied: bool = False, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    return page(
        request,
        "recovery/done.html",
        cookies=[_cookie(request, _TICKET_COOKIE, "", 0)],
        title=way.title,
        way=way,
        applied=applied,
        problems=problems,
    )


def _token(request: PageRequest) -> str:
    return request.cookies.get(_named(request, _TICKET_COOKIE), "")


def _named(request: PageRequest, name: str) -> str:
    return f"__Host-{name}" if cookie_name(request).startswith("__Host-") else name


def _cookie(request: PageRequest, name: str, value: str, seconds: int) -> Cookie:
    full = _named(request, name)
    return Cookie(
        key=full,
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=full.startswith("__Host-"),
        max_age=seconds,
    )


def create_router() -> Router:
    """/forgotten and /loss, for people who are not signed in."""
    return Router(
        path="/",
        route_handlers=[
            forgotten_form,
            ask_for_password,
            forgotten_code,
            choose_password,
            loss_form,
            ask_for_loss,
            loss_code,
            report_loss,
        ],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
