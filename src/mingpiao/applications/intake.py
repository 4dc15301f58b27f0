"""A unit's side of applications: submit, wait for evidence, confirm, correct, appeal, withdraw.

No connection and no lock is held while the issuing desk works; `attempts` explains why that is safe.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TypeGuard

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import attempts, store, wording
from mingpiao.applications.asked import asked_among, keep_asked
from mingpiao.applications.attempts import Attempt, open_application
from mingpiao.applications.machine import PLATFORM, ApplicationEvent, Doer, carry_out, check_possible, start
from mingpiao.applications.model import Application, ApplicationState, Pending, Submitted
from mingpiao.applications.notices import to_department
from mingpiao.applications.outcomes import IssuingDesk, record_outcome, record_retry, same_content
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.identity.model import Acting
from mingpiao.issuing.model import (
    Approval,
    AwaitsEvidence,
    Issued,
    IssueRequest,
    NeedsConfirmation,
    Outcome,
    Refused,
    Unresolved,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.text import unprintable
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.rules.model import Confirmation, Hit, Severity
from mingpiao.storage.database import Database
from mingpiao.units.service import UnitDirectory

#: States after which the same business number may be submitted again.
_FREED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
#: States in which the platform issues the bill by itself as soon as that is possible.
_ADVANCING = (ApplicationState.CHECKING, ApplicationState.APPROVED)


class Applications:
    """Applications of units. A department has `review_working_days` working days for its decision."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        units: UnitDirectory,
        desk: IssuingDesk,
        *,
        review_working_days: int,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._units = units
        self._desk = desk
        self._review_working_days = review_working_days

    # -- from a request ----------------------------------------------------------------------------

    async def submit(
        self, unit_id: int, request: IssueRequest, *, acting: Acting, look_first: bool = False
    ) -> Submitted:
        """Issue a request, or keep it as an application while its evidence is read.

        Under the business number of an open application, the request is that application's new attempt.
        For a request without evidence and reasons, the application is looked up only with `look_first`
        or when rules ask. All other such requests cost no extra query; if one issues the bill of an open
        application, the worker ends that application later.
        """
        look_first = look_first or bool(request.confirmations or request.evidence)
        if look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, acting=acting)
            if last is not None and (overstepped := _overstepped(last, request)):
                return Refused(problems=(wording.review_required(last, overstepped),))
        (outcome,) = await self._desk.issue(unit_id, (request,), acting=acting)
        if isinstance(outcome, AwaitsEvidence):
            return await self._wait(unit_id, request, acting=acting)
        if isinstance(outcome, NeedsConfirmation) and not look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, acting=acting)
        await self._keep_asked(unit_id, (request,), (outcome,), acting=acting)
        return outcome

    async def submit_plain(
        self, unit_id: int, requests: Sequence[IssueRequest], *, acting: Acting
    ) -> list[Outcome]:
        """Issue requests without evidence and reasons together, and keep what rules ask about them.

        Outcomes in the order of the requests; applications are not looked up.
        """
        outcomes = await self._desk.issue(unit_id, requests, acting=acting)
        await self._keep_asked(unit_id, requests, outcomes, acting=acting)
        return outcomes

    async def _keep_asked(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        outcomes: Sequence[Outcome],
        *,
        acting: Acting,
    ) -> None:
        """Keep before the caller is answered what rules asked; whoever got no answer asks again."""
        asked = asked_among(zip(requests, outcomes, strict=True))
        if asked:
            async with self._database.pool.acquire() as connection, connection.transaction():
                await keep_asked(connection, unit_id, asked, acting=acting)

    async def appeal_request(
        self, unit_id: int, request: IssueRequest, reason: str, *, acting: Acting
    ) -> Application | Refused:
        """Ask the department to decide about a request with questions of rules, instead of the handler.

        Returns `Refused` when the request is refused for other causes. Raises `Refusal`:
        `application.reason_required` (422), `application.nothing_to_appeal`, `application.wrong_state` (409).
        """
        reason = wording.checked_reason(reason, "申诉理由")
        # The department answers the questions of an appeal, so the handler's reasons are left out.
        request = msgspec.structs.replace(request, confirmations=())
        last = await self._last(unit_id, request.business_no)
        if last is not None and _counts(last):
            return await self._appeal_again(last, request, reason, acting=acting)
        if last is not None and last.state is ApplicationState.ISSUED:
            same = same_content(last.request, request)
            return last if same else Refused(problems=(wording.in_progress(last),))
        assessment = await self._desk.check(unit_id, request)
        if assessment.problems:
            return Refused(problems=(wording.not_appealable(), *assessment.problems))
        if assessment.waiting:
            pending = await self._wait(unit_id, request, acting=acting)
            return pending if isinstance(pending, Refused) else pending.application
        if not _asks(assessment.hits):
            raise wording.nothing_to_appeal()
        catalog, region_code = await self._catalog.get(), await self._region_of(unit_id)
        async with self._database.system() as connection:
            application = await start(
                connection,
                ApplicationEvent.SUBMITTED_FOR_APPEAL,
                Doer.unit(acting),
                unit_id=unit_id,
                region_code=region_code,
                request=request,
                findings=assessment.hits,
                claims=assessment.claims,
                held_rules=last.held_rules if last else frozenset(),
            )
            if application is not None:
                return await self._bring(connection, application, reason, catalog, acting=acting)
        # Another request has stored an application under this business number first.
        return await self.appeal_request(unit_id, request, reason, acting=acting)

    async def _appeal_again(
        self, last: Application, request: IssueRequest, reason: str, *, acting: Acting
    ) -> Application | Refused:
        answer = await self._submit_again(last, request, acting=acting)
        if isinstance(answer, Refused):
            return answer
        if isinstance(answer, NeedsConfirmation):
            return await self.appeal(last.unit_id, last.application_id, reason, acting=acting)
        async with self._database.system() as connection:
            return await store.get(connection, last.application_id)

    async def _last(self, unit_id: int, business_no: str) -> Application | None:
        if unprintable(business_no) is not None:
            # An application cannot have a malformed business number; the desk refuses the request for it.
            return None
        async with self._database.system() as connection:
            return await store.newest(connection, unit_id, business_no)

    async def _wait(self, unit_id: int, request: IssueRequest, *, acting: Acting) -> Pending | Refused:
        region_code = await self._region_of(unit_id)
        async with self._database.system() as connection:
            last = await store.newest(connection, unit_id, request.business_no)
            held = last.held_rules if last else frozenset()
            fresh = await start(
                connection,
                ApplicationEvent.SUBMITTED,
                Doer.unit(acting),
                unit_id=unit_id,
                region_code=region_code,
                request=request,
                held_rules=held,
            )
        if fresh is not None:
            # The evidence may have been read after the desk's answer and before the application was stored.
            return Pending(application=await self.advance(fresh.application_id))
        last = await self._last(unit_id, request.business_no)
        if last is None or last.state in _FREED:
            return await self._wait(unit_id, request, acting=acting)
        if same_content(last.request, request):
            return Pending(application=last)
        return Refused(problems=(wording.in_progress(last),))

    async def _submit_again(self, last: Application, request: IssueRequest, *, acting: Acting) -> Submitted:
        """Submit a request under the business number of `last`, an application for which `_counts` is true."""
        attempt = None
        async with open_application(self._database, last.application_id) as (connection, application):
            match application.state:
                case ApplicationState.NEEDS_CONFIRMATION | ApplicationState.RETURNED:
                    if overstepped := _overstepped(application, request):
                        return Refused(problems=(wording.review_required(application, overstepped),))
                    attempt = await attempts.begin(connection, application)
                case ApplicationState.REJECTED:
                    return Refused(problems=(wording.rejected(application),))
                case ApplicationState.CHECKING | ApplicationState.IN_REVIEW | ApplicationState.APPROVED:
                    if not same_content(application.request, request):
                        return Refused(problems=(wording.in_progress(application),))
                case _:
                    pass
        if attempt is not None:
            answer = await self._retry(attempt, request, acting=acting)
            return answer or await self.submit(application.unit_id, request, acting=acting, look_first=True)
        if application.state.open:
            return Pending(application=await self.advance(application.application_id))
        (outcome,) = await self._desk.issue(application.unit_id, (request,), acting=acting)
        if isinstance(outcome, AwaitsEvidence):
            return await self._wait(application.unit_id, request, acting=acting)
        await self._keep_asked(application.unit_id, (request,), (outcome,), acting=acting)
        return outcome

    def _due(self) -> datetime:
        return end_of_workday(now(), self._review_working_days)

    async def _region_of(self, unit_id: int) -> str:
        return (await self._units.profile(unit_id)).unit.region_code

    # -- from an application -----------------------------------------------------------------------

    async def confirm(
        self, unit_id: int, application_id: int, confirmations: Sequence[Confirmation], *, acting: Acting
    ) -> Submitted:
        """State that the business complies, and issue the bill. Raises `Refusal` as `withdraw`, and
        `application.reason_required` (422) for a finding without a reason."""
        given = {each.rule: each for each in confirmations}
        while True:
            async with open_application(self._database, application_id) as (connection, application):
                _check_own(application, unit_id)
                if application.state is not ApplicationState.NEEDS_CONFIRMATION:
                    raise wording.wrong_state(application, "确认")
                request = _confirmed(application, given)
                if overstepped := _overstepped(application, request):
                    return Refused(problems=(wording.review_required(application, overstepped),))
                attempt = await attempts.begin(connection, application)
            answer = await self._retry(attempt, request, acting=acting)
            if answer is not None:
                return answer

    async def appeal(self, unit_id: int, application_id: int, reason: str, *, acting: Acting) -> Application:
        """Ask the department of the unit's level to decide about an application. Raises `Refusal` as
        `appeal_request`, and `application.unknown` (404)."""
        reason = wording.checked_reason(reason, "申诉理由")
        catalog = await self._catalog.get()
        opening = open_application(self._database, application_id, superseding=True)
        async with opening as (connection, application):
            _check_own(application, unit_id)
            check_possible(ApplicationEvent.APPEALED, application)
            if not application.asks:
                raise wording.nothing_to_appeal()
            return await self._bring(connection, application, reason, catalog, acting=acting)

    async def withdraw(
        self, unit_id: int, application_id: int, reason: str = "", *, acting: Acting
    ) -> Application:
        """End an application that is undecided, or that is approved but whose bill could not be issued.

        Raises `Refusal`: `application.unknown` (404), `application.wrong_state` (409).
        """
        reason = wording.checked_reason(reason, "撤回说明", required=False)
        opening = open_application(self._database, application_id, superseding=True)
        async with opening as (connection, application):
            _check_own(application, unit_id)
            return await carry_out(
                connection, application, ApplicationEvent.WITHDRAWN, Doer.unit(acting), note=reason
            )

    async def _bring(
        self,
        connection: AsyncConnection,
        application: Application,
        reason: str,
        catalog: Catalog,
        *,
        acting: Acting,
    ) -> Application:
        """Give a locked application to the nearest department from its region upwards."""
        upwards = catalog.regions_upwards(application.region_code)
        region = next((code for code in upwards if code in catalog.departments), upwards[-1])
        return await carry_out(
            connection,
            application,
            ApplicationEvent.APPEALED,
            Doer.unit(acting),
            note=reason,
            notices=[to_department("有新的人工复核申请")],
            appeal_reason=reason,
            appealed_at=now(),
            reviewer_region=region,
            reviewer_id=None,
            due_at=self._due(),
        )

    # -- issuing -----------------------------------------------------------------------------------

    async def _retry(self, attempt: Attempt, request: IssueRequest, *, acting: Acting) -> Submitted | None:
        """Carry out a person's attempt with other content, reasons, or both.

        None when it was superseded before a bill was issued: somebody else changed the application.
        """
        (outcome,) = await self._desk.issue(
            attempt.application.unit_id,
            (request,),
            acting=acting,
            provisos={request.business_no: attempts.proviso(attempt)},
        )
        if _is_unknown(outcome):
            return outcome
        async with self._database.system() as connection:
            application = await attempts.end(connection, attempt)
            if application is not None:
                return await record_retry(connection, application, request, outcome, acting=acting)
        # The bill stays issued, even if another attempt recorded it first.
        return outcome if isinstance(outcome, Issued) else None

    async def advance(self, application_id: int) -> Application:
        """Try to issue the bill of an application that waits for its evidence, or that is approved.

        An application that waits for a person changes only when a separate request issued its bill: then it
        ends. Safe to repeat and to interrupt. Raises `Refusal` (`application.unknown`, 404).
        """
        while True:
            async with open_application(self._database, application_id) as (connection, application):
                if application.state not in _ADVANCING:
                    return await _end_if_issued(connection, application)
                attempt = await attempts.begin(connection, application)
            advanced = await self._issue_by_itself(attempt)
            if advanced is not None:
                return advanced

    async def _issue_by_itself(self, attempt: Attempt) -> Application | None:
        """Carry out the platform's attempt and record its outcome; None when it was superseded meanwhile."""
        application = attempt.application
        business_no = application.business_no
        approved = application.state is ApplicationState.APPROVED
        (outcome,) = await self._desk.issue(
            application.unit_id,
            (application.request,),
            acting=PLATFORM.acting,
            approvals={business_no: _approval_of(application)} if approved else {},
            provisos={business_no: attempts.proviso(attempt)},
        )
        if _is_unknown(outcome):
            return application
        async with self._database.system() as connection:
            present = await attempts.end(connection, attempt)
            if present is None:
                return None
            return await record_outcome(connection, present, outcome, self._due())


