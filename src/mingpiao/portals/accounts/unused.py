"""Opening an account again that was closed because nobody used it: the administrator says why."""

from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.identity.service import account_state, open_unused
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.accounts.lists import ALL_ACCOUNTS
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import ADMINISTER
from mingpiao.portals.proof import Sensitive, sensitive
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import refuse_of_closed_unit

_REASON = FormField(
    name="reason",
    label="启用原因",
    required=True,
    hint="例如：产假结束，本人当面确认。写入操作留痕。",
    attributes={"maxlength": 200},
)


@post(
    "/accounts/{account_id:int}/reopen",
    guards=[require_right(ADMINISTER)],
    status_code=200,
    opt=sensitive(Sensitive.ROLES),
)
async def reopen(
    call: NamedDependency[PageCall], account_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Ask why, then open the account."""
    given = await read_form(call.request)
    back = f"{ALL_ACCOUNTS.address}/{account_id}"
    problems: tuple[Problem, ...] = ()
    async with call.reads() as connection:
        account = (await account_state(connection, account_id)).account
    if "reason" in given:
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await refuse_of_closed_unit(connection, account)
                await open_unused(connection, account, given["reason"], acting=call.acting)
            return redirect(call.request, back)
        except Refusal as refusal:
            if refusal.status != 422:
                raise
            problems = refusal.problems
    form = PageForm(
        address=f"{back}/reopen",
        fields=(_REASON,),
        note=f"{account.display_name}（{account.username}）长期没有登录，已停用。请先核实本人仍在岗、仍需使用。"
        "启用后按新的期限计算；密码不变，忘记的请另行重置。",
        button="启用账户",
        cancel=back,
    )
    crumbs = [("全部账户", ALL_ACCOUNTS.address), (account.username, back)]
    return form_page(
        call.request, form, given, problems, title=f"启用账户：{account.username}", crumbs=crumbs
    )
