"""/finance/inspections/ask: which bills are wanted, said in plain Chinese or chosen in a form, as one address."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.catalog.model import UnitType
from mingpiao.evidence.model import CLAIM_LABELS, CLAIM_NAMES
from mingpiao.founding.service import city_names
from mingpiao.inspections.model import (
    DayKind,
    EvidenceWanted,
    InspectionQuery,
    PayerType,
    RegionLevel,
    SampleMethod,
    Stratum,
    UnderstoodRequest,
    WantedState,
)
from mingpiao.inspections.service import (
    MAX_NAME,
    PAY_MODES,
    Names,
    chips_of,
    forget_question,
    list_questions,
    pairs_of,
    query_of,
    query_problems,
    read_request,
    save_question,
    sentence_of,
    typed_of,
    typed_query,
    unit_names,
    vocabulary_for,
)
from mingpiao.kernel.clock import today
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.inspections.rights import INSPECTIONS_DECIDE
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect, require_right
from mingpiao.rules.model import Severity
from mingpiao.units.model import UnitMode
from mingpiao.writeoff.model import BillStanding

PLACE = "/finance/inspections/ask"
_GUARDS = [require_right(INSPECTIONS_DECIDE)]
_SAID = {"saved": "已保存，本部门的人都可以使用。", "forgotten": "已删除。"}
_EXAMPLES = (
    "查上季度学校开具的、金额超过5万元且当月冲红的捐赠票据，按单位随机抽10%",
    "近半年医院夜间开的门诊票据，1000元以上，每家抽20张",
    "今年以来社会团体开给企业的会费票据，没有佐证材料，货币单位抽样60张",
)
_PARAMETERS = frozenset({"name", "done", "csrf_token", "words"})


def options_of() -> dict[str, Any]:
    """What the form offers, by the query's member."""
    return {
        "levels": [(each.value, each.label) for each in RegionLevel],
        "unit_types": [(each.value, each.label) for each in UnitType],
        "unit_modes": [(each.value, each.label) for each in UnitMode],
        "states": [(each.value, each.label) for each in WantedState],
        "payer_type": [(each.value, each.label) for each in PayerType],
        "pay_modes": [(each, each) for each in PAY_MODES],
        "days": [(each.value, each.label) for each in DayKind],
        "weekdays": [(str(each), f"星期{'一二三四五六日'[each - 1]}") for each in range(1, 8)],
        "evidence": [(each.value, each.label) for each in EvidenceWanted],
        "evidence_claims": [(each, CLAIM_LABELS[each]) for each in CLAIM_NAMES],
        "severities": [(each.value, each.label) for each in (Severity.ASK, Severity.WARN)],
        "standings": [(each.value, each.label) for each in BillStanding],
        "method": [(each.value, each.label) for each in SampleMethod],
        "by": [(each.value, each.label) for each in Stratum],
    }


class Piece(msgspec.Struct, frozen=True):
    """A part of a request as it is shown: plain, or marked with the reason."""

    text: str
    mark: str = ""


def pieces_of(read: UnderstoodRequest) -> list[Piece]:
    """The whole request in pieces, of which those that have no part in the query are marked."""
    pieces: list[Piece] = []
    place = 0
    for each in read.marked:
        start = max(place, each.start)
        pieces.append(Piece(read.request[place:start]))
        pieces.append(Piece(read.request[start : each.end], each.reason.label))
        place = max(place, each.end)
    pieces.append(Piece(read.request[place:]))
    return [each for each in pieces if each.text]


def address_of(query: InspectionQuery, place: str = PLACE) -> str:
    """The address that shows a query."""
    pairs = pairs_of(query)
    return f"{place}?{urlencode(pairs)}" if pairs else place


def _without(query: InspectionQuery, member: str) -> InspectionQuery:
    usual = getattr(InspectionQuery(), member)
    return msgspec.structs.replace(query, **{member: usual})


async def rule_names(call: PageCall) -> dict[str, str]:
    """The rules in force by code, that a query may name."""
    rules = (await call.services.rules.get()).rules
    return {each.rule.code: each.rule.name for each in rules}


async def names_for(connection: AsyncConnection, call: PageCall, query: InspectionQuery) -> Names:
    """The names of what a query has codes of."""
    return Names(
        catalog=await call.services.catalog.get(),
        units=await unit_names(connection, query),
        rules=await rule_names(call),
    )


def own_region(call: PageCall) -> str:
    """The region of the department that somebody works for."""
    return call.session.account.region_code or ""


@get("/inspections/ask")
async def ask(call: NamedDependency[PageCall]) -> Response[str]:
    """The query of the address, and what it says; without one, where to write a request."""
    pairs = [
        (name, text) for name, text in call.request.query_params.multi_items() if name not in _PARAMETERS
    ]
    try:
        query = query_of(pairs)
    except Refusal as refusal:
        return await _page(call, InspectionQuery(), problems=refusal.problems)
    return await _page(call, query)


