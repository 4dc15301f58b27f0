"""How an application goes on by itself: its files were read, or a department approved it.

All of it happens while the application's row is locked.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store
from mingpiao.applications.model import Application, ApplicationState, Person, StepKind
from mingpiao.identity.model import Actor
from mingpiao.issuing.model import (
    Approval,
    Assessment,
    Bill,
    Issued,
    IssueRequest,
    NeedsConfirmation,
    Outcome,
    Refused,
)
from mingpiao.issuing.service import find_by_business_no
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.messages.service import tell_department, tell_unit
from mingpiao.rules.model import Hit
from mingpiao.units.service import get as get_unit

#: Who acts where nobody asked for it just now.
PLATFORM = Person(actor=Actor(label="system:applications"), name="平台")
#: An application that is to be decided has no decision yet.
UNDECIDED: Mapping[str, Any] = {
    "decided_by": None,
    "decided_by_name": "",
    "decided_at": None,
    "decision_reason": "",
}


class IssuingDesk(Protocol):
    """What applications need of issuing."""

    async def issue(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        *,
        acting: Actor,
        approvals: Mapping[str, Approval] = ...,
    ) -> list[Outcome]:
        """Issue bills, each by itself."""
        ...

    async def check(self, unit_id: int, request: IssueRequest) -> Assessment:
        """What would become of a request."""
        ...


async def go_on(connection: AsyncConnection, desk: IssuingDesk, application: Application) -> Application:
    """Issue the bill of an application whose files were read, or put down what stands in its way."""
    (outcome,) = await desk.issue(application.unit_id, (application.request,), acting=PLATFORM.actor)
    if isinstance(outcome, Issued):
        return await finish(connection, application, outcome.bill, PLATFORM)
    if isinstance(outcome, NeedsConfirmation):
        return await _ask(connection, application, outcome)
    if isinstance(outcome, Refused) and not _passing(outcome):
        return await _refuse(connection, application, outcome)
    return application


async def _ask(
    connection: AsyncConnection, application: Application, outcome: NeedsConfirmation
) -> Application:
    asked = await store.change(
        connection,
        application,
        StepKind.ASKED,
        PLATFORM,
        note=_sentences(outcome.hits),
        state=ApplicationState.NEEDS_CONFIRMATION,
        findings=outcome.hits,
        claims=outcome.claims,
        problems=(),
    )
    await tell_handler(connection, asked, "开票申请需要您核实", "材料已识别完毕，请核实后确认、更正或申诉。")
    return asked


async def _refuse(connection: AsyncConnection, application: Application, outcome: Refused) -> Application:
    # What a department returned stays with it: under a new application its word would be lost.
    returned = bool(application.held_rules)
    refused = await store.change(
        connection,
        application,
        StepKind.REFUSED,
        PLATFORM,
        note=_sentences(outcome.problems),
        state=ApplicationState.RETURNED if returned else ApplicationState.REFUSED,
        problems=outcome.problems,
        finished_at=None if returned else now(),
    )
    await tell_handler(connection, refused, "开票申请未通过检查", _sentences(outcome.problems), urgent=True)
    return refused


async def issue_approved(
    connection: AsyncConnection, desk: IssuingDesk, application: Application, due_at: datetime
) -> Application:
    """Issue the bill of an approved application, or put down what holds it up.

    What rules ask that nobody has decided about goes back to the department, which has until `due_at`.
    """
    approval = Approval(
        application_id=application.application_id,
        rules=application.rules,
        decided_by=application.decided_by_name,
    )
    (outcome,) = await desk.issue(
        application.unit_id,
        (application.request,),
        acting=PLATFORM.actor,
        approvals={application.business_no: approval},
    )
    if isinstance(outcome, Issued):
        issued = await finish(connection, application, outcome.bill, PLATFORM)
        await tell_handler(connection, issued, "人工复核通过，票据已开具", "")
        return issued
    if isinstance(outcome, NeedsConfirmation):
        return await _reopen(connection, application, outcome, due_at)
    if isinstance(outcome, Refused) and not _passing(outcome) and not _known(application, outcome):
        return await _hold_up(connection, application, outcome)
    return application


async def _hold_up(connection: AsyncConnection, application: Application, outcome: Refused) -> Application:
    held = await store.change(
        connection,
        application,
        StepKind.HELD_UP,
        PLATFORM,
        note=_sentences(outcome.problems),
        problems=outcome.problems,
    )
    await tell_handler(
        connection, held, "复核已通过，票据暂未开出", _sentences(outcome.problems), urgent=True
    )
    await tell_reviewers(connection, held, "复核通过的申请未能开具")
    return held


async def _reopen(
    connection: AsyncConnection, application: Application, outcome: NeedsConfirmation, due_at: datetime
) -> Application:
    known = {hit.rule for hit in outcome.hits}
    findings = (*(hit for hit in application.findings if hit.rule not in known), *outcome.hits)
    reopened = await store.change(
        connection,
        application,
        StepKind.REOPENED,
        PLATFORM,
        note=_sentences(outcome.hits),
        state=ApplicationState.IN_REVIEW,
        findings=findings,
        claims=outcome.claims or application.claims,
        problems=(),
        due_at=due_at,
        **UNDECIDED,
    )
    await tell_reviewers(connection, reopened, "复核通过的申请出现新的核实事项")
    return reopened


async def acknowledge(connection: AsyncConnection, application: Application) -> Application:
    """End an application whose bill stands already, for its business number was asked for by itself."""
    try:
        bill = await find_by_business_no(connection, application.unit_id, application.business_no)
    except Refusal:
        return application
    return await finish(connection, application, bill, PLATFORM)


async def finish(
    connection: AsyncConnection, application: Application, bill: Bill, person: Person
) -> Application:
    """Put down that an application's bill stands."""
    return await store.change(
        connection,
        application,
        StepKind.ISSUED,
        person,
        note=f"票据代码{bill.code}，号码{bill.number}",
        state=ApplicationState.ISSUED,
        bill_id=bill.bill_id,
        problems=(),
        finished_at=now(),
    )


