"""/admin/accounts: every account; invite, unlock, disable, enable, reset the password, set the last day.

What an account may do is given on the pages of 授权, by others.
"""

from collections.abc import Mapping

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
from mingpiao.portals.forms import PageForm, form_page, read_form
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of, refuse_of_closed_unit

LIST = ALL_ACCOUNTS.address


_GUARDS = [require_right(ADMINISTER)]
_CRUMBS = [("全部账户", LIST)]


@get("/accounts/new", guards=_GUARDS)
async def invite_form(call: NamedDependency[PageCall]) -> Response[str]:
    """The form that invites somebody who will work for a department or keep the platform."""
    return _invite_page(call, {})


@post("/accounts/new", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def invite_account(call: NamedDependency[PageCall]) -> Response[str]:
    """Make an account with an invitation; the code is shown once."""
    given = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            invitation = await invite(
                connection,
                username=given.get("username", ""),
                display_name=given.get("display_name", ""),
                role=Role.UNGRANTED,
                valid_until=read_expiry(given.get("valid_until", "")),
                mobile=given.get("mobile", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        return _invite_page(call, given, refusal.problems)
    back = f"{LIST}/{invitation.account.account_id}"
    return await invitation_page(call, invitation, crumbs=_CRUMBS, back=back)


def _invite_page(
    call: PageCall, given: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    form = PageForm(
        address=f"{LIST}/new",
        fields=(
            USERNAME,
            DISPLAY_NAME,
            MOBILE,
            VALID_UNTIL,
        ),
        note="新账户没有角色，什么也不能做：由两位安全管理员授权以后才能办理业务。单位的账户由财政部门和票据管理员邀请。"
        "提交后显示一次邀请码，由您打印或当面交给本人；本人自己设置密码，任何人都不知道。",
        button="生成邀请",
        cancel=LIST,
    )
    return form_page(call.request, form, given, problems, title="邀请新账户", crumbs=_CRUMBS)


@post("/accounts/{account_id:int}/expiry", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
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


@get("/accounts/{account_id:int}", guards=_GUARDS)
async def account_page(call: NamedDependency[PageCall], account_id: FromPath[int]) -> Response[str]:
    """One account, and the possible actions."""
    return await _account_page(call, account_id)


@post("/accounts/{account_id:int}", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
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
        if refusal.problems[0].code not in _TOLD:
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


#: What the account's own page says.
_TOLD = frozenset({"account.unit_closed", "account.last_administrator", "account.console_only"})
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
        console_only=state.account.role in (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR),
        actions=_actions(state, factor, own=account_id == call.session.account.account_id),
        password=password,
        expiry=_expiry_form(state.account),
        values={"valid_until": state.account.valid_until or ""} | dict(given or {}),
        problems=problems,
        ended=_has_ended(state.account, catalog),
    )


def _has_ended(account: Account, catalog: Catalog) -> bool:
    region = catalog.regions.get(account.region_code or "")
    return region is not None and region.ended_on is not None


def _expiry_form(account: Account) -> PageForm:
    address = f"{LIST}/{account.account_id}"
    return PageForm(address=f"{address}/expiry", fields=(VALID_UNTIL,), button="保存有效期", cancel=address)


def _actions(state: AccountState, factor: FactorState, *, own: bool) -> list[PageAction]:
    """The actions of an administrator on an account; on their own account, only unlocking."""
    account = state.account
    closing = ("disable", "停用账户", "danger") if account.active else ("enable", "启用账户", "primary")
    offered = [("unlock", "解除锁定", "primary")] if state.locked_until or state.failed_attempts else []
    if not own and account.role not in (Role.SECURITY_ADMINISTRATOR, Role.AUDIT_ADMINISTRATOR):
        offered += _invitation_verbs(state) if state.invited else [("password", "重置密码", "")]
        offered += [("factor", "重置动态口令", "")] if factor.enrolled_at else []
    if not own and not state.closed_unused:
        offered.append(closing)
    asking = [_asking_action(account, "解除挂失", "found")] if account.lost_at and not own else []
    asking += [_asking_action(account, "启用账户", "reopen")] if state.closed_unused else []
    return asking + [
        PageAction(
            label=label,
            address=f"{ALL_ACCOUNTS.address}/{account.account_id}",
            values={"verb": verb},
            style=style,
        )
        for verb, label, style in offered
    ]


def _asking_action(account: Account, label: str, step: str) -> PageAction:
    """A button that leads to a form which asks for the reason."""
    address = f"{ALL_ACCOUNTS.address}/{account.account_id}/{step}"
    return PageAction(label=label, address=address, values={}, style="primary")


def _invitation_verbs(state: AccountState) -> list[tuple[str, str, str]]:
    withdraw = [("withdraw", "撤回邀请", "")] if state.invited_until is not None else []
    return [("renew", "重新邀请", "primary"), *withdraw]


HANDLERS = [
    *list_handlers(ALL_ACCOUNTS, guards=_GUARDS),
    invite_form,
    invite_account,
    account_page,
    change_account,
    change_expiry,
]
