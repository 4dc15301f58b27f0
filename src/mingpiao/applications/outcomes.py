"""How each answer of the issuing desk changes an application; each change is one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications.attempts import find_bill, finish
from mingpiao.applications.machine import PLATFORM, ApplicationEvent, Doer, carry_out
from mingpiao.applications.model import (
    PASSED_STATES,
    Application,
    ApplicationState,
    Pending,
    StepKind,
    Submitted,
)
from mingpiao.applications.notices import to_department, to_unit
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import (
    Approval,
    Assessment,
    AwaitsEvidence,
    Issued,
    IssueRequest,
    NeedsChecking,
    NeedsConfirmation,
    Outcome,
    Proviso,
    Refused,
    SecondPerson,
    Sender,
)
from mingpiao.kernel.errors import Problem
from mingpiao.rules.model import Hit


class IssuingDesk(Protocol):
    """What applications need of issuing."""

    async def issue(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        *,
        acting: Acting,
        approvals: Mapping[str, Approval] = ...,
        provisos: Mapping[str, Proviso] = ...,
        agreed: Mapping[str, SecondPerson] = ...,
        senders: Mapping[str, Sender] = ...,
    ) -> list[Outcome]:
        """Issue bills; each succeeds or fails on its own."""
        ...

    async def check(self, unit_id: int, request: IssueRequest) -> Assessment:
        """What the answer to a request would be, without issuing a bill."""
        ...


async def record_outcome(
    connection: AsyncConnection, application: Application, outcome: Outcome, due_at: datetime
) -> Application:
    """Record the outcome of an attempt that the platform made, after evidence was read or everybody agreed.

    If rules ask about an approved application something that nobody has decided, the department has until
    `due_at` to decide it. Nothing changes while evidence is unread, or after a failure of the platform itself.
    """
    if isinstance(outcome, Issued):
        title = _ISSUED_TITLES.get(application.state)
        notices = [to_unit(title)] if title else []
        return await finish(connection, application, outcome.bill, PLATFORM, *notices)
    if isinstance(outcome, NeedsChecking):
        return await _to_checker(connection, application, outcome)
    if isinstance(outcome, NeedsConfirmation):
        if application.department_approved:
            return await _reopen(connection, application, outcome, due_at)
        return await _question(connection, application, outcome)
    if _is_reversed(outcome) and (bill := await find_bill(connection, application)) is not None:
        # Issued by an attempt that could not record it, and reversed since.
        return await finish(connection, application, bill, PLATFORM)
    if isinstance(outcome, Refused) and not _passing(outcome):
        refuse = _hold_up if application.state in PASSED_STATES else _refuse
        return await refuse(connection, application, outcome)
    return application


_ISSUED_TITLES = {
    ApplicationState.APPROVED: "人工复核通过，票据已开具",
    ApplicationState.AGREED: "复核人已同意，票据已开具",
}


async def _to_checker(
    connection: AsyncConnection, application: Application, outcome: NeedsChecking
) -> Application:
    return await carry_out(
        connection,
        application,
        ApplicationEvent.TO_CHECKER,
        PLATFORM,
        findings=_with_earlier(application, outcome.findings),
        claims=outcome.claims or application.claims,
        problems=(),
    )


def _with_earlier(application: Application, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits, with those that a department decided about and that are not among them."""
    known = {hit.rule for hit in hits}
    return (*(hit for hit in application.findings if hit.rule not in known), *hits)


async def _question(
    connection: AsyncConnection, application: Application, outcome: NeedsConfirmation
) -> Application:
    return await carry_out(
        connection,
        application,
        ApplicationEvent.QUESTIONED,
        PLATFORM,
        note=_sentences(outcome.hits),
        notices=[to_unit("开票申请需要您核实", "请核实后确认、更正或申诉。")],
        findings=outcome.hits,
        claims=outcome.claims,
        problems=(),
    )


async def _refuse(connection: AsyncConnection, application: Application, outcome: Refused) -> Application:
    # An application that a department returned stays open: a new one would lose the department's decision.
    event = ApplicationEvent.GIVEN_BACK if application.held_rules else ApplicationEvent.REFUSED
    reasons = _sentences(outcome.problems)
    return await carry_out(
        connection,
        application,
        event,
        PLATFORM,
        note=reasons,
        notices=[to_unit("开票申请未通过检查", reasons, urgent=True)],
        problems=outcome.problems,
    )


