"""/finance/inspections/new and /finance/inspections/{id}: the plan of an inspection, its sample, and its tasks."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.catalog.model import Catalog, UnitType
from mingpiao.inspections.model import (
    InspectedBill,
    Inspection,
    InspectionPlan,
    InspectionQuery,
    InspectionState,
    PaperVerdict,
    Stratum,
    StratumFigures,
)
from mingpiao.inspections.service import (
    MAX_WORDS,
    UnitStatement,
    all_bills,
    bills_of,
    cancel_inspection,
    estimate,
    findings_of,
    get_inspection,
    get_own,
    inspectors_of,
    pairs_of,
    people_for,
    plan_inspection,
    query_of,
    query_problems,
    redraw,
    sentence_of,
    start_inspection,
    statements_of,
    steps_of_inspection,
    strata_of,
    told_amount,
    told_share,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.codes import BillIdentity
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.details import HistoryLine
from mingpiao.portals.forms import fields_of_form, read_day, read_form, read_id, read_ids, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.inspections.asking import (
    address_of,
    names_for,
    own_region,
    posted_query,
    rule_names,
)
from mingpiao.portals.inspections.lists import INSPECTIONS, state_badge
from mingpiao.portals.inspections.rights import INSPECTIONS_DECIDE
from mingpiao.portals.list_columns import Column
from mingpiao.portals.lists import list_handlers
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.units.service import names_of

LIST = INSPECTIONS.address
CRUMBS = ((INSPECTIONS.title, LIST),)
GUARDS = [require_right(INSPECTIONS_DECIDE)]
_USUAL_DAYS = timedelta(days=30)
_USUAL_ANSWER = timedelta(days=10)
_SAID = {
    "ask": "已请单位说明，单位收到消息；说明后您会收到消息。",
    "conclude": "已办结，检查人员不能再通过该检查查看票据。",
    "start": "任务已分派，检查人员收到消息。",
    "cancel": "已取消，检查人员不能再通过该检查查看票据。",
    "same": "按种子重抽的结果与样本完全一致。",
    "other": "按种子重抽的结果与样本不同：抽样以后又有票据开具、冲红，或单位、规则记录有变化。样本以当时抽出的为准。",
}


@get("/inspections/new")
async def new_plan(call: NamedDependency[PageCall]) -> Response[str]:
    """What the query of the address finds, and the form of a plan."""
    return await _plan_page(call, query_of(call.request.query_params.multi_items()), {})


async def _plan_page(
    call: PageCall, query: InspectionQuery, typed: Mapping[str, str], problems: tuple[Problem, ...] = ()
) -> Response[str]:
    async with call.reads() as connection:
        names = await names_for(connection, call, query)
        unfit = query_problems(query, names.catalog, own_region(call), names.rules)
        found = None if unfit else await estimate(connection, query, names.catalog)
    return page(
        call.request,
        "inspections/plan.html",
        title="制定检查计划",
        crumbs=CRUMBS,
        status_code=problems[0].status if problems else 200,
        sentence=sentence_of(query, names),
        back=address_of(query),
        pairs=pairs_of(query),
        unfit=unfit,
        found=found,
        typed=typed,
        usual_due=(today() + _USUAL_DAYS).isoformat(),
        problems=problems,
        may_decide=allowed(call.session.account.role, INSPECTIONS_DECIDE),
    )


@post("/inspections", guards=GUARDS, status_code=200)
async def make_plan(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Begin the inspection; a worker draws its bills."""
    query, typed = await posted_query(call), await read_form(call.request)
    catalog, rules = await call.services.catalog.get(), await rule_names(call)
    try:
        plan = _plan(query, typed)
        async with call.services.database.system() as connection:  # system: a verb writes
            number = await plan_inspection(connection, plan, catalog, rules=rules, acting=call.acting)
    except Refusal as refusal:
        return await _plan_page(call, query, typed, refusal.problems)
    return redirect(call.request, f"{LIST}/{number}")


def _plan(query: InspectionQuery, typed: Mapping[str, str]) -> InspectionPlan:
    try:
        due_on = read_day(typed.get("due_on", ""))
    except ValueError as error:
        message = "请按“年-月-日”填写完成期限。"
        raise refuse("inspection.plan_invalid", message, field="due_on", status=422) from error
    minutes = read_id(typed.get("minutes_each", ""), 4)
    return InspectionPlan(name=typed.get("name", ""), query=query, due_on=due_on, minutes_each=minutes or 0)


@get("/inspections/{inspection_id:int}")
async def inspection_page(call: NamedDependency[PageCall], inspection_id: FromPath[int]) -> Response[str]:
    """An inspection: its plan, sample, tasks, and what can be done."""
    return await show(call, inspection_id)


