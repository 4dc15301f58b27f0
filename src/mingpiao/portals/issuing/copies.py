"""复制开具 and 按原内容重开: a bill's content as a new draft."""

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.drafts.service import habits_of, link_reissue
from mingpiao.issuing.model import Bill, BillState, Color
from mingpiao.issuing.service import get_bill, get_supervision
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import refuse
from mingpiao.kernel.money import plain_number
from mingpiao.portals.bills.access import bill_id_of
from mingpiao.portals.issuing.drafting import form_address, save_form
from mingpiao.portals.issuing.form import PAY_MODES, IssueForm, ItemRow
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.issuing.window import Window, fresh_form, open_window
from mingpiao.portals.session import PageCall, go_on, require_right

_GUARDS = [require_right(UNIT_ISSUE)]


@post("/issue/copy/{code:str}/{number:str}", guards=_GUARDS, status_code=200)
async def copy(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[bytes]:
    """Make a draft with the content of a blue bill, and open it. Evidence files are not copied."""
    window, bill = await _blue(call, code, number)
    return await _open(call, window, await _form_like(call, window, bill))


@post("/issue/reissue/{code:str}/{number:str}", guards=_GUARDS, status_code=200)
async def reissue(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[bytes]:
    """Make a draft with the content and the files of a reversed bill, link the two, and open it.

    If the account has such a draft already, that one is opened.
    """
    window, bill = await _blue(call, code, number)
    if bill.state is not BillState.REVERSED:
        raise refuse("draft.not_reversed", "这张票据没有冲红，请用“复制开具”。", status=409)
    form = await _form_like(call, window, bill)
    async with call.reads() as connection:
        supervision = await get_supervision(connection, bill.unit_id, bill.bill_id)
    form = msgspec.structs.replace(form, evidence=supervision.evidence if supervision else ())
    async with call.services.database.system() as connection:  # system: an account's own draft is written
        business_no = await link_reissue(
            connection, call.session.account, bill, form.business_no, acting=call.acting
        )
    if business_no != form.business_no:
        return go_on(form_address(msgspec.structs.replace(form, business_no=business_no)))
    return await _open(call, window, form)


async def _blue(call: PageCall, code: str, number: str) -> tuple[Window, Bill]:
    async with call.reads() as connection:
        bill = await get_bill(connection, bill_id_of(code, number))
    if bill.color is Color.RED:
        raise refuse("draft.of_red_bill", "红字票据不能复制，请打开原蓝字票据。", status=409)
    return await open_window(call.services, call.session), bill


async def _form_like(call: PageCall, window: Window, bill: Bill) -> IssueForm:
    """A fresh form with all that a bill says of the payment; days stay those of the bill.

    A 交款方式 that the form does not offer stays what the account chose last. Who checks is chosen anew.
    """
    kind = window.kind(bill.kind)
    async with call.services.database.system() as connection:  # system: no scope reads an account's habits
        habits = await habits_of(connection, call.session.account.account_id)
    known = {field.name for field in kind.extension_fields}
    fresh = fresh_form(window, kind, habits, today())
    return msgspec.structs.replace(
        fresh,
        payer_type=bill.payer.type,
        payer_name=bill.payer.name,
        payer_code=bill.payer.code,
        payer_account=bill.payer.account,
        payer_bank=bill.payer.bank,
        pay_mode=bill.pay_mode if bill.pay_mode in PAY_MODES else fresh.pay_mode,
        remark=bill.remark,
        items=tuple(
            ItemRow(
                search=item.code,
                code=item.code,
                quantity=plain_number(item.quantity),
                rate=plain_number(item.rate),
                remark=item.remark,
            )
            for item in bill.items
        ),
        extension={name: value for name, value in bill.extension.items() if name in known},
    )


async def _open(call: PageCall, window: Window, form: IssueForm) -> Response[bytes]:
    await save_form(call, window.view(form))
    return go_on(form_address(form))


HANDLERS = [copy, reissue]
