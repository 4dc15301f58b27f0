"""/finance/reviews/{id}: one application with all that helps to decide on it, and the decision."""

from collections.abc import Awaitable, Mapping
from typing import Protocol

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from mingpiao.applications.model import Application, ApplicationState, ReviewFilter
from mingpiao.applications.service import Reviews, alike_count, department_above, list_reviews
from mingpiao.catalog.model import Catalog
from mingpiao.identity.model import Acting, Session
from mingpiao.identity.service import officers_of
from mingpiao.kernel.codes import region_covers
from mingpiao.kernel.errors import Problem, Refusal, refuse
from mingpiao.kernel.grammar import read_whole
from mingpiao.portals.applications.lists import department_name
from mingpiao.portals.applications.parts import load_parts
from mingpiao.portals.applications.review_history import load_past
from mingpiao.portals.applications.reviews import LIST, REVIEW_GUARDS
from mingpiao.portals.applications.rights import REVIEW
from mingpiao.portals.details import PageAction
from mingpiao.portals.forms import read_form
from mingpiao.portals.gates import allowed
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, redirect
from mingpiao.rules.service import joined_reason


class _Verb(Protocol):
    """A possible decision on an application; the text is the content of its field."""

    def __call__(
        self, reviews: Reviews, application_id: int, text: str, /, *, acting: Acting
    ) -> Awaitable[Application]: ...


class _Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader may do with an application. `above` is the name of the department above."""

    decide: bool = False
    end: bool = False
    retry: bool = False
    take_over: bool = False
    above: str = ""


@get("/reviews/{application_id:int}")
async def review_page(call: NamedDependency[PageCall], application_id: FromPath[int]) -> Response[str]:
    """The requested bill, findings, files, the unit's reason and past, and the possible decisions."""
    return await _review_page(call, application_id)


async def _review_page(
    call: PageCall,
    application_id: int,
    *,
    problems: tuple[Problem, ...] = (),
    typed: Mapping[str, str] | None = None,
) -> Response[str]:
    catalog = await call.services.catalog.get()
    async with call.reads() as connection:
        parts = await load_parts(connection, application_id, catalog)
        alike = await alike_count(connection, parts.application)
    application = parts.application
    choices = _choices(call.session, application, catalog)
    ruleset = await call.services.rules.get()
    usual = dict.fromkeys(each for rule in sorted(application.rules) for each in ruleset.usual_reasons(rule))
    officers = []
    if choices.decide and call.session.account.region_code is not None:
        async with call.services.database.system() as connection:  # system: no scope reads accounts
            officers = await officers_of(connection, call.session.account.region_code)
    return page(
        call.request,
        "applications/review.html",
        title=f"复核申请 {application_id}",
        crumbs=[("人工复核", LIST)],
        application=application,
        parts=parts,
        region=catalog.region_path(application.region_code),
        past=await load_past(call.services, call.session.account, application.unit_id, but=application_id),
        choices=choices,
        retry=PageAction(label="立即重试开具", address=f"{LIST}/{application_id}/retry", style="primary"),
        officers=[(str(each.account_id), f"{each.display_name}（{each.role.label}）") for each in officers],
        assignee=next(
            (each.display_name for each in officers if each.account_id == application.reviewer_id), ""
        ),
        usual=tuple(usual),
        alike=alike,
        alike_rule=min(application.rules, default=""),
        changes=parts.changes,
        onward=(typed or {}).get("next") or call.request.query_params.get("next"),
        typed=typed or {},
        problems=problems,
    )


def _choices(session: Session, application: Application, catalog: Catalog) -> _Choices:
    region = session.account.region_code
    if region is None or not allowed(session.account.role, REVIEW):
        return _Choices()
    waiting = application.state is ApplicationState.IN_REVIEW
    own = application.reviewer_region == region
    above = department_above(catalog, region)
    lower = application.reviewer_region or region
    return _Choices(
        decide=waiting and own,
        end=own and (waiting or application.held_up),
        retry=own and application.held_up,
        take_over=waiting and not own and region_covers(region, lower),
        above=department_name(catalog, above) if above else "",
    )


# -- the decisions -------------------------------------------------------------------------------


async def _assign(reviews: Reviews, number: int, officer: str, *, acting: Acting) -> Application:
    account_id = read_whole(officer)
    if account_id is None:
        raise refuse("application.officer_unknown", "请选择复核人员。", field="officer", status=422)
    return await reviews.assign(number, account_id, acting=acting)


async def _retry(reviews: Reviews, number: int, _typed: str, *, acting: Acting) -> Application:
    return await reviews.retry(number, acting=acting)


#: By the last part of the address: the verb, and the field that holds its text.
_VERBS: dict[str, tuple[_Verb, str]] = {
    "approve": (Reviews.approve, "opinion"),
    "return": (Reviews.return_for_correction, "opinion"),
    "reject": (Reviews.reject, "opinion"),
    "assign": (_assign, "officer"),
    "pass-up": (Reviews.pass_up, "passing"),
    "take-over": (Reviews.take_over, "taking"),
    "retry": (_retry, ""),
}


@post("/reviews/{application_id:int}/{verb:str}", guards=REVIEW_GUARDS, status_code=200)
async def act(
    call: NamedDependency[PageCall], application_id: FromPath[int], verb: FromPath[str]
) -> Response[str] | Response[bytes]:
    """Approve, return, reject, assign, pass up, take over or try again; then show the new state."""
    if verb not in _VERBS:
        raise refuse("page.unknown", "没有这种办理方式，请返回复核页面。", status=404)
    do, field = _VERBS[verb]
    members = await read_form(call.request)
    try:
        await do(call.services.reviews, application_id, _text_of(members, verb, field), acting=call.acting)
    except Refusal as refusal:
        if any(problem.status in (403, 404) for problem in refusal.problems):
            raise
        problems = tuple(
            msgspec.structs.replace(each, field=field) if each.field == "reason" else each
            for each in refusal.problems
        )
        return await _review_page(call, application_id, problems=problems, typed=members)
    onward = await _next_of(call, application_id) if field == "opinion" and members.get("next") else None
    if onward is None:
        return redirect(call.request, f"{LIST}/{application_id}")
    return redirect(call.request, f"{LIST}/{onward}?next=1" if onward else LIST)


def _text_of(members: Mapping[str, str], verb: str, field: str) -> str:
    """What was typed; an approval may choose a usual reason of the rules instead, or beside it."""
    typed = members.get(field, "")
    return joined_reason(members.get("usual-opinion", ""), typed) if verb == "approve" else typed


async def _next_of(call: PageCall, application_id: int) -> int:
    """The application that the reader's department decides next, by deadline; 0 when none is left."""
    wanted = ReviewFilter(
        state=ApplicationState.IN_REVIEW.value, reviewer_region=call.session.account.region_code or ""
    )
    async with call.reads() as connection:
        found = await list_reviews(connection, wanted, limit=2)
    return next((each.application_id for each in found.items if each.application_id != application_id), 0)


HANDLERS = [review_page, act]
