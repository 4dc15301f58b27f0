"""Mobile numbers of accounts: a manager sets those of the unit's people, everybody their own with the password."""

from collections.abc import Mapping

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.delivery.service import SmsOutbox
from mingpiao.identity.model import Account, Role
from mingpiao.identity.service import account_in_unit, mobile_of
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.mobiles import masked_mobile
from mingpiao.portals.accounts.invitations import MOBILE
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.accounts.unit import CRUMBS, LIST
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import PageForm, form_page, read_form
from mingpiao.portals.kept import NEVER_KEPT
from mingpiao.portals.navigation import home_of
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.rendering import page
from mingpiao.portals.routing import portal_router
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.recovery.service import change_mobile, change_own_mobile

_GUARDS = [require_right(UNIT_ACCOUNTS)]


@get("/accounts/{account_id:int}/mobile", guards=_GUARDS)
async def mobile_form(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """The form for the number of an account of the unit; one's own has a page of its own."""
    if account_id == call.session.account.account_id:
        return redirect(call.request, "/mobile")
    return await _of_unit(call, account_id, {})


@post(
    "/accounts/{account_id:int}/mobile",
    guards=_GUARDS,
    status_code=200,
    opt=sensitive(Sensitive.ROLES),
)
async def change_of_unit(
    call: NamedDependency[PageCall], sms: NamedDependency[SmsOutbox], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Set the number of an account of the unit; one's own is changed with the password."""
    if account_id == call.session.account.account_id:
        return redirect(call.request, "/mobile")
    given = await read_form(call.request)
    try:
        async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
            account = await _account(call, connection, account_id)
            await change_mobile(connection, sms, account, given.get("mobile", ""), acting=call.acting)
    except Refusal as refusal:
        if refusal.problems[0].field != "mobile":
            raise
        return await _of_unit(call, account_id, given, refusal.problems)
    return redirect(call.request, LIST)


async def _account(call: PageCall, connection: AsyncConnection, account_id: int) -> Account:
    """An account of the unit whose number its manager keeps."""
    account = await account_in_unit(connection, unit_of(call.session.account), account_id)
    if account.role is Role.UNIT_MANAGER:
        raise refuse("account.own_mobile", "票据管理员的手机号码由本人登录后修改。", status=403)
    return account


async def _of_unit(
    call: PageCall, account_id: int, given: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await _account(call, connection, account_id)
        stands = masked_mobile(await mobile_of(connection, account_id)) or "没有登记"
    form = PageForm(
        address=f"{LIST}/{account_id}/mobile",
        fields=(MOBILE,),
        note=f"现在的号码：{stands}。留空保存，即删除登记的号码。",
        button="保存手机号码",
        cancel=LIST,
    )
    title = f"手机号码：{account.username}"
    return form_page(call.request, form, given, problems, title=title, crumbs=CRUMBS)


@get("/mobile")
async def own_mobile(call: NamedDependency[PageCall]) -> Response[str]:
    """The form for one's own number."""
    return await _own(call, "")


@post("/mobile", opt=NEVER_KEPT, status_code=200)
async def change_own(call: NamedDependency[PageCall], sms: NamedDependency[SmsOutbox]) -> Response[str]:
    """Set one's own number, with the password again."""
    mobile = (await read_form(call.request)).get("mobile", "")
    password = str((await call.request.form()).get("password") or "")
    try:
        await change_own_mobile(
            call.services.database, sms, call.session.account, mobile, password=password, acting=call.acting
        )
    except Refusal as refusal:
        return await _own(call, mobile, refusal.problems)
    return await _own(call, "", saved=True)


async def _own(
    call: PageCall, mobile: str, problems: tuple[Problem, ...] = (), *, saved: bool = False
) -> Response[str]:
    account = call.session.account
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        stands = masked_mobile(await mobile_of(connection, account.account_id))
    return page(
        call.request,
        "accounts/mobile.html",
        title="手机号码",
        crumbs=[("首页", home_of(call.session))],
        stands=stands,
        mobile=mobile,
        saved=saved,
        problems=problems,
    )


HANDLERS = [mobile_form, change_of_unit]


def create_mobile_router() -> Router:
    """/mobile, for everybody who is signed in."""
    return portal_router("/", [own_mobile, change_own])