async def _hold_up(connection: AsyncConnection, application: Application, outcome: Refused) -> Application:
    if _known(application, outcome):
        return application
    reasons = _sentences(outcome.problems)
    return await carry_out(
        connection,
        application,
        ApplicationEvent.HELD_UP,
        PLATFORM,
        note=reasons,
        notices=[
            to_unit("复核已通过，票据暂未开出", reasons, urgent=True),
            *([to_department("复核通过的申请未能开具")] if application.department_approved else ()),
        ],
        problems=outcome.problems,
    )


async def _reopen(
    connection: AsyncConnection, application: Application, outcome: NeedsConfirmation, due_at: datetime
) -> Application:
    return await carry_out(
        connection,
        application,
        ApplicationEvent.REOPENED,
        PLATFORM,
        note=_sentences(outcome.hits),
        notices=[to_department("复核通过的申请出现新的核实事项")],
        findings=_with_earlier(application, outcome.hits),
        claims=outcome.claims or application.claims,
        problems=(),
        due_at=due_at,
    )


async def record_retry(
    connection: AsyncConnection,
    application: Application,
    request: IssueRequest,
    outcome: Outcome,
    *,
    acting: Acting,
) -> Submitted:
    """Record the outcome of an attempt that the handler made with reasons, other content, or both.

    A refusal changes nothing, nor do questions that the same request got before.
    """
    doer = Doer.unit(acting)
    answers = same_content(application.request, request) and bool(request.confirmations)
    step = StepKind.CONFIRMED if answers else StepKind.CORRECTED
    note = "；".join(f"{each.rule}：{each.reason}" for each in request.confirmations)
    if isinstance(outcome, Issued):
        told = await carry_out(
            connection,
            application,
            ApplicationEvent.RETRY_PASSED,
            doer,
            note=note,
            step=step,
            request=request,
        )
        await finish(connection, told, outcome.bill, doer)
    elif isinstance(outcome, NeedsConfirmation):
        if not _unchanged(application, request, outcome):
            await carry_out(
                connection,
                application,
                ApplicationEvent.RETRY_QUESTIONED,
                doer,
                note=note,
                step=step,
                request=request,
                findings=outcome.hits,
                claims=outcome.claims,
                problems=(),
            )
    elif isinstance(outcome, NeedsChecking):
        given = await carry_out(
            connection,
            application,
            ApplicationEvent.RETRY_TO_CHECKER,
            doer,
            note=note,
            step=step,
            request=request,
            findings=outcome.findings,
            claims=outcome.claims,
            problems=(),
        )
        return Pending(application=given)
    elif isinstance(outcome, AwaitsEvidence):
        waiting = await carry_out(
            connection, application, ApplicationEvent.RETRY_WAITS, doer, note=note, step=step, request=request
        )
        return Pending(application=waiting)
    return outcome


def same_content(one: IssueRequest, other: IssueRequest) -> bool:
    """Whether two requests ask for the same bill with the same evidence, whatever their reasons."""
    return msgspec.structs.replace(one, confirmations=()) == msgspec.structs.replace(other, confirmations=())


def _unchanged(application: Application, request: IssueRequest, outcome: NeedsConfirmation) -> bool:
    """Whether an attempt brings no change, for example when a program repeats its request."""
    return (
        application.state is ApplicationState.NEEDS_CONFIRMATION
        and application.request == request
        and application.findings == outcome.hits
    )


def _is_reversed(outcome: Outcome) -> bool:
    """Whether the application's bill was issued and reversed already."""
    return isinstance(outcome, Refused) and any(
        problem.code == "bill.business_no_reversed" for problem in outcome.problems
    )


def _passing(outcome: Refused) -> bool:
    """Whether a refusal comes from a temporary failure of the platform and not from the request."""
    return any(problem.status >= 500 for problem in outcome.problems)


def _known(application: Application, outcome: Refused) -> bool:
    """Whether the application has the same problems already; their facts may differ each time."""
    told = [(problem.code, problem.message) for problem in application.problems]
    return told == [(problem.code, problem.message) for problem in outcome.problems]


def _sentences(told: Sequence[Problem | Hit]) -> str:
    return "；".join(each.message.rstrip("。") for each in told) + "。"
