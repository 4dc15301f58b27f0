"""销毁清册 in both portals: asking, approving, two signatures, and the list as PDF."""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from PIL import Image
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import AuditEntry
from mingpiao.identity.service import record
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_date
from mingpiao.layout.model import SealPictures
from mingpiao.layout.service import Paper, PaperColumn, PaperTable, write_paper
from mingpiao.paper.model import DestructionList, DestructionState, PaperState, WantedDestruction
from mingpiao.paper.service import (
    ask_destruction,
    countersign_destruction,
    decide_destruction,
    get_destruction,
    list_destructions,
    sign_destruction,
)
from mingpiao.portals.consequences import Consequences, consequences_page, is_confirmed
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import FormField, PageForm, read_form
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT, UNIT_VIEW, Right, allowed
from mingpiao.portals.list_columns import Badge, Column
from mingpiao.portals.list_filters import ChoiceFilter, Here
from mingpiao.portals.list_model import Button, ExportFile, Listing
from mingpiao.portals.paper.common import FINANCE_HOME, UNIT_HOME
from mingpiao.portals.paper.parts import own_holder
from mingpiao.portals.paper.rights import PAPER_MOVE, UNIT_PAPER_DECIDE
from mingpiao.portals.paper.sheets import RangeForm, reason_field, rest_of
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, in_turn, redirect, require_right
from mingpiao.storage.paging import KeyColumn, Keyset, Page

_NEWEST = Keyset(KeyColumn("list_id", int, descending=True))
_COLOURS = {
    DestructionState.ASKED: "orange",
    DestructionState.APPROVED: "blue",
    DestructionState.REFUSED: "red",
    DestructionState.SIGNED: "orange",
    DestructionState.DONE: "green",
}


