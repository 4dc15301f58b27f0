"""账户管理: a unit's manager creates, closes and resets its accounts."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import (
    account_in_unit,
    invite,
    renew_invitation,
    reset_factor,
    reset_password,
    set_active,
    set_expiry,
    withdraw_invitation,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.accounts.consequences import of_closing, of_factor_reset, of_new_password
from mingpiao.portals.accounts.invitations import MOBILE, USERNAME, VALID_UNTIL, invitation_page, read_expiry
from mingpiao.portals.accounts.lists import UNIT_ACCOUNT_LIST
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, PageRequest, redirect, require_right

LIST = UNIT_ACCOUNT_LIST.address
_GUARDS = [require_right(UNIT_ACCOUNTS)]
#: A manager is appointed together with the unit, not by another manager.
ROLES = (Role.UNIT_HANDLER, Role.UNIT_CHECKER)
CRUMBS = [("首页", "/unit"), ("账户管理", LIST)]


@get("/accounts/new", guards=_GUARDS)
async def account_form(request: PageRequest) -> Response[str]:
    """The form for a new account."""
    return _account_form(request, {})


@post("/accounts/new", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def new_account(call: NamedDependency[PageCall]) -> Response[str]:
    """Make an account with an invitation; the code is shown once."""
    form = await read_form(call.request)
    try:
        role = _role(form.get("role", ""))
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            invitation = await invite(
                connection,
                username=form.get("username", ""),
                display_name=form.get("display_name", ""),
                role=role,
                unit_id=unit_of(call.session.account),
                valid_until=read_expiry(form.get("valid_until", "")),
                mobile=form.get("mobile", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        return _account_form(call.request, form, refusal.problems)
    return await invitation_page(call, invitation, crumbs=CRUMBS, back=LIST)


def _role(text: str) -> Role:
    if text not in {role.value for role in ROLES}:
        raise refuse("account.role_not_allowed", "请选择账户的角色。", field="role", status=422)
    return Role(text)


@post(
    "/accounts/{account_id:int}/{action:str}", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES)
)
async def change_account(
    call: NamedDependency[PageCall], account_id: FromPath[int], action: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`enable`, `disable`, `reset` an account of the unit, take its second `factor` away, `renew` or `withdraw` its
    invitation; what ends sessions asks once more.
    """
    if action in _ASKING and not is_confirmed(await read_form(call.request)):
        return await _ask(call, account_id, action)
    password, invitation = "", None
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await account_in_unit(connection, unit_of(call.session.account), account_id)
        if action == "renew":
            invitation = await renew_invitation(connection, account, acting=call.acting)
        elif action == "withdraw":
            await withdraw_invitation(connection, account, acting=call.acting)
        elif action in {"enable", "disable"}:
            await set_active(connection, account, action == "enable", acting=call.acting)
        elif action == "reset":
            if account.account_id == call.session.account.account_id:
                raise refuse("account.is_own", "修改自己的密码请使用“修改密码”。", status=409)
            password = await reset_password(connection, account, acting=call.acting)
        elif action == "factor":
            await reset_factor(connection, account, acting=call.acting)
        else:
            raise refuse("http.404", "没有这种操作，请返回账户列表。", status=404)
    if invitation is not None:
        return await invitation_page(call, invitation, crumbs=CRUMBS, back=LIST)
    if password:
        return _password_page(call.request, "密码已重置", account, password)
    return redirect(call.request, LIST)


_ASKING = {"disable": of_closing, "reset": of_new_password, "factor": of_factor_reset}


async def _ask(call: PageCall, account_id: int, action: str) -> Response[str]:
    unit_id = unit_of(call.session.account)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await account_in_unit(connection, unit_id, account_id)
    unit = (await call.services.units.profile(unit_id)).unit
    shown = await _ASKING[action](
        call, account, unit.name, address=f"{LIST}/{account_id}/{action}", back=LIST, members={}
    )
    return consequences_page(call.request, shown, crumbs=CRUMBS)


def _password_page(request: PageRequest, title: str, account: Account, password: str) -> Response[str]:
    return page(
        request,
        "accounts/unit_account_password.html",
        title=title,
        crumbs=CRUMBS,
        account=account,
        password=password,
    )


_NEW = PageForm(
    address=f"{LIST}/new",
    fields=(
        USERNAME,
        FormField(name="display_name", label="姓名", required=True, hint="将作为开票人或复核人印在票面上。"),
        FormField(
            name="role",
            label="角色",
            kind="radios",
            options=tuple((role.value, role.label) for role in ROLES),
        ),
        MOBILE,
        VALID_UNTIL,
    ),
    note="提交后显示一次邀请码，由您打印或当面交给本人；本人自己设置密码，任何人都不知道。",
    button="建立账户",
    cancel=LIST,
)


def _account_form(
    request: PageRequest, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    return form_page(request, _NEW, values, problems, title="新建账户", crumbs=CRUMBS)


@get("/accounts/{account_id:int}/expiry", guards=_GUARDS)
async def expiry_form(call: NamedDependency[PageCall], account_id: FromPath[int]) -> Response[str]:
    """The form for the last day of an account of the unit."""
    return await _expiry_page(call, account_id)


@post("/accounts/{account_id:int}/expiry", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def change_expiry(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Set the last day on which an account of the unit may sign in."""
    given = await read_form(call.request)
    try:
        day = read_expiry(given.get("valid_until", ""))
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            account = await account_in_unit(connection, unit_of(call.session.account), account_id)
            await set_expiry(connection, account, day, acting=call.acting)
    except Refusal as refusal:
        if refusal.status != 422:
            raise
        return await _expiry_page(call, account_id, given, refusal.problems)
    return redirect(call.request, LIST)


async def _expiry_page(
    call: PageCall,
    account_id: int,
    given: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await account_in_unit(connection, unit_of(call.session.account), account_id)
    form = PageForm(
        address=f"{LIST}/{account_id}/expiry", fields=(VALID_UNTIL,), button="保存有效期", cancel=LIST
    )
    day = account.valid_until.isoformat() if account.valid_until else ""
    title = f"账户有效期：{account.username}"
    return form_page(call.request, form, given or {"valid_until": day}, problems, title=title, crumbs=CRUMBS)


HANDLERS = [
    *list_handlers(UNIT_ACCOUNT_LIST, guards=_GUARDS),
    account_form,
    new_account,
    expiry_form,
    change_expiry,
    change_account,
]
