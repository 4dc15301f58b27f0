"""A unit's side of applications: submit, wait for evidence, confirm, correct, appeal, withdraw.

No connection and no lock is held while the issuing desk works; `attempts` explains why that is safe.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeGuard

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import attempts, store, wording
from mingpiao.applications.asked import asked_among, keep_asked
from mingpiao.applications.attempts import Attempt, open_application
from mingpiao.applications.machine import PLATFORM, ApplicationEvent, Doer, carry_out, check_possible, start
from mingpiao.applications.model import MAX_REASON, Application, ApplicationState, Pending, Submitted
from mingpiao.applications.notices import to_department
from mingpiao.applications.outcomes import IssuingDesk, record_outcome, record_retry, same_content
from mingpiao.applications.returned import ReturnedCase, ReturnedCases
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
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
    Refused,
    SecondPerson,
    Sender,
    Unresolved,
)
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.grammar import read_whole
from mingpiao.kernel.text import unprintable
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.rules.model import Confirmation, Hit, Severity
from mingpiao.storage.database import Database
from mingpiao.units.service import UnitDirectory

#: States after which the same business number may be submitted again.
_FREED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)
#: States in which the platform issues the bill by itself as soon as that is possible.
_ADVANCING = (ApplicationState.CHECKING, ApplicationState.APPROVED, ApplicationState.AGREED)
#: States in which the same request only asks how far it is.
_UNDER_WAY = (*_ADVANCING, ApplicationState.IN_REVIEW, ApplicationState.AWAITS_CHECKER)


class Applications:
    """Applications of units. A department has `review_working_days` working days for its decision."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        units: UnitDirectory,
        desk: IssuingDesk,
        *,
        returned: ReturnedCases,
        review_working_days: int,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._units = units
        self._desk = desk
        self._returned = returned
        self._review_working_days = review_working_days

    def forget_returned(self) -> None:
        """This process has returned an application: what is remembered of these is out of date."""
        self._returned.forget()

    # -- from a request ----------------------------------------------------------------------------

    async def submit(
        self, unit_id: int, request: IssueRequest, *, acting: Acting, look_first: bool = False
    ) -> Submitted:
        """Issue a request, or keep it as an application while its evidence is read or a second person looks at it.

        Under the business number of an open application, the request is that application's new attempt.
        For a request without evidence and reasons, the application is looked up only with `look_first`
        or when rules ask. All other such requests cost no extra query; if one issues the bill of an open
        application, the worker ends that application later.

        The same business as one that a department returned is not issued: it goes to the department again,
        whatever its business number, as soon as no rule asks its handler anything.
        """
        case = await self._returned.match(unit_id, request)
        look_first = look_first or case is not None or bool(request.confirmations or request.evidence)
        if look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, acting=acting)
            if last is not None and (overstepped := _overstepped(last, request)):
                return Refused(problems=(wording.review_required(last, overstepped),))
        if case is not None:
            return await self._bring_back(case, unit_id, request, acting=acting)
        (outcome,) = await self._desk.issue(unit_id, (request,), acting=acting)
        if isinstance(outcome, AwaitsEvidence):
            return await self._wait(unit_id, request, acting=acting)
        if isinstance(outcome, NeedsChecking):
            return await self.give_to_checker(unit_id, request, outcome, acting=acting)
        if isinstance(outcome, NeedsConfirmation) and not look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, acting=acting)
        await self._keep_asked(unit_id, (request,), (outcome,), acting=acting)
        return outcome

    async def submit_plain(
        self, unit_id: int, requests: Sequence[IssueRequest], *, acting: Acting
    ) -> list[Submitted]:
        """Issue requests without evidence and reasons together, and keep what rules ask about them.

        Outcomes in the order of the requests. Applications are not looked up, but for those requests that
        repeat what a department returned.
        """
        answers: list[Submitted | None] = [None] * len(requests)
        plain: list[IssueRequest] = []
        for place, request in enumerate(requests):
            if await self._returned.match(unit_id, request) is None:
                plain.append(request)
            else:
                answers[place] = await self.submit(unit_id, request, acting=acting)
        outcomes = await self._desk.issue(unit_id, plain, acting=acting)
        await self._keep_asked(unit_id, plain, outcomes, acting=acting)
        issued = iter(zip(plain, outcomes, strict=True))
        return [
            await self._without_files(unit_id, *next(issued), acting=acting) if answer is None else answer
            for answer in answers
        ]

    async def _without_files(
        self, unit_id: int, request: IssueRequest, outcome: Outcome, *, acting: Acting
    ) -> Submitted:
        if isinstance(outcome, AwaitsEvidence):
            raise AssertionError("a request without files waits for none")
        if isinstance(outcome, NeedsChecking):
            return await self.give_to_checker(unit_id, request, outcome, acting=acting)
        return outcome

    async def give_to_checker(
        self, unit_id: int, request: IssueRequest, outcome: NeedsChecking, *, acting: Acting
    ) -> Submitted:
        """Keep a request as an application until a second person agrees; `outcome` is the desk's answer to it."""
        region_code = await self._region_of(unit_id)
        async with self._database.system() as connection:
            fresh = await start(
                connection,
                ApplicationEvent.SUBMITTED_FOR_CHECK,
                Doer.unit(acting),
                unit_id=unit_id,
                region_code=region_code,
                request=request,
                findings=outcome.findings,
                claims=outcome.claims,
            )
        if fresh is not None:
            return Pending(application=fresh)
        last = await self._last(unit_id, request.business_no)
        if last is None or last.state in _FREED:
            return await self.give_to_checker(unit_id, request, outcome, acting=acting)
        if _counts(last):
            return await self._submit_again(last, request, acting=acting)
        return Refused(problems=(wording.in_progress(last),))

    async def _keep_asked(
        self,
        unit_id: int,
        requests: Sequence[IssueRequest],
        outcomes: Sequence[Outcome],
        *,
        acting: Acting,
    ) -> None:
        """Keep before the caller is answered what rules asked; whoever got no answer asks again."""
        for part in asked_among(zip(requests, outcomes, strict=True)).parts():
            async with self._database.pool.acquire() as connection, connection.transaction():
                await keep_asked(connection, unit_id, part, acting=acting)

    async def must_be_seen(self, unit_id: int, request: IssueRequest) -> Problem | None:
        """Why a request that nobody looks at may not be issued: it repeats what a department returned.

        None for all others, and for one whose bill stands already.
        """
        case = await self._returned.match(unit_id, request)
        if case is None:
            return None
        async with self._database.system() as connection:
            issued = await attempts.has_bill(connection, unit_id, request.business_no)
        return None if issued else wording.comes_back(case.application_id, case.likeness(request))

    async def appeal_request(
        self, unit_id: int, request: IssueRequest, reason: str, *, acting: Acting
    ) -> Application | Refused:
        """Ask the department to decide about a request with questions of rules, instead of the handler.

        Returns `Refused` when the request is refused for other causes. Raises `Refusal`:
        `application.reason_required` (422), `application.nothing_to_appeal`, `application.wrong_state` (409).
        """
        reason = wording.checked_reason(reason, "申诉理由", substantial=True)
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
        case = await self._returned.match(unit_id, request)
        if not _asks(assessment.hits) and case is None:
            raise wording.nothing_to_appeal()
        brought = await self._bring_new(unit_id, request, assessment, reason, case, acting=acting)
        # Without one, another request has stored an application under this business number first.
        return brought or await self.appeal_request(unit_id, request, reason, acting=acting)

    async def _bring_new(
        self,
        unit_id: int,
        request: IssueRequest,
        assessment: Assessment,
        reason: str,
        case: ReturnedCase | None,
        *,
        event: ApplicationEvent = ApplicationEvent.APPEALED,
        acting: Acting,
    ) -> Application | None:
        """Store an application and bring it before the department; None if its business number has one already."""
        catalog, region_code = await self._catalog.get(), await self._region_of(unit_id)
        doer = Doer.unit(acting)
        async with self._database.system() as connection:
            application = await start(
                connection,
                ApplicationEvent.SUBMITTED_FOR_APPEAL,
                doer,
                unit_id=unit_id,
                region_code=region_code,
                request=request,
                findings=assessment.hits,
                claims=assessment.claims,
                **await _repeating(connection, case),
            )
            if application is None:
                return None
            return await self._bring(connection, application, reason, catalog, doer, event=event)

    async def _bring_back(
        self, case: ReturnedCase, unit_id: int, request: IssueRequest, *, acting: Acting
    ) -> Submitted:
        """Give a request to the department that returned the same business, once its handler has nothing to do."""
        async with self._database.system() as connection:
            issued = await attempts.has_bill(connection, unit_id, request.business_no)
        if issued:
            # The desk tells whether it is this bill's own request.
            (outcome,) = await self._desk.issue(unit_id, (request,), acting=acting)
            if not isinstance(outcome, AwaitsEvidence | NeedsChecking):
                return outcome
        assessment = await self._desk.check(unit_id, request)
        foreseen = _foreseen(assessment, request)
        if isinstance(foreseen, AwaitsEvidence):
            return await self._wait(unit_id, request, acting=acting)
        if foreseen is not None:
            await self._keep_asked(unit_id, (request,), (foreseen,), acting=acting)
            return foreseen
        reason = f"与退回的申请{case.application_id}是同一业务（{case.likeness(request)}），送回复核。"
        brought = await self._bring_new(
            unit_id, request, assessment, reason, case, event=ApplicationEvent.RESUBMITTED, acting=acting
        )
        if brought is not None:
            return Pending(application=brought)
        # Another request has stored an application under this business number first.
        return await self.submit(unit_id, request, acting=acting, look_first=True)

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
        case = await self._returned.match(unit_id, request)
        async with self._database.system() as connection:
            fresh = await start(
                connection,
                ApplicationEvent.SUBMITTED,
                Doer.unit(acting),
                unit_id=unit_id,
                region_code=region_code,
                request=request,
                **await _repeating(connection, case),
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
                case state if state in _UNDER_WAY:
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
        if isinstance(outcome, NeedsChecking):
            return await self.give_to_checker(application.unit_id, request, outcome, acting=acting)
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
        reason = wording.checked_reason(reason, "申诉理由", substantial=True)
        catalog = await self._catalog.get()
        opening = open_application(self._database, application_id, superseding=True)
        async with opening as (connection, application):
            _check_own(application, unit_id)
            check_possible(ApplicationEvent.APPEALED, application)
            if not application.asks:
                raise wording.nothing_to_appeal()
            return await self._bring(connection, application, reason, catalog, Doer.unit(acting))

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
        doer: Doer,
        *,
        event: ApplicationEvent = ApplicationEvent.APPEALED,
        **members: Any,
    ) -> Application:
        """Give a locked application to whoever returned it, or to the nearest department upwards."""
        # Members may name the person who returned the application that this one repeats.
        reviewer = {"reviewer_region": application.reviewer_region, "reviewer_id": application.reviewer_id}
        members = {**reviewer, **members}
        if members["reviewer_region"] is None:
            upwards = catalog.regions_upwards(application.region_code)
            nearest = next((code for code in upwards if code in catalog.departments), upwards[-1])
            members["reviewer_region"] = nearest
        title = "退回的申请再次送来复核" if application.came_back else "有新的人工复核申请"
        return await carry_out(
            connection,
            application,
            event,
            doer,
            note=reason,
            notices=[to_department(title)],
            appeal_reason=reason,
            appealed_at=now(),
            due_at=self._due(),
            **members,
        )

    # -- issuing -----------------------------------------------------------------------------------

    async def _retry(self, attempt: Attempt, request: IssueRequest, *, acting: Acting) -> Submitted | None:
        """Carry out a person's attempt with other content, reasons, or both.

        None when it was superseded before a bill was issued: somebody else changed the application.
        """
        before = attempt.application
        case = await self._returned.match(before.unit_id, request, but=before.application_id)
        if before.came_back or case is not None:
            return await self._retry_returned(attempt, request, case, acting=acting)
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

    async def _retry_returned(
        self, attempt: Attempt, request: IssueRequest, case: ReturnedCase | None, *, acting: Acting
    ) -> Submitted | None:
        """A person's attempt with what a department returned: it issues nothing, and ends before the department.

        None when it was superseded meanwhile.
        """
        assessment = await self._desk.check(attempt.application.unit_id, request)
        foreseen = _foreseen(assessment, request)
        catalog = await self._catalog.get()
        async with self._database.system() as connection:
            application = await attempts.end(connection, attempt)
            if application is None:
                return None
            if foreseen is not None:
                return await record_retry(connection, application, request, foreseen, acting=acting)
            return Pending(
                application=await self._bring(
                    connection,
                    application,
                    _stated(request) or "已按退回意见更正，再次送来复核。",
                    catalog,
                    Doer.unit(acting),
                    event=ApplicationEvent.RESUBMITTED,
                    request=request,
                    findings=assessment.hits,
                    claims=assessment.claims,
                    problems=(),
                    **await _repeating(connection, case if application.returned_at is None else None),
                )
            )

    async def advance(self, application_id: int) -> Application:
        """Try to issue the bill of an application that waits for its evidence, or that everybody agreed to.

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
        if application.state is ApplicationState.CHECKING:
            own = application.application_id
            case = await self._returned.match(application.unit_id, application.request, but=own)
            if application.came_back or case is not None:
                return await self._bring_read(attempt, case)
        business_no = application.business_no
        approved = application.department_approved
        agreed = application.state is ApplicationState.AGREED
        (outcome,) = await self._desk.issue(
            application.unit_id,
            (application.request,),
            acting=_on_behalf(application),
            approvals={business_no: _approval_of(application)} if approved else {},
            provisos={business_no: attempts.proviso(attempt)},
            agreed={business_no: _second_person(application)} if agreed else {},
            senders=_senders(application),
        )
        if _is_unknown(outcome):
            return application
        async with self._database.system() as connection:
            present = await attempts.end(connection, attempt)
            if present is None:
                return None
            return await record_outcome(connection, present, outcome, self._due())

    async def _bring_read(self, attempt: Attempt, case: ReturnedCase | None) -> Application | None:
        """What a department returned has its evidence read: ask its handler, or give it to the department."""
        request = attempt.application.request
        assessment = await self._desk.check(attempt.application.unit_id, request)
        foreseen = _foreseen(assessment, request)
        catalog = await self._catalog.get()
        async with self._database.system() as connection:
            application = await attempts.end(connection, attempt)
            if application is None:
                return None
            if foreseen is not None:
                return await record_outcome(connection, application, foreseen, self._due())
            return await self._bring(
                connection,
                application,
                _stated(request) or "材料已识别完毕，再次送来复核。",
                catalog,
                PLATFORM,
                event=ApplicationEvent.SENT_ON,
                findings=assessment.hits,
                claims=assessment.claims,
                problems=(),
                **await _repeating(connection, case if application.returned_at is None else None),
            )


def _foreseen(
    assessment: Assessment, request: IssueRequest
) -> Refused | AwaitsEvidence | NeedsConfirmation | None:
    """The answer to a request that its handler must act on; None when nothing is left but a decision."""
    if assessment.problems:
        return Refused(problems=assessment.problems)
    if assessment.waiting:
        return AwaitsEvidence(digests=assessment.waiting)
    answered = {each.rule for each in request.confirmations}
    left = tuple(hit for hit in _asks(assessment.hits) if hit.rule not in answered)
    return NeedsConfirmation(hits=left, claims=assessment.claims) if left else None


def _stated(request: IssueRequest) -> str:
    return "；".join(each.reason for each in request.confirmations)[:MAX_REASON]


async def _repeating(connection: AsyncConnection, case: ReturnedCase | None) -> dict[str, Any]:
    """What an application takes over from the returned one that it repeats."""
    if case is None:
        return {}
    earlier = await store.get(connection, case.application_id)
    return {
        "earlier_id": earlier.earlier_id or earlier.application_id,
        "held_rules": earlier.held_rules,
        "returned_request": earlier.returned_request,
        "reviewer_region": earlier.reviewer_region,
        "reviewer_id": earlier.reviewer_id,
    }


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


def _on_behalf(application: Application) -> Acting:
    """The platform, which issues for who sent the request and, where somebody agreed to it, for them."""
    people = {application.sent_by, application.checked_by}
    numbers = (read_whole(each.removeprefix("account:")) for each in people if each)
    behalf = frozenset(number for number in numbers if number is not None)
    return msgspec.structs.replace(PLATFORM.acting, behalf=behalf)


def _senders(application: Application) -> dict[str, Sender]:
    """The account that sent an application's content, by business number; none where a program sent it."""
    kind, _, account = application.sent_by.partition(":")
    account_id = read_whole(account) if kind == "account" else None
    if account_id is None:
        return {}
    return {application.business_no: Sender(account_id=account_id, point=application.sent_at_point)}


def _second_person(application: Application) -> SecondPerson:
    return SecondPerson(application_id=application.application_id, name=application.checked_by_name)


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
            field = f"confirmations/{hit.rule}"
            wording.checked_reason(reason, f"对“{hit.name}”的说明", field=field, substantial=True)
        except Refusal as refusal:
            problems += refusal.problems
    if problems:
        raise Refusal(*problems)


def _asks(hits: Sequence[Hit]) -> list[Hit]:
    return [hit for hit in hits if hit.severity is Severity.ASK]