async def _rows(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[DestructionList]:
    before: Any = _NEWEST.read(key)[0] if key else 0
    found = await list_destructions(here.connection, state=wanted["state"], before=before, limit=limit + 1)
    return _NEWEST.page(found, limit)


def _listing(name: str, home: str, right: Right, export: ExportFile) -> Listing[DestructionList]:
    address = f"{home}/destructions"
    return Listing(
        name=name,
        address=address,
        title="销毁清册",
        crumbs=(("纸质票据", home),),
        filters=(
            ChoiceFilter(
                name="state",
                label="状态",
                options=tuple((each.value, each.label) for each in DestructionState),
            ),
        ),
        columns=(
            Column(
                name="number",
                label="清册编号",
                kind="code",
                head=True,
                value=lambda row: row.list_id,
                link=lambda row: f"{address}/{row.list_id}",
            ),
            Column(name="holder", label="持有", kind="wide", value=lambda row: row.holder_name),
            Column(name="count", label="数量（张）", kind="count", value=lambda row: row.count),
            Column(
                name="state",
                label="状态",
                kind="short",
                value=lambda row: Badge(row.state.label, _COLOURS[row.state]),
                text=lambda row: row.state.label,
            ),
            Column(name="asked", label="申请时间", kind="moment", value=lambda row: row.asked_at),
            Column(name="by", label="申请人", phone=False, value=lambda row: row.asked_by_name),
            Column(name="on", label="销毁日期", kind="day", phone=False, value=lambda row: row.destroyed_on),
            Column(name="reason", label="原因", kind="long", phone=False, value=lambda row: row.reason),
        ),
        fetch=_rows,
        empty=("没有销毁清册", "作废的纸质票据列入清册申请销毁，批准并销毁以后，清册留存在这里。"),
        buttons=(Button(label="申请销毁", address=f"{home}/destroy", right=right, primary=True),),
        export=export,
    )


FINANCE_DESTRUCTIONS = _listing(
    "finance_paper_destructions",
    FINANCE_HOME,
    PAPER_MOVE,
    ExportFile(action="paper_destruction:export", file="paper-destructions", right=FINANCE_VIEW),
)
UNIT_DESTRUCTIONS = _listing(
    "unit_paper_destructions",
    UNIT_HOME,
    UNIT_PAPER_DECIDE,
    ExportFile(action="unit_paper_destruction:export", file="paper-destructions", right=UNIT_EXPORT),
)


async def _ask(
    connection: AsyncConnection, typed: Mapping[str, str], catalog: Catalog, call: PageCall
) -> object:
    sheets = typed.get("sheets", "")
    return await ask_destruction(connection, sheets, catalog, **rest_of(typed), acting=call.acting)


def asking_form(home: str, right: Right) -> RangeForm:
    """The form that puts void sheets on a list."""
    return RangeForm(
        address=f"{home}/destroy",
        title="申请销毁",
        button="申请销毁",
        right=right,
        states=(PaperState.VOID,),
        carry_out=_ask,
        crumbs=(("纸质票据", home), ("销毁清册", f"{home}/destructions")),
        done=f"{home}/destructions",
        note=reason_field("销毁的原因", "例如：打印作废、停用传统纸质票据。未使用的先作废。最多200字。"),
    )


_SIGNING = (
    FormField(name="destroyed_on", label="销毁日期", kind="date", required=True),
    FormField(
        name="place",
        label="地点和方式",
        required=True,
        hint="例如：县档案馆，粉碎。",
        attributes={"maxlength": 100},
    ),
    FormField(
        name="witnesses",
        label="监销人",
        required=True,
        hint="至少两人，用顿号分开。",
        attributes={"maxlength": 200},
    ),
)


def destruction_handlers(
    home: str, view: Right, sign: Right, supervise: Right | None
) -> list[HTTPRouteHandler]:
    """The page of a list below a portal's pages of paper, and what is decided there; `supervise`: who approves."""
    base = f"{home}/destructions"
    route = f"/{base.split('/', 2)[2]}/{{list_id:int}}"

    async def shown(
        call: PageCall,
        list_id: int,
        values: Mapping[str, str] | None = None,
        problems: tuple[Problem, ...] = (),
    ) -> Response[str]:
        catalog = await call.services.catalog.get()
        async with call.reads() as connection:
            found = await get_destruction(connection, list_id)
        role, me = call.session.account.role, call.acting.actor
        oversees = supervise is not None and allowed(role, supervise)
        own = found.holder == own_holder(call, catalog) and allowed(role, sign)
        return page(
            call.request,
            "paper/destruction.html",
            title=f"销毁清册{list_id}",
            crumbs=[("纸质票据", home), ("销毁清册", base)],
            found=found,
            badge=Badge(found.state.label, _COLOURS[found.state]),
            history_lines=_history(found),
            address=f"{base}/{list_id}",
            may_decide=oversees and found.state is DestructionState.ASKED and found.asked_by != me,
            may_sign=own and found.state is DestructionState.APPROVED,
            may_countersign=oversees and found.state is DestructionState.SIGNED and found.signed_by != me,
            form=PageForm(
                address=f"{base}/{list_id}/sign", fields=_SIGNING, button="登记销毁并签名", cancel=base
            ),
            values=values or {},
            problems=problems,
        )

    @get(route, guards=[require_right(view)])
    async def list_page(call: NamedDependency[PageCall], list_id: FromPath[int]) -> Response[str]:
        return await shown(call, list_id)

    @get(f"{route}/list.pdf", guards=[require_right(view)], middleware=[in_turn])
    async def list_file(call: NamedDependency[PageCall], list_id: FromPath[int]) -> Response[bytes]:
        async with call.reads() as connection:
            found = await get_destruction(connection, list_id)
        data = await asyncio.to_thread(_pdf, found, found.asked_at)
        async with call.services.database.system() as connection:  # system: the audit trail is written
            await record(connection, _downloaded(found, call))
        headers = {"Content-Disposition": f'attachment; filename="paper-destruction-{list_id}.pdf"'}
        return Response(data, media_type="application/pdf", headers=headers | {"Cache-Control": "no-store"})

    @post(f"{route}/sign", guards=[require_right(sign)], status_code=200)
    async def sign_list(
        call: NamedDependency[PageCall], list_id: FromPath[int]
    ) -> Response[str] | Response[bytes]:
        typed = await read_form(call.request)
        wanted = WantedDestruction(
            destroyed_on=read_date(typed.get("destroyed_on", "")),
            place=typed.get("place", ""),
            witnesses=typed.get("witnesses", ""),
        )
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await sign_destruction(connection, list_id, wanted, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            return await shown(call, list_id, typed, refusal.problems)
        return redirect(call.request, f"{base}/{list_id}")

    handlers: list[HTTPRouteHandler] = [list_page, list_file, sign_list]
    return handlers + (_deciding(base, route, supervise, shown) if supervise is not None else [])


def _deciding(base: str, route: str, supervise: Right, shown: Any) -> list[HTTPRouteHandler]:
    @post(f"{route}/decide", guards=[require_right(supervise)], status_code=200)
    async def decide(
        call: NamedDependency[PageCall], list_id: FromPath[int]
    ) -> Response[str] | Response[bytes]:
        typed = await read_form(call.request)
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await decide_destruction(
                    connection,
                    list_id,
                    approve=typed.get("decision") == "approve",
                    note=typed.get("note", ""),
                    acting=call.acting,
                )
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            answer: Response[str] = await shown(call, list_id, typed, refusal.problems)
            return answer
        return redirect(call.request, f"{base}/{list_id}")

    @post(f"{route}/countersign", guards=[require_right(supervise)], status_code=200)
    async def countersign(
        call: NamedDependency[PageCall], list_id: FromPath[int]
    ) -> Response[str] | Response[bytes]:
        typed = await read_form(call.request)
        async with call.reads() as connection:
            found = await get_destruction(connection, list_id)
        if not is_confirmed(typed):
            return _sure(call, found, f"{base}/{list_id}")
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await countersign_destruction(connection, list_id, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            answer: Response[str] = await shown(call, list_id, {}, refusal.problems)
            return answer
        return redirect(call.request, f"{base}/{list_id}")

    return [decide, countersign]


def _sure(call: PageCall, found: DestructionList, address: str) -> Response[str]:
    told = Consequences(
        title=f"会签销毁清册{found.list_id}",
        facts=[
            ("持有", found.holder_name),
            ("数量（张）", f"{found.count:,}"),
            ("登记人", found.signed_by_name),
            ("监销人", found.witnesses),
        ],
        told=("这些纸质票据从此是已销毁，不能更改。", "清册留存备查。"),
        address=f"{address}/countersign",
        button="会签",
        back=address,
    )
    return consequences_page(call.request, told, crumbs=[("销毁清册", address.rpartition("/")[0])])


def _history(found: DestructionList) -> list[HistoryLine]:
    lines = [HistoryLine(at=found.asked_at, what="申请销毁", who=found.asked_by_name, note=found.reason)]
    decided = "不予批准" if found.state is DestructionState.REFUSED else "批准销毁"
    for at, what, who, note in (
        (found.decided_at, decided, found.decided_by_name, found.decision),
        (found.signed_at, "登记销毁并签名", found.signed_by_name, f"监销人{found.witnesses}"),
        (found.countersigned_at, "会签", found.countersigned_by_name, ""),
    ):
        if at is not None:
            lines.append(HistoryLine(at=at, what=what, who=who, note=note))
    return lines


def _downloaded(found: DestructionList, call: PageCall) -> AuditEntry:
    return AuditEntry(
        acting=call.acting,
        action="paper_destruction:download",
        subject=f"paper_destruction:{found.list_id}",
        unit_id=found.holder.unit_id,
        region_code=found.holder.region_code,
        details={"quantity": str(found.count)},
    )


def _pdf(found: DestructionList, at: datetime) -> bytes:
    """The list as PDF, with room for signatures by hand; the same list gives the same bytes."""
    table = PaperTable(
        columns=(
            PaperColumn(heading="票据代码", share=2),
            PaperColumn(heading="起始号码", share=3),
            PaperColumn(heading="终止号码", share=3),
            PaperColumn(heading="数量（张）", share=2, align="right"),
        ),
        rows=tuple(
            (each.code, each.first_number, each.last_number, f"{each.count:,}") for each in found.ranges
        ),
        last=("合计", "", "", f"{found.count:,}"),
    )
    steps = tuple(
        f"{line.what}：{line.who}，{line.at:%Y年%-m月%-d日%H:%M}" + (f"，{line.note}" if line.note else "")
        for line in _history(found)
    )
    day = found.destroyed_on
    closing = (
        *steps,
        *((f"销毁日期：{day:%Y年%-m月%-d日}。地点和方式：{found.place}。",) if day else ()),
        "经办人（签字）：                    监销人（签字）：",
    )
    paper = Paper(
        title="纸质票据销毁清册",
        serial=f"编号{found.list_id}",
        address=found.holder_name,
        paragraphs=(f"状态：{found.state.label}。",),
        table=table,
        closing=closing,
        day=f"{at:%Y年%-m月%-d日}",
    )
    return write_paper(paper, SealPictures(unit=_blank(), supervisor=_blank()), (), at)


def _blank() -> bytes:
    """A picture of nothing: the list is signed by people and bears no seal."""
    made = BytesIO()
    Image.new("RGBA", (1, 1)).save(made, "PNG")
    return made.getvalue()


UNIT_HANDLERS = destruction_handlers(UNIT_HOME, UNIT_VIEW, UNIT_PAPER_DECIDE, None)
FINANCE_HANDLERS = destruction_handlers(FINANCE_HOME, FINANCE_VIEW, PAPER_MOVE, PAPER_MOVE)
