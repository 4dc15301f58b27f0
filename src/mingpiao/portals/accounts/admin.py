"""/admin/accounts: every account; unlock, disable, enable, reset the password."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.service import (
    AccountState,
    account_state,
    reset_password,
    set_active,
    unlock,
)
from mingpiao.kernel.errors import refuse
from mingpiao.portals.accounts.lists import ALL_ACCOUNTS, place_of
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import read_form
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect
from mingpiao.units.service import names_of

LIST = ALL_ACCOUNTS.address


@get("/accounts/{account_id:int}")
async def account_page(call: NamedDependency[PageCall], account_id: FromPath[int]) -> Response[str]:
    """One account, and the possible actions."""
    return await _account_page(call, account_id)


@post("/accounts/{account_id:int}", status_code=200)
async def change_account(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Do what the form's `verb` says: unlock, enable, disable, or password."""
    verb = (await read_form(call.request)).get("verb", "")
    password = ""
    async with call.services.database.system() as connection:  # system: a verb writes
        account = (await account_state(connection, account_id)).account
        if verb == "unlock":
            await unlock(connection, account, acting=call.acting)
        elif verb in ("enable", "disable"):
            await set_active(connection, account, verb == "enable", acting=call.acting)
        elif verb == "password":
            password = await reset_password(connection, account, acting=call.acting)
        else:
            raise refuse("account.verb_unknown", "没有这项操作，请返回账户页面重新选择。")
    if password:
        return await _account_page(call, account_id, password=password)
    return redirect(call.request, f"{LIST}/{account_id}")


async def _account_page(call: PageCall, account_id: int, *, password: str = "") -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        state = await account_state(connection, account_id)
        names = await names_of(connection, [state.account.unit_id] if state.account.unit_id else [])
    return page(
        call.request,
        "accounts/admin_account.html",
        title=f"账户 {state.account.username}",
        crumbs=[("全部账户", LIST)],
        state=state,
        place=place_of(state.account, catalog, names),
        own=account_id == call.session.account.account_id,
        actions=_actions(state, own=account_id == call.session.account.account_id),
        password=password,
    )


def _actions(state: AccountState, *, own: bool) -> list[PageAction]:
    """The actions of an administrator on an account; on their own account, only unlocking."""
    account = state.account
    closing = ("disable", "停用账户", "danger") if account.active else ("enable", "启用账户", "primary")
    offered = [("unlock", "解除锁定", "primary")] if state.locked_until or state.failed_attempts else []
    if not own:
        offered += [closing, ("password", "重置密码", "")]
    return [
        PageAction(
            label=label,
            address=f"{ALL_ACCOUNTS.address}/{account.account_id}",
            values={"verb": verb},
            style=style,
        )
        for verb, label, style in offered
    ]


HANDLERS = [*list_handlers(ALL_ACCOUNTS), account_page, change_account]
