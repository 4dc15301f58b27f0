"""/unit/inquiries: what a department asks a unit, and what the unit says."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import UNIT_EXPORT, allowed
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.portals.tips.rights import INQUIRIES_ANSWER
from mingpiao.storage.paging import Page
from mingpiao.tips.model import Inquiry
from mingpiao.tips.service import MAX_WORDS, answer_inquiry, get_inquiry, list_inquiries

_GUARDS = [require_right(INQUIRIES_ANSWER)]
_OPEN, _ANSWERED = "open", "answered"


async def _fetch(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[Inquiry]:
    state = wanted["state"]
    is_open = None if not state else state == _OPEN
    return await list_inquiries(
        here.connection, unit_of(here.account), is_open=is_open, after=key, limit=limit
    )


def _badge(inquiry: Inquiry) -> Badge:
    if inquiry.answered_at is not None:
        return Badge("已说明", "green")
    return Badge("逾期未说明", "red") if inquiry.due_on < today() else Badge("待说明", "orange")


INQUIRIES: Listing[Inquiry] = Listing(
    name="unit_inquiries",
    address="/unit/inquiries",
    title="情况问询",
    crumbs=(("首页", "/unit"),),
    filters=(ChoiceFilter(name="state", label="状态", options=((_OPEN, "待说明"), (_ANSWERED, "已说明"))),),
    columns=(
        Column(
            name="question",
            label="问题",
            kind="long",
            head=True,
            value=lambda row: row.question,
            link=lambda row: f"/unit/inquiries/{row.inquiry_id}",
        ),
        Column(name="state", label="状态", value=_badge),
        Column(name="due", label="说明期限", kind="day", value=lambda row: row.due_on),
        Column(name="asked", label="提出时间", kind="moment", phone=False, value=lambda row: row.asked_at),
        Column(name="by", label="说明人", phone=False, value=lambda row: row.answered_by_name),
    ),
    fetch=_fetch,
    empty=("没有情况问询", "财政部门请本单位说明情况的，会出现在这里。"),
    export=ExportFile(action="inquiry:export", file="inquiries", right=UNIT_EXPORT),
)


@get("/inquiries/{inquiry_id:int}")
async def inquiry_page(call: NamedDependency[PageCall], inquiry_id: FromPath[int]) -> Response[str]:
    """A question, and the form for the answer."""
    return await _page(call, inquiry_id)


async def _page(
    call: PageCall, inquiry_id: int, answer: str = "", problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        inquiry = await get_inquiry(connection, inquiry_id)
    may_answer = allowed(call.session.account.role, INQUIRIES_ANSWER) and inquiry.answered_at is None
    return page(
        call.request,
        "tips/inquiry.html",
        title="情况问询",
        crumbs=[("首页", "/unit"), (INQUIRIES.title, INQUIRIES.address)],
        inquiry=inquiry,
        badge=Column(name="state", label="状态", value=_badge).cell(inquiry),
        may_answer=may_answer,
        answer=answer,
        max_words=MAX_WORDS,
        problems=problems,
    )


@post("/inquiries/{inquiry_id:int}", guards=_GUARDS, status_code=200)
async def explain(
    call: NamedDependency[PageCall], inquiry_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Answer the question; of two people at once the second learns that it was answered."""
    answer = (await read_form(call.request)).get("answer", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await answer_inquiry(connection, inquiry_id, answer, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, inquiry_id, answer, refusal.problems)
    return redirect(call.request, f"{INQUIRIES.address}/{inquiry_id}")


HANDLERS = [*list_handlers(INQUIRIES), inquiry_page, explain]
