"""The form of 开具票据 as a draft: saved with each step, so that its address shows it again."""

from mingpiao.drafts.model import Draft, Habits
from mingpiao.drafts.service import find_draft, forget_draft, keep_habits, learn_payer, note_uses, save_draft
from mingpiao.issuing.model import Payer
from mingpiao.issuing.service import find_by_business_no
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.kernel.money import MAX_AMOUNT
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.issuing.form import FormView, IssueForm, draft_members
from mingpiao.portals.issuing.window import ADDRESS
from mingpiao.portals.session import PageCall


def form_address(form: IssueForm, *, checked: bool = False) -> str:
    """The address of a saved form; `checked` shows the problems of the bill, too."""
    return f"{ADDRESS}?draft={form.business_no}{'&checked=yes' if checked else ''}"


def check_address(form: IssueForm) -> str:
    """The address of a saved form's check page."""
    return f"{ADDRESS}/check?draft={form.business_no}"


async def save_form(call: PageCall, view: FormView, *, even_if_newer: bool = False) -> int:
    """Save the form as the account's draft and return its version. Raises what `save_draft` raises."""
    form = view.form
    draft = Draft(
        business_no=form.business_no,
        kind=form.kind,
        members=draft_members(form),
        version=form.version,
        payer=form.payer_name,
        total=min(view.total, MAX_AMOUNT),
        items=tuple(row.item.code for row in view.rows if row.item),
    )
    account = call.session.account
    async with call.services.database.system() as connection:  # system: an account's own draft is written
        return await save_draft(connection, draft, account, even_if_newer=even_if_newer)


async def draft_of(call: PageCall, business_no: str) -> Draft | None:
    """The account's draft under a business number, or None."""
    async with call.reads() as connection:
        return await find_draft(connection, call.session.account, business_no)


async def issued_address(call: PageCall, business_no: str) -> str:
    """Where the bill is that was issued from a draft. Raises `Refusal` (`draft.unknown`, 404) without one."""
    try:
        async with call.reads() as connection:
            bill = await find_by_business_no(connection, unit_of(call.session.account), business_no)
    except Refusal as error:
        message = "没有找到这份草稿，可能已经提交、删除或过期，请到“草稿”或“开票申请”中查看。"
        raise refuse("draft.unknown", message, status=404) from error
    return f"{ADDRESS}/done/{bill.code}/{bill.number}"


async def settle_draft(call: PageCall, form: IssueForm, payer: Payer) -> None:
    """The form's bill was issued or is asked for: its draft goes, and payer and habits are remembered.

    If this is cut off, the draft stays and leads to the bill: its business number issues none other.
    """
    account = call.session.account
    habits = Habits(kind=form.kind, pay_mode=form.pay_mode, checker=form.checker)
    async with call.services.database.system() as connection:  # system: an account's own draft is written
        await forget_draft(connection, account, form.business_no)
        await keep_habits(connection, account.account_id, habits)
        codes = {form.kind, *(row.code for row in form.items if row.code)}
        await note_uses(connection, account.account_id, codes)
        await learn_payer(connection, unit_of(account), payer)
