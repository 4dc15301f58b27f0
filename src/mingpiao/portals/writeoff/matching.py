"""到账匹配: what arrived with the bills that it pays for, bills without a receipt, and corrections by hand."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import clean_text, read_form, read_query
from mingpiao.portals.gates import UNIT_VIEW, allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Badge, Column, Note, Parts
from mingpiao.portals.list_filters import ChoiceFilter, Here, TextFilter
from mingpiao.portals.list_model import Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.writeoff.parts import ADDRESS, CRUMBS, month_address, month_from
from mingpiao.portals.writeoff.rights import UNIT_WRITEOFF
from mingpiao.storage.paging import Page
from mingpiao.writeoff.model import MATCH_WAYS, SOURCES, OpenBill, ReceiptLine
from mingpiao.writeoff.service import (
    get_receipt,
    likely_bills,
    list_receipts,
    list_unpaid,
    match_by_hand,
    unmatch,
)

_VIEWERS = [require_right(UNIT_VIEW)]
_GUARDS = [require_right(UNIT_WRITEOFF)]
_LINES = f"{ADDRESS}/{{month}}/lines"
_MONTH_CRUMBS = (*CRUMBS, ("{month}", f"{ADDRESS}/{{month}}"))


def bill_name(bill_id: int) -> str:
    """代码 and 号码 of a bill: two kinds may use the same number."""
    bill = BillIdentity.from_bill_id(bill_id)
    return f"{bill.code} {bill.number}"


def bill_address(bill_id: int) -> str:
    """The page of a bill."""
    bill = BillIdentity.from_bill_id(bill_id)
    return f"/unit/bills/{bill.code}/{bill.number}"


async def _fetch_lines(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[ReceiptLine]:
    return await list_receipts(
        here.connection,
        unit_of(here.account),
        month_from(here.path["month"]),
        state=wanted["state"],
        words=wanted["words"],
        after=key,
        limit=limit,
    )


def _matched(line: ReceiptLine) -> Parts:
    state = (
        Badge("已匹配", "green") if not line.open else Badge("部分匹配" if line.bills else "未匹配", "orange")
    )
    told = "，".join(f"{bill_name(each.bill_id)}（{MATCH_WAYS[each.how]}）" for each in line.bills[:3])
    more = f"等{len(line.bills)}张" if len(line.bills) > 3 else ""
    return Parts((state, Note(told + more)))


RECEIPTS: Listing[ReceiptLine] = Listing(
    name="unit_receipts",
    address=_LINES,
    title="到账明细与匹配",
    crumbs=_MONTH_CRUMBS,
    filters=(
        ChoiceFilter(name="state", label="匹配", options=(("open", "未匹配完"), ("matched", "已匹配"))),
        TextFilter(name="words", label="付款人、摘要或业务流水号"),
    ),
    columns=(
        Column(
            name="payer",
            label="付款人",
            kind="wide",
            head=True,
            value=lambda line: line.payer_name or "未注明",
            link=lambda line: f"{month_address(line.month)}/lines/{line.receipt_id}",
        ),
        Column(name="day", label="到账日期", kind="day", value=lambda line: line.received_on),
        Column(name="amount", label="金额", kind="money", value=lambda line: line.amount),
        Column(name="open", label="未匹配金额", kind="money", phone=False, value=lambda line: line.open),
        Column(name="matched", label="匹配的票据", value=_matched),
        Column(name="memo", label="摘要", kind="wide", value=lambda line: line.memo),
        Column(name="source", label="来源", phone=False, value=lambda line: SOURCES[line.source]),
    ),
    fetch=_fetch_lines,
    empty=(
        "没有符合条件的到账明细",
        "导入银行流水后，这里逐笔列出到账和匹配的票据；登记的渠道合计不在这里。",
    ),
    template="writeoff/lines.html",
)


async def _fetch_unpaid(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[OpenBill]:
    month = month_from(here.path["month"])
    unit_id = unit_of(here.account)
    return await list_unpaid(here.connection, unit_id, month, words=wanted["words"], after=key, limit=limit)


UNPAID: Listing[OpenBill] = Listing(
    name="unit_unpaid_bills",
    address=f"{ADDRESS}/{{month}}/unpaid",
    title="没有匹配到账的票据",
    crumbs=_MONTH_CRUMBS,
    filters=(TextFilter(name="words", label="缴款人或业务流水号"),),
    columns=(
        Column(
            name="number",
            label="票据代码和号码",
            kind="code",
            value=lambda bill: bill_name(bill.bill_id),
            link=lambda bill: bill_address(bill.bill_id),
        ),
        Column(name="payer", label="缴款人", kind="wide", head=True, value=lambda bill: bill.payer_name),
        Column(name="issued_at", label="开票时间", kind="moment", value=lambda bill: bill.issued_at),
        Column(name="total", label="金额", kind="money", value=lambda bill: bill.total),
        Column(name="open", label="未到账", kind="money", phone=False, value=lambda bill: bill.open),
        Column(
            name="business_no",
            label="业务流水号",
            kind="code",
            phone=False,
            value=lambda bill: bill.business_no,
        ),
    ),
    fetch=_fetch_unpaid,
    empty=("没有符合条件的票据", "该月的票据都有对应的到账。"),
    template="writeoff/lines.html",
)


@get("/writeoff/{month:str}/lines/{receipt:str}", guards=_VIEWERS)
async def one_receipt(
    call: NamedDependency[PageCall], month: FromPath[str], receipt: FromPath[str]
) -> Response[str]:
    """One receipt: the bills that it pays for, and those that it may pay for."""
    return await _page(call, month, receipt)


async def _page(
    call: PageCall, month: str, receipt: str, problems: tuple[Problem, ...] = ()
) -> Response[str]:
    wanted = month_from(month)
    words = clean_text(read_query(call.request).get("words", ""))
    unit_id = unit_of(call.session.account)
    async with call.reads() as connection:
        line = await get_receipt(connection, unit_id, read_whole(receipt) or 0)
        number = read_whole(words) or 0 if len(words) == 18 else 0
        likely = await likely_bills(connection, unit_id, line, words, number) if line.open else []
    catalog = await call.services.catalog.get()
    return page(
        call.request,
        "writeoff/receipt.html",
        title="到账记录",
        crumbs=[
            *CRUMBS,
            (f"{wanted:%Y年%-m月}", month_address(wanted)),
            ("到账明细与匹配", f"{month_address(wanted)}/lines"),
        ],
        line=line,
        likely=likely,
        words=words,
        at=f"{month_address(wanted)}/lines/{line.receipt_id}",
        sources=SOURCES,
        ways=MATCH_WAYS,
        kinds={each.kind_code: kind_name(catalog, each.kind_code) for each in likely},
        bill_name=bill_name,
        bill_address=bill_address,
        may_match=allowed(call.session.account.role, UNIT_WRITEOFF),
        problems=problems,
    )


@post("/writeoff/{month:str}/lines/{receipt:str}", guards=_GUARDS, status_code=200)
async def correct(
    call: NamedDependency[PageCall], month: FromPath[str], receipt: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Match the receipt to a bill, or take a match away."""
    members = await read_form(call.request)
    unit_id, receipt_id = unit_of(call.session.account), read_whole(receipt) or 0
    bill_id = read_whole(members.get("bill", "")) or 0
    verb = unmatch if members.get("action") == "unmatch" else match_by_hand
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await verb(connection, unit_id, receipt_id, bill_id, acting=call.acting)
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return await _page(call, month, receipt, refusal.problems)
    return redirect(call.request, f"{month_address(month_from(month))}/lines/{receipt_id}")


HANDLERS = [*list_handlers(RECEIPTS), *list_handlers(UNPAID), one_receipt, correct]