async def _page(
    call: PageCall,
    query: InspectionQuery,
    *,
    read: UnderstoodRequest | None = None,
    request: str = "",
    problems: Sequence[Problem] = (),
    typed: Mapping[str, list[str]] | None = None,
    name: str = "",
) -> Response[str]:
    asked = query != InspectionQuery()
    async with call.reads() as connection:
        names = await names_for(connection, call, query)
        kept = await list_questions(connection, own_region(call))
    found = query_problems(query, names.catalog, own_region(call), names.rules) if asked else []
    return page(
        call.request,
        "inspections/ask.html",
        title="新的检查",
        crumbs=(("监督检查", "/finance/inspections"),),
        status_code=problems[0].status if problems else 200,
        request_text=request,
        pieces=pieces_of(read) if read else [],
        marked=read.marked if read else (),
        asked=asked,
        chips=[(chip, address_of(_without(query, chip.member))) for chip in chips_of(query, names)],
        sentence=sentence_of(query, names),
        address=address_of(query),
        plan_address=address_of(query, "/finance/inspections/new"),
        pairs=pairs_of(query),
        unfit=found,
        kept=[(each, address_of(each.query)) for each in kept],
        typed=typed or typed_of(query, names),
        options=options_of(),
        open_form=bool(typed),
        problems=tuple(problems),
        may_decide=allowed(call.session.account.role, INSPECTIONS_DECIDE),
        examples=_EXAMPLES,
        name=name,
        max_name=MAX_NAME,
        said=_SAID.get(call.request.query_params.get("done", ""), ""),
    )


@post("/inspections/ask", guards=_GUARDS, status_code=200)
async def read(call: NamedDependency[PageCall]) -> Response[str]:
    """Read a request: it is posted, since it may name people by mistake, and addresses are kept in logs."""
    request = (await read_form(call.request)).get("request", "")
    catalog = await call.services.catalog.get()
    rules = await rule_names(call)
    try:
        async with call.reads() as connection:
            words = await vocabulary_for(
                connection, request, catalog, own_region(call), rules=rules, places=city_names()
            )
        found = read_request(request, today(), words)
    except Refusal as refusal:
        return await _page(call, InspectionQuery(), request=request, problems=refusal.problems)
    return await _page(call, found.query, read=found, request=request)


@get("/inspections/refine")
async def refine(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """The form with names instead of codes: leads to the address of its query, or shows what is wrong."""
    typed: dict[str, list[str]] = {}
    for name, text in call.request.query_params.multi_items():
        typed.setdefault(name, []).append(text[:2_000])
    catalog = await call.services.catalog.get()
    named = "\n".join(text for name in ("units", "not_units") for text in typed.get(name, []))
    rules = await rule_names(call)
    async with call.reads() as connection:
        words = await vocabulary_for(
            connection, named, catalog, own_region(call), rules=rules, places=city_names()
        )
    try:
        query = typed_query(typed, words)
    except Refusal as refusal:
        return await _page(call, InspectionQuery(), problems=refusal.problems, typed=typed)
    problems = query_problems(query, catalog, own_region(call), rules)
    if problems:
        return await _page(call, InspectionQuery(), problems=problems, typed=typed)
    return redirect(call.request, address_of(query))


async def posted_query(call: PageCall) -> InspectionQuery:
    """The query that a form carries on in hidden fields. Raises `Refusal` (`inspection.query_invalid`, 422)."""
    members = (await call.request.form()).multi_items()
    pairs = [(name.removeprefix("q."), text) for name, text in members if name.startswith("q.")]
    return query_of([(name, text) for name, text in pairs if isinstance(text, str)])


@post("/inspections/questions", guards=_GUARDS, status_code=200)
async def save(call: NamedDependency[PageCall]) -> Response[str] | Response[bytes]:
    """Keep the query under a name."""
    query = await posted_query(call)
    name = (await read_form(call.request)).get("name", "")
    catalog, rules = await call.services.catalog.get(), await rule_names(call)
    try:
        async with call.services.database.system() as connection:  # system: a verb writes
            await save_question(connection, name, query, catalog, rules=rules, acting=call.acting)
    except Refusal as refusal:
        return await _page(call, query, problems=refusal.problems, name=name)
    joined = "&" if pairs_of(query) else "?"
    return redirect(call.request, f"{address_of(query)}{joined}done=saved")


@post("/inspections/questions/{question_id:int}/forget", guards=_GUARDS, status_code=200)
async def forget(call: NamedDependency[PageCall], question_id: FromPath[int]) -> Response[bytes]:
    """Delete a query that the department kept."""
    async with call.services.database.system() as connection:  # system: a verb writes
        await forget_question(connection, question_id, acting=call.acting)
    return redirect(call.request, f"{PLACE}?done=forgotten")


HANDLERS = [ask, read, refine, save, forget]
