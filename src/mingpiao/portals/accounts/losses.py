"""解除挂失 by hand: a unit's manager, a department or the administrator says why, and the account issues again."""

from collections.abc import Mapping

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.model import Account
from mingpiao.identity.service import account_in_unit, account_state
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.accounts.lists import ALL_ACCOUNTS, UNIT_ACCOUNT_LIST
from mingpiao.portals.accounts.rights import UNIT_ACCOUNTS
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import lift_loss

_REASON = FormField(
    name="reason",
    label="解除原因",
    required=True,
    hint="例如：UKey已找到，经本人当面确认。写入操作留痕。",
    attributes={"maxlength": 200},
)
#: The form's member tells that it was shown; a press of the list's button has none.
_ASKED = "reason"


@post("/accounts/{account_id:int}/found", guards=[require_right(UNIT_ACCOUNTS)], status_code=200)
async def lift_in_unit(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Ask the manager why, then lift the loss of an account of the unit."""
    address = f"{UNIT_ACCOUNT_LIST.address}/{account_id}/found"
    given = await read_form(call.request)
    async with call.services.database.system() as connection:  # system: no scope reads or writes accounts
        account = await account_in_unit(connection, unit_of(call.session.account), account_id)
    crumbs = [("首页", "/unit"), ("账户管理", UNIT_ACCOUNT_LIST.address)]
    return await lift(call, account, given, address=address, back=UNIT_ACCOUNT_LIST.address, crumbs=crumbs)


@post("/accounts/{account_id:int}/found", guards=[require_right(ADMINISTER)], status_code=200)
async def lift_anywhere(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Ask the administrator why, then lift the loss of an account."""
    given = await read_form(call.request)
    async with call.reads() as connection:
        account = (await account_state(connection, account_id)).account
    back = f"{ALL_ACCOUNTS.address}/{account_id}"
    crumbs = [("全部账户", ALL_ACCOUNTS.address), (account.username, back)]
    return await lift(call, account, given, address=f"{back}/found", back=back, crumbs=crumbs)


async def lift(
    call: PageCall,
    account: Account,
    given: Mapping[str, str],
    *,
    address: str,
    back: str,
    crumbs: list[tuple[str, str]],
) -> Response[str] | Response[bytes]:
    """The form that asks for the reason; with one the loss is lifted."""
    problems: tuple[Problem, ...] = ()
    if _ASKED in given:
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await lift_loss(connection, account, given[_ASKED], acting=call.acting)
            return redirect(call.request, back)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            problems = refusal.problems
    form = PageForm(
        address=address,
        fields=(_REASON,),
        note=f"解除后{account.display_name}（{account.username}）立即可以开票。旧的 UKey 没有找到的，不要解除，请申请新的。",
        button="解除挂失",
        cancel=back,
    )
    title = f"解除挂失：{account.username}"
    return form_page(call.request, form, given, problems, title=title, crumbs=crumbs)
