"""/finance/analysis/{id} and /finance/relations/{id}: a finding and what is made of it, and a tie as a graph."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.analysis.model import Evidence, FindingState, MonthFinding
from mingpiao.analysis.service import (
    BY_CODE,
    MAX_WORDS,
    MEASURES,
    PATTERNS,
    bills_of_finding,
    decide_finding,
    find_breach,
    get_finding,
    get_tie,
    months_analysed,
    precision_of_patterns,
    steps_of_finding,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity, region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.analysis.drawing import HEIGHT, MOST_NODES, WIDTH, draw_graph, draw_line
from mingpiao.portals.analysis.lists import FINDINGS, STATE_COLOURS, TIES, month_words
from mingpiao.portals.analysis.rights import ANALYSIS_DECIDE
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import read_amount, read_form, read_ids
from mingpiao.portals.gates import allowed
from mingpiao.portals.kinds.naming import kind_name
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of
from mingpiao.watches.model import WatchSource
from mingpiao.watches.service import watches_of_source
from mingpiao.writeoff.model import Breach
from mingpiao.writeoff.service import BREACH_TYPES

_GUARDS = [require_right(ANALYSIS_DECIDE)]
_CRUMBS = [(FINDINGS.title, FINDINGS.address)]
_SAID = {
    "confirm": "已认定属实，计入该类型的准确率。",
    "explain": "已办结为“已说明”。",
    "dismiss": "已办结为“误报”，计入该类型的准确率。",
    "breach": "已认定违规，单位收到消息；接着请发出整改通知。",
}
_STATES = {
    "confirm": FindingState.CONFIRMED,
    "explain": FindingState.EXPLAINED,
    "dismiss": FindingState.FALSE,
}
_PRECISION_DAYS = timedelta(days=365)


@get("/analysis/precision")
async def precision_page(call: NamedDependency[PageCall]) -> Response[str]:
    """How often each pattern was right, and when months were analysed."""
    async with call.reads() as connection:
        found = await precision_of_patterns(connection, (today() - _PRECISION_DAYS).replace(day=1))
        months = await months_analysed(connection)
    return page(
        call.request,
        "analysis/precision.html",
        title="准确率",
        crumbs=_CRUMBS,
        rows=[(each, found.get(each.code)) for each in (*PATTERNS, BY_CODE["rare"])],
        months=[(month_words(each.month), each) for each in months],
    )


@get("/analysis/{finding_id:int}")
async def finding_page(call: NamedDependency[PageCall], finding_id: FromPath[int]) -> Response[str]:
    """A finding: its numbers and drawing, its bills, and what was and can be decided."""
    return await _page(call, finding_id)


async def _page(
    call: PageCall,
    finding_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        finding = await get_finding(connection, finding_id)
        bills = await bills_of_finding(connection, finding)
        steps = await steps_of_finding(connection, finding_id)
        watches = await watches_of_source(connection, WatchSource.ANALYSIS, finding_id)
        unit = (await names_of(connection, {finding.unit_id})).get(finding.unit_id, "")
    account = call.session.account
    own = allowed(account.role, ANALYSIS_DECIDE) and region_covers(
        account.region_code or "", finding.region_code
    )
    measure = MEASURES[finding.drawing.measure]
    line = draw_line(finding.drawing)
    return page(
        call.request,
        "analysis/finding.html",
        title=f"智能分析：{finding.label}",
        crumbs=_CRUMBS,
        finding=finding,
        unit=unit,
        kind=kind_name(catalog, finding.kind_code),
        month=month_words(finding.month),
        state_colour=STATE_COLOURS[finding.state],
        measure=measure,
        line=line,
        top=measure.told(line.top),
        size=(WIDTH, HEIGHT),
        series=_series(finding),
        evidence=[_told(each) for each in finding.evidence],
        bills=[
            (each, BillIdentity.from_bill_id(each.bill_id), kind_name(catalog, each.kind_code))
            for each in bills
        ],
        steps=[
            HistoryLine(at=finding.found_at, what="分析发现", note=""),
            *(
                HistoryLine(at=each.at, what=each.state.label, who=each.actor_name, note=each.words)
                for each in steps
            ),
        ],
        watches=watches,
        may_decide=own and finding.state is FindingState.NEW,
        may_watch=own,
        violations=list(BREACH_TYPES.items()),
        max_words=MAX_WORDS,
        typed=typed or {},
        verb=verb,
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
        problems=problems,
    )


def _told(each: Evidence) -> tuple[str, str, str, str]:
    measure = MEASURES[each.measure]
    return (
        measure.label,
        measure.told(each.value),
        "不足六个月" if each.usual is None else measure.told(each.usual),
        "同类单位不足或无差别" if each.peers is None else measure.told(each.peers),
    )


def _series(finding: MonthFinding) -> list[tuple[str, str, str, str]]:
    """The drawing as a table, without months of which nothing is known."""
    drawing, measure = finding.drawing, MEASURES[finding.drawing.measure]

    def told(value: float | None) -> str:
        return "—" if value is None else measure.told(value)

    def band(place: int) -> str:
        low, high = drawing.low[place], drawing.high[place]
        return "—" if low is None or high is None else f"{measure.told(low)} 至 {measure.told(high)}"

    return [
        (month_words(month), told(drawing.own[place]), told(drawing.middle[place]), band(place))
        for place, month in enumerate(drawing.months)
        if drawing.own[place] is not None or drawing.middle[place] is not None
    ]


@post("/analysis/{finding_id:int}/{verb:str}", guards=_GUARDS, status_code=200)
async def act_on_finding(
    call: NamedDependency[PageCall], finding_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """`confirm`, `explain`, `dismiss` or `breach`; of two people at once the second sees what the first one did."""
    if verb not in _SAID:
        raise refuse("http.404", "没有这种办理方式，请返回智能分析。", status=404)
    members = await read_form(call.request)
    chosen = await read_ids(call.request, "chosen")
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await _act(connection, call, finding_id, verb, members, chosen)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        problems = tuple(_at_field(each, verb) for each in refusal.problems)
        return await _page(call, finding_id, problems=problems, typed=members, verb=verb)
    return redirect(call.request, f"{FINDINGS.address}/{finding_id}?done={verb}")


def _at_field(problem: Problem, verb: str) -> Problem:
    """The words of each decision have a field of their own."""
    if problem.field != "words":
        return problem
    return msgspec.structs.replace(problem, field=f"{verb}_words")


async def _act(
    connection: AsyncConnection,
    call: PageCall,
    finding_id: int,
    verb: str,
    members: Mapping[str, str],
    chosen: list[int],
) -> None:
    # What the page showed; 0, which no finding has, for anything else.
    revision = read_whole(members.get("revision", ""), digits=9) or 0
    if verb == "breach":
        breach = Breach(
            type=members.get("breach_type", ""),
            basis=members.get("breach_basis", ""),
            amount=_amount(members.get("breach_amount", "")),
            reason=members.get("facts", ""),
        )
        await find_breach(connection, finding_id, chosen, breach, revision=revision, acting=call.acting)
    else:
        words = members.get(f"{verb}_words", "")
        await decide_finding(
            connection, finding_id, _STATES[verb], words, revision=revision, acting=call.acting
        )


def _amount(typed: str) -> Decimal:
    """The amount of each bill; 0, for its total, where nothing is typed, and one that no breach may have if wrong."""
    try:
        return read_amount(typed) if typed else Decimal(0)
    except ValueError:
        return Decimal(-1)


@get("/relations/{tie_id:int}")
async def tie_page(call: NamedDependency[PageCall], tie_id: FromPath[int]) -> Response[str]:
    """A tie as a graph, and as a table that says the same."""
    async with call.reads() as connection:
        tie = await get_tie(connection, tie_id)
        names = await names_of(connection, {each.unit_id for each in tie.edges})
    label = tie.label or next(iter(names.values()), "")
    return page(
        call.request,
        "analysis/tie.html",
        title=f"关联分析：{label}",
        crumbs=[(TIES.title, TIES.address)],
        tie=tie,
        label=label,
        month=month_words(tie.month),
        graph=draw_graph(tie.edges, names),
        most=MOST_NODES,
        rows=[(each, names.get(each.unit_id, "")) for each in tie.edges],
    )


HANDLERS = [precision_page, finding_page, act_on_finding, tie_page]