def _is_unknown(outcome: Outcome) -> TypeGuard[Unresolved]:
    """Whether the desk does not know if a bill was issued. The attempt's mark is then left in place.

    The next attempt waits until the mark expires, looks for the bill, and records it.
    """
    return isinstance(outcome, Unresolved) and outcome.issued is None


def _approval_of(application: Application) -> Approval:
    return Approval(
        application_id=application.application_id,
        rules=application.rules,
        decided_by=application.decided_by_name,
    )


async def _end_if_issued(connection: AsyncConnection, application: Application) -> Application:
    """End an open application whose bill was issued by a separate request."""
    bill = await attempts.find_bill(connection, application) if application.state.open else None
    if bill is None:
        return application
    return await attempts.finish(connection, application, bill, PLATFORM)


def _check_own(application: Application, unit_id: int) -> None:
    if application.unit_id != unit_id:
        raise store.unknown()


def _confirmed(application: Application, given: Mapping[str, Confirmation]) -> IssueRequest:
    """The application's request with the reasons given; raises `Refusal` as `_check_reasons`."""
    _check_reasons(application.asks, given)
    answers = {each.rule: each for each in application.request.confirmations}
    answers |= {hit.rule: given[hit.rule] for hit in application.asks}
    return msgspec.structs.replace(application.request, confirmations=tuple(answers.values()))


def _counts(last: Application) -> bool:
    """Whether the last application under a business number affects the next request under it."""
    return last.state.open or last.state is ApplicationState.REJECTED


def _overstepped(application: Application, request: IssueRequest) -> frozenset[str]:
    """Rules for which the request gives reasons, though a department has returned the application for them."""
    return application.held_rules & {each.rule for each in request.confirmations}


def _check_reasons(asks: Sequence[Hit], given: Mapping[str, Confirmation]) -> None:
    """Raise `Refusal` that names every finding without a valid reason."""
    problems: list[Problem] = []
    for hit in asks:
        reason = given[hit.rule].reason if hit.rule in given else ""
        try:
            wording.checked_reason(reason, f"对“{hit.name}”的说明", field=f"confirmations/{hit.rule}")
        except Refusal as refusal:
            problems += refusal.problems
    if problems:
        raise Refusal(*problems)


def _asks(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.severity is Severity.ASK]
