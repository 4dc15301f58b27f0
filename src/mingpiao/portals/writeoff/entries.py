"""登记到账: what arrived in a month by channel, as the unit itself knows it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_typed_decimal
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import FormField, PageForm, form_page, read_form, read_query
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.parts import CRUMBS, Waiting, month_address, month_from, waiting_of
from mingpiao.portals.writeoff.rights import UNIT_WRITEOFF
from mingpiao.writeoff.model import CHANNELS
from mingpiao.writeoff.service import channel_totals, set_channel_totals

_GUARDS = [require_right(UNIT_WRITEOFF)]
_NOT_A_NUMBER = Decimal("NaN")


def _form(month: date, waiting: Waiting) -> PageForm:
    amounts: dict[str, str | int] = {"inputmode": "decimal", "maxlength": 20}
    return PageForm(
        address=month_address(month, waiting, "/receipts"),
        fields=tuple(FormField(name=name, label=f"{name}（元）", attributes=amounts) for name in CHANNELS),
        button="保存",
        cancel=month_address(month, waiting),
        note="填写该月各渠道实际到账的合计，已由银行流水导入的不要再填；没有的留空，清空即删除。退款多于收款的填负数。",
    )


def _page(
    call: PageCall,
    month: date,
    waiting: Waiting,
    values: Mapping[str, str],
    problems: tuple[Problem, ...] = (),
) -> Response[str]:
    return form_page(
        call.request,
        _form(month, waiting),
        values,
        problems,
        title="登记到账",
        crumbs=[*CRUMBS, (f"{month:%Y年%-m月}", month_address(month, waiting))],
    )


@get("/writeoff/{month:str}/receipts", guards=_GUARDS)
async def entry_form(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str]:
    """The form, with what was entered before."""
    wanted = month_from(month)
    async with call.reads() as connection:
        totals = await channel_totals(connection, unit_of(call.session.account), wanted)
    values = {name: f"{amount:.2f}" for name, amount in totals.items()}
    return _page(call, wanted, waiting_of(read_query(call.request)), values)


@post("/writeoff/{month:str}/receipts", guards=_GUARDS, status_code=200)
async def enter(call: NamedDependency[PageCall], month: FromPath[str]) -> Response[str] | Response[bytes]:
    """Set the totals by channel."""
    wanted, typed = month_from(month), await read_form(call.request)
    waiting = waiting_of(read_query(call.request))
    totals = {name: _amount(typed[name]) for name in CHANNELS if typed.get(name)}
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            unit_id = unit_of(call.session.account)
            await set_channel_totals(connection, unit_id, wanted, totals, acting=call.acting)
    except Refusal as refusal:
        return _page(call, wanted, waiting, typed, refusal.problems)
    return redirect(call.request, month_address(wanted, waiting))


def _amount(text: str) -> Decimal:
    number = read_typed_decimal(text)
    return _NOT_A_NUMBER if number is None else number


HANDLERS = [entry_form, enter]
