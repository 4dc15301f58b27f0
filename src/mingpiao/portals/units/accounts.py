"""票据管理员 of a unit: a department invites them; they make the unit's other accounts themselves."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.identity.model import Role
from mingpiao.identity.service import (
    AccountState,
    Invitation,
    account_in_unit,
    renew_invitation,
    set_active,
    unit_account_states,
    withdraw_invitation,
)
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.accounts.consequences import of_closing
from mingpiao.portals.accounts.invitations import (
    DISPLAY_NAME,
    MOBILE,
    USERNAME,
    VALID_UNTIL,
    invitation_page,
    read_expiry,
)
from mingpiao.portals.accounts.losses import lift
from mingpiao.portals.consequences import consequences_page, is_confirmed
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import PageForm, read_form
from mingpiao.portals.kept import NEVER_KEPT
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.units.access import managed_unit, unit_crumbs
from mingpiao.portals.units.lists import UNITS
from mingpiao.portals.units.rights import UNIT_MANAGE
from mingpiao.units.model import UnitState
from mingpiao.units.service import invite_manager, lock_managed, managed_account, refuse_closed

_GUARDS = [require_right(UNIT_MANAGE)]
#: What takes access away is done for a closed unit too; what gives it is not.
_TAKES_AWAY = frozenset({"disable", "withdraw"})


@get("/units/{unit_id:int}/accounts", guards=_GUARDS)
async def unit_accounts(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """The unit's accounts, and the form that invites a manager."""
    return await _accounts_page(call, unit_id, {})


@post("/units/{unit_id:int}/accounts", guards=_GUARDS, status_code=200, opt=sensitive(Sensitive.ROLES))
async def invite_unit_manager(call: NamedDependency[PageCall], unit_id: FromPath[int]) -> Response[str]:
    """Invite a manager; the code is shown once."""
    given = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            invitation = await invite_manager(
                connection,
                unit_id,
                username=given.get("username", ""),
                display_name=given.get("display_name", ""),
                valid_until=read_expiry(given.get("valid_until", "")),
                mobile=given.get("mobile", ""),
                acting=call.acting,
            )
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _accounts_page(call, unit_id, given, refusal.problems)
    return await _invited(call, unit_id, invitation)


async def _invited(call: PageCall, unit_id: int, invitation: Invitation) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    back = f"{UNITS.address}/{unit_id}/accounts"
    crumbs = [*unit_crumbs(unit), ("票据管理员", back)]
    return await invitation_page(call, invitation, crumbs=crumbs, back=back)


@post(
    "/units/{unit_id:int}/accounts/{account_id:int}",
    guards=_GUARDS,
    status_code=200,
    opt=NEVER_KEPT | sensitive(Sensitive.ROLES),
)
async def change_unit_account(
    call: NamedDependency[PageCall], unit_id: FromPath[int], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Do what the form's `verb` says with a manager's account; closing it asks once more."""
    given = await read_form(call.request)
    verb = given.get("verb", "")
    if verb == "disable" and not is_confirmed(given):
        return await _ask_to_close(call, unit_id, account_id)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        invitation = await _change(connection, unit_id, account_id, verb, call)
    if invitation is not None:
        return await _invited(call, unit_id, invitation)
    return redirect(call.request, f"{UNITS.address}/{unit_id}/accounts")


async def _ask_to_close(call: PageCall, unit_id: int, account_id: int) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await managed_account(connection, unit_id, account_id, even_closed=True, acting=call.acting)
    back = f"{UNITS.address}/{unit_id}/accounts"
    shown = await of_closing(
        call, account, unit.name, address=f"{back}/{account_id}", back=back, members={"verb": "disable"}
    )
    return consequences_page(call.request, shown, crumbs=[*unit_crumbs(unit), ("票据管理员和账户", back)])


async def _change(
    connection: AsyncConnection, unit_id: int, account_id: int, verb: str, call: PageCall
) -> Invitation | None:
    account = await managed_account(
        connection, unit_id, account_id, even_closed=verb in _TAKES_AWAY, acting=call.acting
    )
    if verb == "renew":
        return await renew_invitation(connection, account, acting=call.acting)
    if verb == "withdraw":
        await withdraw_invitation(connection, account, acting=call.acting)
    elif verb in ("enable", "disable"):
        await set_active(connection, account, verb == "enable", acting=call.acting)
    else:
        raise refuse("account.verb_unknown", "没有这项操作，请返回账户页面重新选择。")
    return None


async def _accounts_page(
    call: PageCall, unit_id: int, given: dict[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    unit = await managed_unit(call, unit_id)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        states = await unit_account_states(connection, unit_id)
    address = f"{UNITS.address}/{unit_id}/accounts"
    form = PageForm(
        address=address,
        fields=(USERNAME, DISPLAY_NAME, MOBILE, VALID_UNTIL),
        note="邀请由一人办理，不需要他人审核。提交后显示一次邀请码，由您打印或当面交给本人；本人自己设置密码，任何人都不知道。",
        button="邀请票据管理员",
        cancel=f"{UNITS.address}/{unit_id}",
    )
    return page(
        call.request,
        "units/accounts.html",
        title="票据管理员和账户",
        crumbs=unit_crumbs(unit),
        rows=[(state, _actions(state, address, closed=unit.state is UnitState.CLOSED)) for state in states],
        form=form,
        values=given,
        problems=problems,
    )


def _actions(state: AccountState, address: str, *, closed: bool) -> list[PageAction]:
    """What a department may do with an account: with managers only, the others are theirs.
    Of a closed unit nobody is let in again.
    """
    account = state.account
    lifting = PageAction(
        label="解除挂失",
        address=f"{address}/{account.account_id}/found",
        values={},
        about=f"解除 {account.username} 的挂失",
    )
    found = [lifting] if account.lost_at and not closed else []
    if account.role is not Role.UNIT_MANAGER:
        return found
    offered = [("disable", "停用") if account.active else ("enable", "启用")]
    if state.invited:
        offered.insert(0, ("renew", "重新邀请"))
        if state.invited_until is not None:
            offered.insert(1, ("withdraw", "撤回邀请"))
    return found + [
        PageAction(
            label=label,
            address=f"{address}/{account.account_id}",
            values={"verb": verb},
            about=f"{label} {account.username}",
        )
        for verb, label in offered
        if verb in _TAKES_AWAY or not closed
    ]


@post("/units/{unit_id:int}/accounts/{account_id:int}/found", guards=_GUARDS, status_code=200)
async def lift_unit_loss(
    call: NamedDependency[PageCall], unit_id: FromPath[int], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Ask why, then lift the loss of an account of a unit."""
    unit = await managed_unit(call, unit_id)
    given = await read_form(call.request)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        refuse_closed(await lock_managed(connection, unit_id, acting=call.acting))
        account = await account_in_unit(connection, unit_id, account_id)
    back = f"{UNITS.address}/{unit_id}/accounts"
    crumbs = [*unit_crumbs(unit), ("票据管理员和账户", back)]
    return await lift(call, account, given, address=f"{back}/{account_id}/found", back=back, crumbs=crumbs)


HANDLERS = [unit_accounts, invite_unit_manager, change_unit_account, lift_unit_loss]
