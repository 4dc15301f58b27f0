"""Pages of paper that departments and units have alike: parcels on their way, the way of a sheet, and steps."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.paper.model import PaperTrace, PaperWay
from mingpiao.paper.service import (
    StepFilter,
    answer_parcel,
    list_steps,
    party_name,
    told,
    trace_sheet,
    unit_ids,
)
from mingpiao.portals.forms import read_form, read_query
from mingpiao.portals.gates import FINANCE_VIEW, UNIT_EXPORT, UNIT_VIEW, Right, allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.list_columns import Column
from mingpiao.portals.list_filters import ChoiceFilter, Filter, Here, RegionFilter
from mingpiao.portals.list_model import ExportFile, Listing
from mingpiao.portals.paper.parts import StepView, own_parcels, step_views
from mingpiao.portals.paper.rights import PAPER_MOVE, UNIT_PAPER
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.storage.paging import Page
from mingpiao.units.service import names_of


def parcel_handlers(home: str, view: Right, answer: Right) -> list[HTTPRouteHandler]:
    """待签收 below a portal's pages of paper: the list, accepting, and declining."""
    address, route = f"{home}/parcels", f"/{home.split('/', 2)[2]}/parcels"

    async def shown(call: PageCall, refused: int = 0, problems: tuple[Problem, ...] = ()) -> Response[str]:
        return page(
            call.request,
            "paper/parcels.html",
            title="待签收的纸质票据",
            crumbs=[("纸质票据", home)],
            parcels=await own_parcels(call),
            may_answer=allowed(call.session.account.role, answer),
            address=address,
            refused=refused,
            problems=problems,
        )

    @get(route, guards=[require_right(view)])
    async def parcels_page(call: NamedDependency[PageCall]) -> Response[str]:
        return await shown(call)

    @post(f"{route}/{{step_id:int}}/accept", guards=[require_right(answer)], status_code=200)
    async def accept(
        call: NamedDependency[PageCall], step_id: FromPath[int]
    ) -> Response[str] | Response[bytes]:
        return await answered(call, step_id, accept=True)

    @post(f"{route}/{{step_id:int}}/decline", guards=[require_right(answer)], status_code=200)
    async def decline(
        call: NamedDependency[PageCall], step_id: FromPath[int]
    ) -> Response[str] | Response[bytes]:
        return await answered(call, step_id, accept=False)

    async def answered(call: PageCall, step_id: int, *, accept: bool) -> Response[str] | Response[bytes]:
        note = (await read_form(call.request)).get("note", "")
        try:
            async with call.services.database.system() as connection:  # system: a verb writes
                await answer_parcel(connection, step_id, accept=accept, note=note, acting=call.acting)
        except Refusal as refusal:
            if refusal.status in (403, 404):
                raise
            return await shown(call, step_id, refusal.problems)
        return redirect(call.request, home if accept else address)

    return [parcels_page, accept, decline]


def trace_handlers(home: str, view: Right) -> list[HTTPRouteHandler]:
    """The way of one sheet, below a portal's pages of paper."""
    address, route = f"{home}/trace", f"/{home.split('/', 2)[2]}/trace"

    @get(route, guards=[require_right(view)])
    async def trace_page(call: NamedDependency[PageCall]) -> Response[str]:
        typed = read_query(call.request)
        code, number = typed.get("code", ""), typed.get("number", "")
        catalog = await call.services.catalog.get()
        trace: PaperTrace | None = None
        steps: list[StepView] = []
        holder = kind = ""
        problems: tuple[Problem, ...] = ()
        try:
            if code or number:
                async with call.reads() as connection:
                    trace = await trace_sheet(connection, code, number)
                    units = await names_of(connection, unit_ids(trace.steps))
                steps = step_views(trace.steps, catalog, units)
                departments = {each: one.name for each, one in catalog.departments.items()}
                holder = party_name(trace.holder, departments, units)
                kind = kind_name(catalog, trace.batch.kind_code)
        except Refusal as refusal:
            problems = refusal.problems
        return page(
            call.request,
            "paper/trace.html",
            title="纸质票据追踪",
            crumbs=[("纸质票据", home)],
            address=address,
            code=code,
            number=number,
            trace=trace,
            steps=steps,
            holder=holder,
            kind=kind,
            problems=problems,
        )

    return [trace_page]


async def _steps(here: Here, wanted: Mapping[str, Any], key: str, limit: int) -> Page[StepView]:
    asked = StepFilter(region=wanted.get("region", ""), unit_id=here.account.unit_id, way=wanted["way"])
    found = await list_steps(here.connection, asked, after=key, limit=limit)
    units = await names_of(here.connection, unit_ids(found.items))
    return Page(items=tuple(step_views(found.items, here.catalog, units)), next_key=found.next_key)


def _answer(view: StepView) -> str:
    return {True: "已答复", False: "待签收", None: ""}[view.step.answered]


def _listing(name: str, home: str, filters: tuple[Filter, ...], export: ExportFile) -> Listing[StepView]:
    ways = tuple((each.value, each.label) for each in PaperWay)
    return Listing(
        name=name,
        address=f"{home}/steps",
        title="纸质票据流转记录",
        crumbs=(("纸质票据", home),),
        filters=(ChoiceFilter(name="way", label="办理", options=ways), *filters),
        columns=(
            Column(name="at", label="时间", kind="moment", head=True, value=lambda row: row.step.made_at),
            Column(name="way", label="办理", kind="short", value=lambda row: row.step.way.label),
            Column(name="quantity", label="数量（张）", kind="count", value=lambda row: row.step.count),
            Column(name="giver", label="来自", kind="wide", value=lambda row: row.giver),
            Column(name="taker", label="交给", kind="wide", value=lambda row: row.taker),
            Column(name="sheets", label="号段", kind="long", value=lambda row: told(row.step.ranges)),
            Column(name="answer", label="签收", kind="short", value=_answer),
            Column(name="by", label="经办人", phone=False, value=lambda row: row.step.made_by_name),
            Column(name="note", label="说明", kind="long", phone=False, value=lambda row: row.step.note),
        ),
        fetch=_steps,
        empty=("没有符合条件的记录", "纸质票据每次入库、发放、签收和使用都记在这里。"),
        export=export,
    )


FINANCE_HOME, UNIT_HOME = "/finance/paper", "/unit/paper"
FINANCE_STEPS = _listing(
    "finance_paper_steps",
    FINANCE_HOME,
    (RegionFilter(own=False),),
    ExportFile(action="paper_step:export", file="paper-steps", right=FINANCE_VIEW),
)
UNIT_STEPS = _listing(
    "unit_paper_steps",
    UNIT_HOME,
    (),
    ExportFile(action="unit_paper_step:export", file="paper-steps", right=UNIT_EXPORT),
)
FINANCE_COMMON = [
    *parcel_handlers(FINANCE_HOME, FINANCE_VIEW, PAPER_MOVE),
    *trace_handlers(FINANCE_HOME, FINANCE_VIEW),
]
UNIT_COMMON = [*parcel_handlers(UNIT_HOME, UNIT_VIEW, UNIT_PAPER), *trace_handlers(UNIT_HOME, UNIT_VIEW)]
