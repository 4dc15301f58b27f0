"""/finance/reviews: what waits for a decision, and deciding alike cases together."""

from collections.abc import Mapping
from urllib.parse import urlencode

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.applications.model import (
    ApplicationState,
    Decision,
    ReviewFilter,
)
from mingpiao.applications.service import list_reviews, rules_waiting
from mingpiao.catalog.model import Catalog
from mingpiao.composition import Services
from mingpiao.identity.model import Acting, Session
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.portals.applications.rights import REVIEW
from mingpiao.portals.bills.filters import clean_text
from mingpiao.portals.forms import clean, read_query
from mingpiao.portals.gates import allowed
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageRequest, require_right, scoped_reads
from mingpiao.portals.units.finance import kind_name
from mingpiao.units.service import names_of

LIST = "/finance/reviews"
REVIEW_GUARDS = [require_right(REVIEW)]
_NAMES = ("state", "due", "unit", "rule", "whose")
_STATES = (
    ("open", "待办（待复核、待开具）"),
    *(
        (state.value, state.label)
        for state in (
            ApplicationState.IN_REVIEW,
            ApplicationState.APPROVED,
            ApplicationState.RETURNED,
            ApplicationState.ISSUED,
            ApplicationState.REJECTED,
            ApplicationState.WITHDRAWN,
        )
    ),
    ("all", "全部"),
)
_DUE = (("soon", "一个工作日内到期"), ("overdue", "已逾期"))
_WHOSE = (("own", "本部门办理"), ("mine", "由我办理"), ("all", "本级及下级全部"))


@get("/reviews")
async def review_list(
    request: PageRequest, session: NamedDependency[Session], services: NamedDependency[Services]
) -> Response[str]:
    """Applications by state, deadline, unit, rule and whose task they are; what is due first comes first."""
    return await _list_page(request, session, services, read_query(request))


async def _list_page(
    request: PageRequest,
    session: Session,
    services: Services,
    given: Mapping[str, str],
    *,
    problems: tuple[Problem, ...] = (),
    chosen: frozenset[int] = frozenset(),
    reason: str = "",
) -> Response[str]:
    catalog = await services.catalog.get()
    values = _values(session, given)
    after = given.get("after", "")
    async with scoped_reads(services, session.account) as connection:
        found = await list_reviews(connection, _wanted(session, values), after=after)
        units = await names_of(connection, {each.unit_id for each in found.applications})
        rules = await rules_waiting(connection)
    may_review = allowed(session.account.role, REVIEW)
    return page(
        request,
        "applications/reviews.html",
        status=problems[0].status if problems else 200,
        title="人工复核",
        problems=problems,
        values=values,
        applications=found.applications,
        unit_names=units,
        kind_name=lambda code: kind_name(catalog, code),
        department_name=lambda code: department_name(catalog, code),
        states=_STATES,
        dues=_DUE,
        whose=_WHOSE if session.account.region_code else (),
        rules=rules,
        batch=may_review
        and any(
            each.state is ApplicationState.IN_REVIEW and each.reviewer_region == session.account.region_code
            for each in found.applications
        ),
        own_region=session.account.region_code,
        me=session.account.account_id,
        decisions=[(decision.value, decision.label) for decision in Decision],
        chosen=chosen,
        reason=reason,
        here=_address(values),
        next_address=_address(values | {"after": found.next_key}) if found.next_key else "",
        first_address=_address(values) if after else "",
    )


def department_name(catalog: Catalog, region_code: str | None) -> str:
    """The name of a region's department, or its code where there is none."""
    department = catalog.departments.get(region_code or "")
    return department.name if department else (region_code or "")


def _values(session: Session, given: Mapping[str, str]) -> dict[str, str]:
    values = {name: clean_text(given.get(name, "")) for name in _NAMES}
    usual = "own" if session.account.region_code else "all"
    for name, options, default in (("state", _STATES, "open"), ("due", _DUE, ""), ("whose", _WHOSE, usual)):
        if values[name] not in {option for option, _ in options}:
            values[name] = default
    return values


def _wanted(session: Session, values: Mapping[str, str]) -> ReviewFilter:
    account = session.account
    return ReviewFilter(
        state="" if values["state"] == "all" else values["state"],
        due=values["due"],
        rule=values["rule"],
        unit_words=values["unit"],
        reviewer_region=(account.region_code or "") if values["whose"] == "own" else "",
        reviewer_id=account.account_id if values["whose"] == "mine" else None,
    )


def _address(values: Mapping[str, str]) -> str:
    given = {name: value for name, value in values.items() if value}
    return f"{LIST}?{urlencode(given)}" if given else LIST


@post("/reviews/batch", guards=REVIEW_GUARDS, status_code=200)
async def decide_batch(
    request: PageRequest,
    session: NamedDependency[Session],
    services: NamedDependency[Services],
    acting: NamedDependency[Acting],
) -> Response[str]:
    """Decide the chosen applications with one reason, and list what became of each."""
    form = await request.form()
    members = {name: clean(value) for name, value in form.multi_items() if isinstance(value, str)}
    numbers = [clean(value) for value in form.getall("chosen", []) if isinstance(value, str)]
    chosen = [int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) <= 18]
    try:
        decision = _decision(members.get("decision", ""))
        results = await services.reviews.decide_batch(
            chosen, decision, members.get("reason", ""), acting=acting
        )
    except Refusal as refusal:
        return await _list_page(
            request,
            session,
            services,
            _filter_of(members),
            problems=refusal.problems,
            chosen=frozenset(chosen),
            reason=members.get("reason", ""),
        )
    async with scoped_reads(services, session.account) as connection:
        units = await names_of(connection, {each.application.unit_id for each in results if each.application})
    return page(
        request,
        "applications/reviews_done.html",
        title="批量办理结果",
        crumbs=[("人工复核", LIST)],
        decision=decision,
        results=results,
        done=sum(each.application is not None for each in results),
        unit_names=units,
        back=_address(_values(session, _filter_of(members))),
    )


def _filter_of(members: Mapping[str, str]) -> dict[str, str]:
    """The list's filter as the batch's form carries it along."""
    return {name: members.get(f"filter-{name}", "") for name in _NAMES}


def _decision(text: str) -> Decision:
    try:
        return Decision(text)
    except ValueError as error:
        raise refuse("form.required", "请选择通过、退回更正或驳回。", field="decision", status=422) from error


HANDLERS = [review_list, decide_batch]