async def tell_handler(
    connection: AsyncConnection, application: Application, title: str, body: str, *, urgent: bool = False
) -> None:
    """Send the unit a message about the present state of its application."""
    await tell_unit(
        connection,
        application.unit_id,
        f"application:{application.application_id}:{application.revision}",
        title,
        f"{_described(application)}{body}",
        link=f"/unit/applications/{application.application_id}",
        urgent=urgent,
    )


async def tell_reviewers(
    connection: AsyncConnection,
    application: Application,
    title: str,
    body: str = "",
    *,
    region_code: str = "",
) -> None:
    """Send the department that decides (or another) a message about the present state of an application."""
    region = region_code or application.reviewer_region
    if region is None:
        return
    unit = await get_unit(connection, application.unit_id)
    await tell_department(
        connection,
        region,
        f"review:{application.application_id}:{application.revision}:{region}",
        title,
        f"{unit.name}，{_described(application)}{body}",
        link=f"/finance/reviews/{application.application_id}",
    )


def _passing(outcome: Refused) -> bool:
    """Whether a refusal is the platform's own trouble, which passes, and not the request's."""
    return any(problem.status >= 500 for problem in outcome.problems)


def _known(application: Application, outcome: Refused) -> bool:
    """Whether the same already holds the application up; facts may differ from one time to the next."""
    told = [(problem.code, problem.message) for problem in application.problems]
    return told == [(problem.code, problem.message) for problem in outcome.problems]


def _sentences(told: Sequence[Problem | Hit]) -> str:
    return "；".join(each.message.rstrip("。") for each in told) + "。"


def _described(application: Application) -> str:
    return f"缴款人{application.payer_name}，金额{application.total:,.2f}元。"
