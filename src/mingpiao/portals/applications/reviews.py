"""/finance/reviews: applications that wait for a decision, and deciding several similar ones together."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from mingpiao.applications.model import (
    Decision,
)
from mingpiao.kernel.errors import Refusal, refuse
from mingpiao.portals.applications.lists import REVIEWS
from mingpiao.portals.applications.rights import REVIEW
from mingpiao.portals.lists import list_helpers, read_chosen, show_list, show_refused
from mingpiao.portals.rendering import page
from mingpiao.portals.session import PageCall, require_right
from mingpiao.units.service import names_of

REVIEW_GUARDS = [require_right(REVIEW)]
LIST = REVIEWS.address
_DECISIONS = [(decision.value, decision.label) for decision in Decision]


@get("/reviews")
async def review_list(call: NamedDependency[PageCall]) -> Response[str]:
    """Applications by state, deadline, unit, rule and assigned person; the earliest deadline comes first."""
    return await show_list(
        call.request, call.session, call.services, REVIEWS, decisions=_DECISIONS, reason=""
    )


@post("/reviews/batch", guards=REVIEW_GUARDS, status_code=200)
async def decide_batch(call: NamedDependency[PageCall]) -> Response[str]:
    """Decide the chosen applications with one reason, and list each result."""
    sent = await read_chosen(call.request, REVIEWS)
    reason = sent.members.get("reason", "")
    try:
        decision = _decision(sent.members.get("decision", ""))
        results = await call.services.reviews.decide_batch(sent.ids, decision, reason, acting=call.acting)
    except Refusal as refusal:
        return await show_refused(call, REVIEWS, sent, refusal.problems, decisions=_DECISIONS, reason=reason)
    async with call.reads() as connection:
        units = await names_of(connection, {each.application.unit_id for each in results if each.application})
    return page(
        call.request,
        "applications/reviews_done.html",
        title="批量办理结果",
        crumbs=[("人工复核", LIST)],
        decision=decision,
        results=results,
        done=sum(each.application is not None for each in results),
        unit_names=units,
        back=sent.list_address(REVIEWS),
    )


def _decision(text: str) -> Decision:
    try:
        return Decision(text)
    except ValueError as error:
        raise refuse("form.required", "请选择通过、退回更正或驳回。", field="decision", status=422) from error


HANDLERS = [review_list, *list_helpers(REVIEWS), decide_batch]
