"""/unit/inspections: what a department found in a unit's bills, and what the unit says."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.inspections.service import (
    MAX_WORDS,
    UnitStatement,
    answer_statement,
    get_statement,
    list_statements,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.bills.access import unit_of
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import UNIT_EXPORT, allowed
from mingpiao.portals.inspections.rights import STATEMENTS_ANSWER
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import Here
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.storage.paging import Page

_GUARDS = [require_right(STATEMENTS_ANSWER)]


async def _fetch(here: Here, _wanted: Mapping[str, Any], key: str, limit: int) -> Page[UnitStatement]:
    return await list_statements(here.connection, unit_of(here.account), after=key, limit=limit)


def _badge(statement: UnitStatement) -> Badge:
    if statement.answered_at is not None:
        return Badge("已说明", "green")
    return Badge("逾期未说明", "red") if statement.due_on < today() else Badge("待说明", "orange")


STATEMENTS: Listing[UnitStatement] = Listing(
    name="unit_inspections",
    address="/unit/inspections",
    title="检查说明",
    crumbs=(("首页", "/unit"),),
    columns=(
        Column(
            name="question",
            label="要说明的问题",
            kind="long",
            head=True,
            value=lambda row: row.question,
            link=lambda row: f"/unit/inspections/{row.statement_id}",
        ),
        Column(name="state", label="状态", value=_badge),
        Column(name="bills", label="票据（张）", kind="count", value=lambda row: len(row.bills)),
        Column(name="due", label="说明期限", kind="day", value=lambda row: row.due_on),
        Column(name="by", label="说明人", phone=False, value=lambda row: row.answered_by_name),
    ),
    fetch=_fetch,
    empty=("没有要说明的检查", "财政部门在监督检查中请本单位说明情况的，会出现在这里。"),
    export=ExportFile(action="inspection:export", file="statements", right=UNIT_EXPORT),
)


@get("/inspections/{statement_id:int}")
async def statement_page(call: NamedDependency[PageCall], statement_id: FromPath[int]) -> Response[str]:
    """What was found, and the form for what the unit says."""
    return await _page(call, statement_id)


async def _page(
    call: PageCall, statement_id: int, answer: str = "", problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        statement = await get_statement(connection, statement_id)
    may_answer = allowed(call.session.account.role, STATEMENTS_ANSWER) and statement.answered_at is None
    return page(
        call.request,
        "inspections/statement.html",
        title="检查说明",
        crumbs=[("首页", "/unit"), (STATEMENTS.title, STATEMENTS.address)],
        status_code=problems[0].status if problems else 200,
        statement=statement,
        badge=Column(name="state", label="状态", value=_badge).cell(statement),
        may_answer=may_answer,
        answer=answer,
        max_words=MAX_WORDS,
        problems=problems,
    )


@post("/inspections/{statement_id:int}", guards=_GUARDS, status_code=200)
async def explain(
    call: NamedDependency[PageCall], statement_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Say what there is to say; of two people at once the second learns that it was said."""
    answer = (await read_form(call.request)).get("answer", "")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await answer_statement(connection, statement_id, answer, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        return await _page(call, statement_id, answer, refusal.problems)
    return redirect(call.request, f"{STATEMENTS.address}/{statement_id}")


HANDLERS = [*list_handlers(STATEMENTS), statement_page, explain]
