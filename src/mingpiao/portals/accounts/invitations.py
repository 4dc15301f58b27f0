"""/invitation: an invited person chooses a password; and the page that shows a new code once."""

from datetime import date

from litestar import Response, Router, get, post
from litestar.di import NamedDependency

from mingpiao.composition import Services
from mingpiao.identity.service import (
    Invitation,
    accept_invitation,
    invited_account,
    password_policy,
)
from mingpiao.intake import STRANGERS_FORM_BYTES
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_date
from mingpiao.portals.accounts.lists import place_of
from mingpiao.portals.forms import FormField, clean_text, read_form, read_query
from mingpiao.portals.rendering import EXCEPTION_HANDLERS, page
from mingpiao.portals.session import PageCall, PageRequest, services_of
from mingpiao.units.service import names_of
from mingpiao.web import client_address

#: Shared by the forms that invite.
USERNAME = FormField(
    name="username",
    label="用户名",
    required=True,
    hint="3至64位字母、数字或 . _ @ -，全平台唯一。",
    attributes={"autocapitalize": "none", "spellcheck": "false"},
)
DISPLAY_NAME = FormField(name="display_name", label="姓名", required=True)
VALID_UNTIL = FormField(
    name="valid_until", label="账户有效期至", kind="date", hint="当天仍可登录，次日起不能登录；不填为长期。"
)

MOBILE = FormField(
    name="mobile",
    label="手机号码",
    hint="11位数字，可不填。找回密码、挂失的验证码和账户的重要变化发到登记的手机；页面只显示首尾。",
    attributes={"inputmode": "numeric", "maxlength": 20, "autocomplete": "off"},
)


def read_expiry(text: str) -> date | None:
    """The last day of an account as it was typed; None for an empty text. Raises `Refusal` for another text."""
    if not text:
        return None
    day = read_date(text)
    if day is None:
        raise refuse(
            "account.expiry_invalid", "请填写日期，例如 2027-06-30。", field="valid_until", status=422
        )
    return day


async def invitation_page(
    call: PageCall, invitation: Invitation, *, crumbs: list[tuple[str, str]], back: str
) -> Response[str]:
    """Show a new code with its address and for whom the person is to work, to print or hand over; it cannot be
    shown again.
    """
    account, catalog = invitation.account, await call.services.catalog.get()
    async with call.reads() as connection:
        names = await names_of(connection, {account.unit_id} if account.unit_id is not None else set())
    return page(
        call.request,
        "accounts/invitation_made.html",
        title="邀请已生成",
        crumbs=crumbs,
        invitation=invitation,
        place=place_of(account, catalog, names),
        address=f"{call.services.settings.site_url()}/invitation",
        back=back,
    )


@get("/invitation")
async def invitation_form(request: PageRequest) -> Response[str]:
    """The form, with the code that the address has."""
    return await _form(request, clean_text(read_query(request).get("code", "")))


@post("/invitation", request_max_body_size=STRANGERS_FORM_BYTES, status_code=200)
async def accept(request: PageRequest, services: NamedDependency[Services]) -> Response[str]:
    """Set the password that the person chose. Whoever has the code proves it by it, so no token is asked."""
    code = (await read_form(request)).get("code", "")
    form = await request.form()
    password, again = (str(form.get(name) or "") for name in ("password", "again"))
    try:
        if password != again:
            raise refuse(
                "form.password_differs", "两次输入的密码不一致，请重新输入。", field="again", status=422
            )
        account = await accept_invitation(services.database, code, password, address=client_address(request))
    except Refusal as refusal:
        return await _form(request, code, refusal.problems)
    return page(request, "accounts/invitation_accepted.html", title="密码已设置", account=account)


async def _form(request: PageRequest, code: str, problems: tuple[Problem, ...] = ()) -> Response[str]:
    account = None
    async with services_of(request).database.system() as connection:  # system: nobody is signed in
        policy = await password_policy(connection)
        try:
            account = await invited_account(connection, code) if code else None
        except Refusal as refusal:
            problems = problems or refusal.problems
    return page(
        request,
        "accounts/invitation.html",
        title="接受邀请",
        code=code,
        account=account,
        policy=policy,
        problems=problems,
    )


def create_invitation_router() -> Router:
    """/invitation, for people who are not signed in yet."""
    return Router(
        path="/",
        route_handlers=[invitation_form, accept],
        exception_handlers=EXCEPTION_HANDLERS,
        include_in_schema=False,
    )
