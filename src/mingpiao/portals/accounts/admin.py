"""/admin/accounts: every account; invite, unlock, disable, enable, reset the password, set the last day."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import (
    AccountState,
    FactorState,
    Invitation,
    account_state,
    factor_state,
    invite,
    move_account,
    renew_invitation,
    reset_factor,
    reset_password,
    set_active,
    set_expiry,
    unlock,
    withdraw_invitation,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.mobiles import masked_mobile
from mingpiao.portals.accounts.consequences import of_closing, of_factor_reset, of_new_password
from mingpiao.portals.accounts.invitations import (
    DISPLAY_NAME,
    MOBILE,
    USERNAME,
    VALID_UNTIL,
    invitation_page,
    read_expiry,
)
from mingpiao.portals.accounts.lists import ALL_ACCOUNTS, place_of
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect
from mingpiao.units.service import names_of, refuse_of_closed_unit

LIST = ALL_ACCOUNTS.address


#: Whom an administrator invites. The managers of units are invited by their departments.
_ROLES = (Role.DEPARTMENT_OFFICER, Role.DEPARTMENT_HEAD, Role.ADMINISTRATOR)
_CRUMBS = [("全部账户", LIST)]


@get("/accounts/new")
async def invite_form(call: NamedDependency[PageCall]) -> Response[str]:
    """The form that invites somebody of a department, or another administrator."""
    return await _invite_page(call, {})


@post("/accounts/new", status_code=200, opt=sensitive(Sensitive.ROLES))
async def invite_account(call: NamedDependency[PageCall]) -> Response[str]:
    """Make an account with an invitation; the code is shown once."""
    given = await read_form(call.request)
    catalog = await call.services.catalog.get()
    try:
        role, region = _role_and_region(given, catalog)
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            invitation = await invite(
                connection,
                username=given.get("username", ""),
                display_name=given.get("display_name", ""),
                role=role,
                region_code=region,
                valid_until=read_expiry(given.get("valid_until", "")),
                mobile=given.get("mobile", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        return await _invite_page(call, given, refusal.problems)
    back = f"{LIST}/{invitation.account.account_id}"
    return await invitation_page(call, invitation, crumbs=_CRUMBS, back=back)


def _role_and_region(given: Mapping[str, str], catalog: Catalog) -> tuple[Role, str | None]:
    role, region = given.get("role", ""), given.get("region_code", "")
    if role not in {each.value for each in _ROLES}:
        raise refuse("account.role_not_allowed", "请选择账户的角色。", field="role", status=422)
    if role == Role.ADMINISTRATOR.value:
        return Role(role), None
    if region not in dict(_departments(catalog)):
        raise refuse("account.region_missing", "请选择财政部门。", field="region_code", status=422)
    return Role(role), region


async def _invite_page(
    call: PageCall, given: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    catalog = await call.services.catalog.get()
    form = PageForm(
        address=f"{LIST}/new",
        fields=(
            FormField(
                name="role",
                label="角色",
                kind="radios",
                required=True,
                options=tuple((each.value, each.label) for each in _ROLES),
                hint="系统管理员只管理账户和系统，不办理业务；单位的账户由同级财政部门在用票单位页面邀请。",
            ),
            FormField(
                name="region_code",
                label="财政部门",
                kind="select",
                options=_departments(catalog),
                empty="请选择",
                hint="财政经办和财政负责人必须选择；系统管理员不选。",
            ),
            USERNAME,
            DISPLAY_NAME,
            MOBILE,
            VALID_UNTIL,
        ),
        note="邀请由一人办理，不需要他人审核。提交后显示一次邀请码，由您打印或当面交给本人；本人自己设置密码，任何人都不知道。",
        button="生成邀请",
        cancel=LIST,
    )
    return form_page(call.request, form, given, problems, title="邀请新账户", crumbs=_CRUMBS)


@post("/accounts/{account_id:int}/expiry", status_code=200, opt=sensitive(Sensitive.ROLES))
async def change_expiry(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Set the last day on which an account may sign in."""
    given = await read_form(call.request)
    try:
        day = read_expiry(given.get("valid_until", ""))
        async with call.services.database.system() as connection:  # system: a verb writes
            account = (await account_state(connection, account_id)).account
            await set_expiry(connection, account, day, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _account_page(call, account_id, given=given, problems=refusal.problems)
    return redirect(call.request, f"{LIST}/{account_id}")


@get("/accounts/{account_id:int}")
async def account_page(call: NamedDependency[PageCall], account_id: FromPath[int]) -> Response[str]:
    """One account, and the possible actions."""
    return await _account_page(call, account_id)


@post("/accounts/{account_id:int}", status_code=200, opt=sensitive(Sensitive.ROLES))
async def change_account(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Do what the form's `verb` says: unlock, enable, disable, password or factor; the last three ask once more."""
    given = await read_form(call.request)
    verb = given.get("verb", "")
    if verb in _ASKING and not is_confirmed(given):
        return await _ask(call, account_id, verb)
    try:
        password, invitation = await _change(call, account_id, verb)
    except Refusal as refusal:
        if refusal.problems[0].code != "account.unit_closed":
            raise
        return await _account_page(call, account_id, problems=refusal.problems)
    if invitation is not None:
        return await invitation_page(call, invitation, crumbs=_CRUMBS, back=f"{LIST}/{account_id}")
    if password:
        return await _account_page(call, account_id, password=password)
    return redirect(call.request, f"{LIST}/{account_id}")


async def _change(call: PageCall, account_id: int, verb: str) -> tuple[str, Invitation | None]:
    """Do it; the new password or invitation, if it makes one."""
    password, invitation = "", None
    async with call.services.database.system() as connection:  # system: a verb writes
        account = (await account_state(connection, account_id)).account
        if verb in _LETS_IN:
            await refuse_of_closed_unit(connection, account)
        if verb == "unlock":
            await unlock(connection, account, acting=call.acting)
        elif verb in ("enable", "disable"):
            await set_active(connection, account, verb == "enable", acting=call.acting)
        elif verb == "password":
            password = await reset_password(connection, account, acting=call.acting)
        elif verb == "factor":
            await reset_factor(connection, account, acting=call.acting)
        elif verb == "renew":
            invitation = await renew_invitation(connection, account, acting=call.acting)
        elif verb == "withdraw":
            await withdraw_invitation(connection, account, acting=call.acting)
        else:
            raise refuse("account.verb_unknown", "没有这项操作，请返回账户页面重新选择。")
    return password, invitation


#: Of a closed unit nobody is let in again.
_LETS_IN = frozenset({"enable", "password", "renew"})
#: What ends sessions asks first, on a page that says so.
_ASKING = {"disable": of_closing, "password": of_new_password, "factor": of_factor_reset}


async def _ask(call: PageCall, account_id: int, verb: str) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        account = (await account_state(connection, account_id)).account
        names = await names_of(connection, [account.unit_id] if account.unit_id else [])
    address = f"{LIST}/{account_id}"
    shown = await _ASKING[verb](
        call,
        account,
        place_of(account, catalog, names),
        address=address,
        back=address,
        members={"verb": verb},
    )
    return consequences_page(call.request, shown, crumbs=[*_CRUMBS, (account.username, address)])


async def _account_page(
    call: PageCall,
    account_id: int,
    *,
    password: str = "",
    given: Mapping[str, str] | None = None,
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        state = await account_state(connection, account_id)
        factor = await factor_state(connection, account_id)
        names = await names_of(connection, [state.account.unit_id] if state.account.unit_id else [])
    return page(
        call.request,
        "accounts/admin_account.html",
        title=f"账户 {state.account.username}",
        crumbs=[("全部账户", LIST)],
        state=state,
        place=place_of(state.account, catalog, names),
        mobile=masked_mobile(state.mobile) or "没有登记",
        own=account_id == call.session.account.account_id,
        factor=factor,
        actions=_actions(state, factor, own=account_id == call.session.account.account_id),
        password=password,
        expiry=_expiry_form(state.account),
        values=_present(state.account, catalog) | dict(given or {}),
        problems=problems,
        moving=_moving_form(state.account, catalog),
        ended=_has_ended(state.account, catalog),
    )


@post("/accounts/{account_id:int}/department", status_code=200, opt=sensitive(Sensitive.ROLES))
async def change_department(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Move an account to another department."""
    given = await read_form(call.request)
    catalog = await call.services.catalog.get()
    region = given.get("region_code", "")
    try:
        if region not in dict(_departments(catalog)):
            raise refuse("account.region_missing", "请选择财政部门。", field="region_code", status=422)
        async with call.services.database.system() as connection:  # system: a verb writes
            account = (await account_state(connection, account_id)).account
            await move_account(connection, account, region, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _account_page(call, account_id, given=given, problems=refusal.problems)
    return redirect(call.request, f"{LIST}/{account_id}")


def _departments(catalog: Catalog) -> tuple[tuple[str, str], ...]:
    """The departments that exist now, by code."""
    live = (region.code for region in catalog.live_regions())
    return tuple((code, catalog.departments[code].name) for code in live if code in catalog.departments)


def _has_ended(account: Account, catalog: Catalog) -> bool:
    region = catalog.regions.get(account.region_code or "")
    return region is not None and region.ended_on is not None


def _present(account: Account, catalog: Catalog) -> dict[str, Any]:
    """What stands in the forms of the page; for a department that has ended, the one that goes on for it."""
    region = catalog.regions.get(account.region_code or "")
    successor = region.successors[0] if region and region.successors else ""
    return {"valid_until": account.valid_until or "", "region_code": successor}


def _moving_form(account: Account, catalog: Catalog) -> PageForm | None:
    """The form that moves a department's account."""
    if account.region_code is None:
        return None
    address = f"{LIST}/{account.account_id}"
    others = tuple(each for each in _departments(catalog) if each[0] != account.region_code)
    return PageForm(
        address=f"{address}/department",
        fields=(
            FormField(
                name="region_code",
                label="调往财政部门",
                kind="select",
                options=others,
                empty="请选择",
            ),
        ),
        note="调动后立即按新部门的范围查看和办理，现有登录退出；以前办理的业务和留痕不变。",
        button="调往该部门",
        cancel=address,
    )


def _expiry_form(account: Account) -> PageForm:
    address = f"{LIST}/{account.account_id}"
    return PageForm(address=f"{address}/expiry", fields=(VALID_UNTIL,), button="保存有效期", cancel=address)


def _actions(state: AccountState, factor: FactorState, *, own: bool) -> list[PageAction]:
    """The actions of an administrator on an account; on their own account, only unlocking."""
    account = state.account
    closing = ("disable", "停用账户", "danger") if account.active else ("enable", "启用账户", "primary")
    offered = [("unlock", "解除锁定", "primary")] if state.locked_until or state.failed_attempts else []
    if not own:
        offered += _invitation_verbs(state) if state.invited else [("password", "重置密码", "")]
        offered += [("factor", "重置动态口令", "")] if factor.enrolled_at else []
        offered.append(closing)
    found = [_found_action(account)] if account.lost_at and not own else []
    return found + [
        PageAction(
            label=label,
            address=f"{ALL_ACCOUNTS.address}/{account.account_id}",
            values={"verb": verb},
            style=style,
        )
        for verb, label, style in offered
    ]


def _found_action(account: Account) -> PageAction:
    address = f"{ALL_ACCOUNTS.address}/{account.account_id}/found"
    return PageAction(label="解除挂失", address=address, values={}, style="primary")


def _invitation_verbs(state: AccountState) -> list[tuple[str, str, str]]:
    withdraw = [("withdraw", "撤回邀请", "")] if state.invited_until is not None else []
    return [("renew", "重新邀请", "primary"), *withdraw]


HANDLERS = [
    *list_handlers(ALL_ACCOUNTS),
    invite_form,
    invite_account,
    account_page,
    change_account,
    change_expiry,
    change_department,
]
