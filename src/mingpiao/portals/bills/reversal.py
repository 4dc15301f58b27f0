"""冲红: the reason, a summary to confirm, and the red bill."""

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.composition import Services
from mingpiao.identity.model import Session
from mingpiao.issuing.model import Bill, BillState, Color, Issued, ReversalRequest
from mingpiao.issuing.service import get_bill
from mingpiao.kernel.errors import Problem, refuse
from mingpiao.portals.bills.access import bill_id_of, unit_of
from mingpiao.portals.bills.lists import UNIT_BILLS
from mingpiao.portals.bills.rights import UNIT_REVERSE
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.issuing.rights import UNIT_ISSUE
from mingpiao.portals.kept import use_kept_members
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right, scoped_reads
from mingpiao.portals.ukeys.presence import require_ukey

_GUARDS = [require_right(UNIT_REVERSE), require_ukey]
_OTHER = "其他"
REASONS = ("开票内容有误", "缴款人要求退款", "重复开具", "业务取消", _OTHER)


@get("/bills/{code:str}/{number:str}/reverse", guards=_GUARDS)
async def ask_reason(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """Ask for the reason of a reversal; a reason from before the session ended is filled in again."""
    bill = await _reversible_bill(call.services, call.session, code, number)
    typed = use_kept_members(call.request) or {}
    choice, text = typed.get("reason", ""), typed.get("reason_text", "")
    if choice and choice not in REASONS:
        # From the last step, where choice and text were combined.
        choice, text = _OTHER, choice
    return _reason_page(call, bill, choice=choice, text=text)


@post("/bills/{code:str}/{number:str}/reverse", guards=_GUARDS, status_code=200)
async def ask_again(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """Show what will happen, and ask for confirmation."""
    bill = await _reversible_bill(call.services, call.session, code, number)
    form = await read_form(call.request)
    choice, text = form.get("reason", ""), form.get("reason_text", "")
    problems = _reason_problems(choice, text)
    if problems:
        return _reason_page(call, bill, choice=choice, text=text, problems=problems)
    return page(
        call.request,
        "bills/reverse_check.html",
        title="确认冲红",
        crumbs=_crumbs(bill),
        bill=bill,
        reason=_reason(choice, text),
        may_reissue=_may_reissue(call),
    )


@post("/bills/{code:str}/{number:str}/reverse/confirm", guards=_GUARDS, status_code=200)
async def reverse(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Reverse the bill. Pressing the button twice leads to the same red bill."""
    form = await read_form(call.request)
    async with call.reads() as connection:
        bill = await get_bill(connection, bill_id_of(code, number))
    account = call.session.account
    reversal = ReversalRequest(
        code=code, number=number, reason=form.get("reason", ""), handler=account.display_name
    )
    outcome = (await call.services.desk.reverse(unit_of(account), [reversal], acting=call.acting))[0]
    result = f"{UNIT_BILLS.address}/{bill.code}/{bill.number}/reversed"
    if isinstance(outcome, Issued):
        return redirect(call.request, result)
    if any(problem.code == "bill.already_reversed" for problem in outcome.problems):
        return redirect(call.request, result)
    return _reason_page(call, bill, choice=_OTHER, text=form.get("reason", ""), problems=outcome.problems)


@get("/bills/{code:str}/{number:str}/reversed")
async def reversed_page(
    call: NamedDependency[PageCall], code: FromPath[str], number: FromPath[str]
) -> Response[str]:
    """The result for a reversed bill, with the red one."""
    async with call.reads() as connection:
        bill = await get_bill(connection, bill_id_of(code, number))
        if bill.color is not Color.BLUE or bill.related is None:
            raise refuse("bill.not_reversed", "该票据没有被冲红，请返回票据页面查看。", status=404)
        red = await get_bill(connection, bill.related.bill_id)
    return page(
        call.request,
        "bills/reversed.html",
        title="票据已冲红",
        crumbs=_crumbs(bill),
        bill=bill,
        red=red,
        may_reissue=_may_reissue(call),
    )


def _may_reissue(call: PageCall) -> bool:
    """Whether this person may issue the bill's content again after the reversal."""
    return allowed(call.session.account.role, UNIT_ISSUE)


async def _reversible_bill(services: Services, session: Session, code: str, number: str) -> Bill:
    """The bill. Raises `Refusal` if it is red or reversed already; the message names the other bill."""
    async with scoped_reads(services, session.account) as connection:
        bill = await get_bill(connection, bill_id_of(code, number))
    if bill.color is Color.RED:
        raise refuse("bill.is_red", "红字票据不能再冲红。", status=409)
    if bill.state is BillState.REVERSED:
        red = bill.related
        told = f"（红字票据代码{red.code}，号码{red.number}）" if red else ""
        raise refuse("bill.already_reversed", f"该票据已经冲红{told}，不能重复冲红。", status=409)
    return bill


def _reason_problems(choice: str, text: str) -> tuple[Problem, ...]:
    if choice not in REASONS:
        message = "请选择冲红原因。"
        return (Problem(code="form.required", field="reason", message=message, status=422),)
    if choice == _OTHER and not text:
        message = "选择“其他”时请填写具体原因。"
        return (Problem(code="form.required", field="reason_text", message=message, status=422),)
    return ()


def _reason(choice: str, text: str) -> str:
    if choice == _OTHER:
        return text
    return f"{choice}：{text}" if text else choice


def _form(bill: Bill) -> PageForm:
    here = f"{UNIT_BILLS.address}/{bill.code}/{bill.number}"
    return PageForm(
        address=f"{here}/reverse",
        fields=(
            FormField(
                name="reason",
                label="冲红原因",
                kind="radios",
                required=True,
                options=tuple((reason, reason) for reason in REASONS),
            ),
            FormField(
                name="reason_text",
                label="补充说明",
                hint="选择“其他”时必填，将印在红字票据上。",
                attributes={"maxlength": 150},
            ),
        ),
        button="下一步",
        cancel=here,
        once=False,
    )


def _reason_page(
    call: PageCall, bill: Bill, *, choice: str = "", text: str = "", problems: tuple[Problem, ...] = ()
) -> Response[str]:
    return form_page(
        call.request,
        _form(bill),
        {"reason": choice, "reason_text": text},
        problems,
        template="bills/reverse.html",
        title="冲红",
        crumbs=_crumbs(bill),
        bill=bill,
        may_reissue=_may_reissue(call),
    )


def _crumbs(bill: Bill) -> list[tuple[str, str]]:
    return [
        ("首页", "/unit"),
        ("已开票据", UNIT_BILLS.address),
        (f"{bill.code}-{bill.number}", f"{UNIT_BILLS.address}/{bill.code}/{bill.number}"),
    ]


HANDLERS = [ask_reason, ask_again, reverse, reversed_page]
