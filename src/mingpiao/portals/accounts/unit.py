"""账户管理: a unit's manager creates, closes and resets its accounts."""

from collections.abc import Mapping

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import (
    account_in_unit,
    create_account,
    random_password,
    reset_password,
    set_active,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.accounts.consequences import of_closing, of_new_password
from mingpiao.portals.accounts.lists import UNIT_ACCOUNT_LIST
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.lists import list_handlers
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


@post("/accounts/new", guards=_GUARDS, status_code=200)
async def new_account(call: NamedDependency[PageCall]) -> Response[str]:
    """Make an account with a random password, which is shown once."""
    form = await read_form(call.request)
    password = random_password()
    try:
        role = _role(form.get("role", ""))
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            account = await create_account(
                connection,
                username=form.get("username", ""),
                display_name=form.get("display_name", ""),
                role=role,
                password=password,
                unit_id=unit_of(call.session.account),
                must_change_password=True,
                acting=call.acting,
            )
    except Refusal as refusal:
        return _account_form(call.request, form, refusal.problems)
    return _password_page(call.request, "账户已建立", account, password)


def _role(text: str) -> Role:
    if text not in {role.value for role in ROLES}:
        raise refuse("account.role_not_allowed", "请选择账户的角色。", field="role", status=422)
    return Role(text)


@post("/accounts/{account_id:int}/{action:str}", guards=_GUARDS, status_code=200)
async def change_account(
    call: NamedDependency[PageCall], account_id: FromPath[int], action: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`enable`, `disable` or `reset` an account of the unit; the last two ask once more."""
    if action in _ASKING and not is_confirmed(await read_form(call.request)):
        return await _ask(call, account_id, action)
    password = ""
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await account_in_unit(connection, unit_of(call.session.account), account_id)
        if action in {"enable", "disable"}:
            await set_active(connection, account, action == "enable", acting=call.acting)
        elif action == "reset":
            if account.account_id == call.session.account.account_id:
                raise refuse("account.is_own", "修改自己的密码请使用“修改密码”。", status=409)
            password = await reset_password(connection, account, acting=call.acting)
        else:
            raise refuse("http.404", "没有这种操作，请返回账户列表。", status=404)
    if password:
        return _password_page(call.request, "密码已重置", account, password)
    return redirect(call.request, LIST)


_ASKING = {"disable": of_closing, "reset": of_new_password}


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
        FormField(
            name="username",
            label="用户名",
            required=True,
            hint="3至64位字母、数字或 . _ @ -，全平台唯一。",
            attributes={"autocapitalize": "none", "spellcheck": "false"},
        ),
        FormField(name="display_name", label="姓名", required=True, hint="将作为开票人或复核人印在票面上。"),
        FormField(
            name="role",
            label="角色",
            kind="radios",
            options=tuple((role.value, role.label) for role in ROLES),
        ),
    ),
    note="初始密码由系统随机生成，首次登录时必须修改。",
    button="建立账户",
    cancel=LIST,
)


def _account_form(
    request: PageRequest, values: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    return form_page(request, _NEW, values, problems, title="新建账户", crumbs=CRUMBS)


HANDLERS = [*list_handlers(UNIT_ACCOUNT_LIST, guards=_GUARDS), account_form, new_account, change_account]