async def show(
    call: PageCall,
    inspection_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
    verb: str = "",
) -> Response[str]:
    """The page of an inspection; `verb` is the form that was refused."""
    account = call.session.account
    asked = read_query(call.request)
    # system: inspectors of lower departments see it
    async with call.services.database.system() as connection:
        found = await get_inspection(connection, inspection_id, acting=call.acting)
        names = await names_for(connection, call, found.query)
        strata = await strata_of(connection, inspection_id)
        units = await names_of(connection, _units(found, strata))
        inspectors = await inspectors_of(connection, inspection_id)
        own = found.region_code == account.region_code and allowed(account.role, INSPECTIONS_DECIDE)
        people = await people_for(connection, found.region_code) if own else []
        mine = account.account_id if asked.get("whose") == "mine" else None
        bills = await bills_of(
            connection,
            inspection_id,
            inspector_id=mine,
            open_only=asked.get("left") == "open",
            after=asked.get("after", ""),
        )
        steps = await steps_of_inspection(connection, inspection_id)
        everything = await all_bills(connection, inspection_id)
        statements = await statements_of(connection, inspection_id)
        present = await names_of(connection, {each.unit_id for each in everything})
    return page(
        call.request,
        "inspections/inspection.html",
        title=f"监督检查：{found.name}",
        crumbs=CRUMBS,
        status_code=problems[0].status if problems else 200,
        inspection=found,
        badge=Column(name="state", label="状态", value=state_badge).cell(found),
        department=names.catalog.departments[found.region_code].name,
        sentence=sentence_of(found.query, names),
        again=address_of(found.query),
        strata=[(stratum_name(found, each.stratum, names.catalog, units), each) for each in strata],
        inspectors=inspectors,
        people=[(each, names.catalog.departments[each.region_code].name) for each in people],
        bills=[(each, BillIdentity.from_bill_id(each.bill_id)) for each in bills.items],
        kinds=names.catalog.kinds,
        next_key=bills.next_key,
        filters={"whose": asked.get("whose", ""), "left": asked.get("left", "")},
        lines=[
            HistoryLine(at=each.at, what=each.kind.label, who=each.actor_name, note=each.words)
            for each in steps
        ],
        own=own,
        findings=findings_of(found, strata, everything),
        told=(told_share, told_amount),
        statements=[(each, present.get(each.unit_id, "")) for each in statements],
        wrong_units=_wrong_units(everything, statements, present),
        reported=any(bill.verdict for bill in everything),
        usual_answer=(today() + _USUAL_ANSWER).isoformat(),
        max_words=MAX_WORDS,
        is_inspector=any(each.account_id == account.account_id for each in inspectors),
        said=_SAID.get(asked.get("done", ""), ""),
        typed=typed or {},
        verb=verb,
        problems=problems,
    )


def _wrong_units(
    bills: Sequence[InspectedBill], statements: Sequence[UnitStatement], names: Mapping[int, str]
) -> list[tuple[str, str]]:
    """The units with a bill that is wrong which were not asked yet, as options."""
    asked = {each.unit_id for each in statements}
    wrong = {each.unit_id for each in bills if each.verdict is PaperVerdict.WRONG} - asked
    return sorted(((str(each), names.get(each, "")) for each in wrong), key=lambda pair: pair[1])


def _units(found: Inspection, strata: list[StratumFigures]) -> set[int]:
    if found.query.sample.by is not Stratum.UNIT:
        return set()
    numbers = (read_id(each.stratum) for each in strata)
    return {each for each in numbers if each is not None}


def stratum_name(found: Inspection, key: str, catalog: Catalog, units: Mapping[int, str]) -> str:
    """What a stratum is called."""
    by = found.query.sample.by
    if by is Stratum.UNIT:
        return units.get(read_id(key) or 0, key)
    if by is Stratum.REGION:
        return catalog.regions[key].name if key in catalog.regions else key
    if by is Stratum.KIND:
        return catalog.kinds[key].name if key in catalog.kinds else key
    if by is Stratum.UNIT_TYPE:
        return UnitType(key).label
    return key or "全部"


@post("/inspections/{inspection_id:int}/start", guards=GUARDS, status_code=200)
async def start(
    call: NamedDependency[PageCall], inspection_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Divide the bills among those who are chosen."""
    members = await read_form(call.request)
    chosen = await read_ids(call.request, "inspectors")
    return await act(call, inspection_id, "start", members, chosen)


@post("/inspections/{inspection_id:int}/cancel", guards=GUARDS, status_code=200)
async def cancel(
    call: NamedDependency[PageCall], inspection_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Cancel the inspection, also while it is drawn."""
    return await act(call, inspection_id, "cancel", await read_form(call.request), [])


async def act(
    call: PageCall, inspection_id: int, verb: str, members: Mapping[str, str], chosen: list[int]
) -> Response[str] | Response[bytes]:
    """Do what a form asks; what is refused stands at its field."""
    revision = read_id(members.get("revision", ""), 9) or 0
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            if verb == "start":
                await start_inspection(
                    connection, inspection_id, chosen, revision=revision, acting=call.acting
                )
            else:
                await cancel_inspection(connection, inspection_id, revision=revision, acting=call.acting)
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        problems = fields_of_form(refusal, verb)
        return await show(call, inspection_id, problems=problems, typed=members, verb=verb)
    return redirect(call.request, f"{LIST}/{inspection_id}?done={verb}")


@post("/inspections/{inspection_id:int}/redraw", guards=GUARDS, status_code=200)
async def draw_again(
    call: NamedDependency[PageCall], inspection_id: FromPath[int]
) -> Response[str] | Response[bytes]:
    """Draw the sample again with its seed, and say whether it is the same."""
    async with call.services.database.system() as connection:  # system: the verb says who may see it
        found = await get_own(connection, inspection_id, acting=call.acting)
        if found.state in (InspectionState.DRAWING, InspectionState.FAILED):
            raise refuse("inspection.not_planned", "样本还没有抽出，请稍后再试。", status=409)
        kept = {each.bill_id for each in (await bills_of(connection, inspection_id, limit=100_000)).items}
    drawn = set(await redraw(call.services.database, call.services.catalog, found))
    return redirect(call.request, f"{LIST}/{inspection_id}?done={'same' if drawn == kept else 'other'}")


HANDLERS = [
    *list_handlers(INSPECTIONS),
    new_plan,
    make_plan,
    inspection_page,
    start,
    cancel,
    draw_again,
]
