"""A unit's side of applications: submit, wait for files, confirm, correct, appeal, withdraw.

The row of an application stays locked while the desk is asked for its bill, so that nobody withdraws
or decides what is being issued. If the process ends in between, the row stands as it was, and asking
again under the same business number gives the same bill.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from mingpiao.applications import store, wording
from mingpiao.applications.model import (
    Application,
    ApplicationState,
    Pending,
    Person,
    StepKind,
    Submitted,
)
from mingpiao.applications.progress import (
    UNDECIDED,
    IssuingDesk,
    acknowledge,
    finish,
    go_on,
    issue_approved,
    tell_reviewers,
)
from mingpiao.catalog.model import Catalog
from mingpiao.catalog.service import CatalogStore
from mingpiao.issuing.model import AwaitsEvidence, Issued, IssueRequest, NeedsConfirmation, Refused
from mingpiao.kernel.clock import now
from mingpiao.kernel.errors import Problem, Refusal
from mingpiao.kernel.text import unprintable
from mingpiao.kernel.workdays import end_of_workday
from mingpiao.rules.model import Confirmation, Hit, Severity
from mingpiao.storage.database import Database
from mingpiao.units.service import UnitDirectory

#: States whose business number may come again.
_FREED = (ApplicationState.REFUSED, ApplicationState.WITHDRAWN)


class Applications:
    """Applications of units. `review_days` working days are given to a department for its decision."""

    def __init__(
        self,
        database: Database,
        catalog: CatalogStore,
        units: UnitDirectory,
        desk: IssuingDesk,
        *,
        review_days: int = 3,
    ) -> None:
        self._database = database
        self._catalog = catalog
        self._units = units
        self._desk = desk
        self._review_days = review_days
        # One at a time holds a connection while it waits for the desk, which needs connections too.
        self._turn = asyncio.Semaphore(1)

    # -- from a request ----------------------------------------------------------------------------

    async def submit(
        self, unit_id: int, request: IssueRequest, person: Person, *, look_first: bool = False
    ) -> Submitted:
        """Issue a request, or keep it as an application while its files are read.

        Under the business number of an open application it is that application's new attempt. A plain
        request, without files and reasons, that meets no question costs nothing beside the desk: whether
        an application stands is then looked up only with `look_first`, else the worker finds it later.
        """
        look_first = look_first or bool(request.confirmations or request.evidence)
        if look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, person)
            if last is not None and (overstepped := _overstepped(last, request)):
                return Refused(problems=(wording.review_required(last, overstepped),))
        (outcome,) = await self._desk.issue(unit_id, (request,), acting=person.actor)
        if isinstance(outcome, AwaitsEvidence):
            return await self._wait(unit_id, request, person)
        if isinstance(outcome, NeedsConfirmation) and not look_first:
            last = await self._last(unit_id, request.business_no)
            if last is not None and _counts(last):
                return await self._submit_again(last, request, person)
        return outcome

    async def appeal_request(
        self, unit_id: int, request: IssueRequest, reason: str, person: Person
    ) -> Application | Refused:
        """Bring a request that rules ask about before the department, without a statement of its handler.

        Raises `Refusal`: `application.reason_required` (422), `application.nothing_to_appeal`,
        `application.wrong_state` (409). `Refused` when something of it is blocked.
        """
        reason = wording.checked_reason(reason, "申诉理由")
        # What is appealed the department answers, and not the handler.
        request = msgspec.structs.replace(request, confirmations=())
        last = await self._last(unit_id, request.business_no)
        if last is not None and _counts(last):
            return await self._appeal_again(last, request, reason, person)
        if last is not None and last.state is ApplicationState.ISSUED:
            same = same_content(last.request, request)
            return last if same else Refused(problems=(wording.in_progress(last),))
        assessment = await self._desk.check(unit_id, request)
        if assessment.problems:
            return Refused(problems=(wording.not_appealable(), *assessment.problems))
        if assessment.waiting:
            pending = await self._wait(unit_id, request, person)
            return pending if isinstance(pending, Refused) else pending.application
        if not _asks(assessment.hits):
            raise wording.nothing_to_appeal()
        catalog, region_code = await self._catalog.get(), await self._region_of(unit_id)
        async with self._database.system() as connection:
            application = await store.add(
                connection,
                unit_id,
                region_code,
                request,
                person,
                state=ApplicationState.NEEDS_CONFIRMATION,
                findings=assessment.hits,
                claims=assessment.claims,
                held_rules=last.held_rules if last else frozenset(),
            )
            if application is not None:
                return await self._bring(connection, application, reason, person, catalog)
        # Somebody else was first under this business number.
        return await self.appeal_request(unit_id, request, reason, person)

    async def _appeal_again(
        self, last: Application, request: IssueRequest, reason: str, person: Person
    ) -> Application | Refused:
        answer = await self._submit_again(last, request, person)
        if isinstance(answer, Refused):
            return answer
        if isinstance(answer, NeedsConfirmation):
            return await self.appeal(last.unit_id, last.application_id, reason, person)
        async with self._database.system() as connection:
            return await store.get(connection, last.application_id)

    async def _last(self, unit_id: int, business_no: str) -> Application | None:
        if unprintable(business_no) is not None:
            # A business number that may not stand on a bill names no application; the desk says so.
            return None
        async with self._database.system() as connection:
            return await store.newest(connection, unit_id, business_no)

    async def _wait(self, unit_id: int, request: IssueRequest, person: Person) -> Pending | Refused:
        region_code = await self._region_of(unit_id)
        async with self._database.system() as connection:
            last = await store.newest(connection, unit_id, request.business_no)
            held = last.held_rules if last else frozenset()
            fresh = await store.add(connection, unit_id, region_code, request, person, held_rules=held)
        if fresh is not None:
            # Files may have been read between the desk's answer and the row that waits for them.
            return Pending(application=await self.advance(fresh.application_id))
        last = await self._last(unit_id, request.business_no)
        if last is None or last.state in _FREED:
            return await self._wait(unit_id, request, person)
        if same_content(last.request, request):
            return Pending(application=last)
        return Refused(problems=(wording.in_progress(last),))

    async def _submit_again(self, standing: Application, request: IssueRequest, person: Person) -> Submitted:
        async with self._turn, self._database.system() as connection:
            application = await store.lock(connection, standing.application_id)
            match application.state:
                case ApplicationState.NEEDS_CONFIRMATION | ApplicationState.RETURNED:
                    return await self._try_anew(connection, application, request, person)
                case ApplicationState.REJECTED:
                    return Refused(problems=(wording.rejected(application),))
                case ApplicationState.CHECKING | ApplicationState.IN_REVIEW | ApplicationState.APPROVED:
                    if not same_content(application.request, request):
                        return Refused(problems=(wording.in_progress(application),))
                case _:
                    pass
        if application.state.open:
            return Pending(application=await self.advance(application.application_id))
        (outcome,) = await self._desk.issue(application.unit_id, (request,), acting=person.actor)
        if isinstance(outcome, AwaitsEvidence):
            return await self._wait(application.unit_id, request, person)
        return outcome

    def _due(self) -> datetime:
        return end_of_workday(now(), self._review_days)

    async def _region_of(self, unit_id: int) -> str:
        return (await self._units.profile(unit_id)).unit.region_code

    # -- from an application -----------------------------------------------------------------------

    async def confirm(
        self, unit_id: int, application_id: int, confirmations: Sequence[Confirmation], person: Person
    ) -> Submitted:
        """State that the business complies, and issue the bill. Raises `Refusal` as `withdraw`, and
        `application.reason_required` (422) for a finding without a reason."""
        given = {each.rule: each for each in confirmations}
        async with self._turn, self._database.system() as connection:
            application = await self._own(connection, unit_id, application_id)
            if application.state is not ApplicationState.NEEDS_CONFIRMATION:
                raise wording.wrong_state(application, "确认")
            _check_reasons(application.asks, given)
            answers = {each.rule: each for each in application.request.confirmations}
            answers |= {hit.rule: given[hit.rule] for hit in application.asks}
            request = msgspec.structs.replace(application.request, confirmations=tuple(answers.values()))
            return await self._try_anew(connection, application, request, person)

    async def appeal(self, unit_id: int, application_id: int, reason: str, person: Person) -> Application:
        """Bring an application before the department of the unit's level. Raises `Refusal` as
        `appeal_request`, and `application.unknown` (404)."""
        reason = wording.checked_reason(reason, "申诉理由")
        catalog = await self._catalog.get()
        async with self._database.system() as connection:
            application = await self._own(connection, unit_id, application_id)
            if application.state is not ApplicationState.NEEDS_CONFIRMATION:
                raise wording.wrong_state(application, "申诉")
            if not application.asks:
                raise wording.nothing_to_appeal()
            return await self._bring(connection, application, reason, person, catalog)

    async def withdraw(
        self, unit_id: int, application_id: int, person: Person, reason: str = ""
    ) -> Application:
        """End an application that has not been decided, or was approved and is held up.

        Raises `Refusal`: `application.unknown` (404), `application.wrong_state` (409).
        """
        reason = wording.checked_reason(reason, "撤回说明", required=False)
        async with self._database.system() as connection:
            application = await self._own(connection, unit_id, application_id)
            decided = application.state is ApplicationState.APPROVED and not application.held_up
            if decided or not application.state.open:
                raise wording.wrong_state(application, "撤回")
            return await store.change(
                connection,
                application,
                StepKind.WITHDRAWN,
                person,
                note=reason,
                state=ApplicationState.WITHDRAWN,
                finished_at=now(),
            )

    async def _own(self, connection: AsyncConnection, unit_id: int, application_id: int) -> Application:
        application = await store.lock(connection, application_id)
        if application.unit_id != unit_id:
            raise store.unknown()
        return application

    async def _bring(
        self,
        connection: AsyncConnection,
        application: Application,
        reason: str,
        person: Person,
        catalog: Catalog,
    ) -> Application:
        """Put a locked application before its department."""
        upwards = catalog.regions_upwards(application.region_code)
        region = next((code for code in upwards if code in catalog.departments), upwards[-1])
        brought = await store.change(
            connection,
            application,
            StepKind.APPEALED,
            person,
            note=reason,
            state=ApplicationState.IN_REVIEW,
            appeal_reason=reason,
            appealed_at=now(),
            reviewer_region=region,
            reviewer_id=None,
            due_at=self._due(),
            **UNDECIDED,
        )
        await tell_reviewers(connection, brought, "有新的人工复核申请")
        return brought

    # -- trying ------------------------------------------------------------------------------------

    async def _try_anew(
        self, connection: AsyncConnection, application: Application, request: IssueRequest, person: Person
    ) -> Submitted:
        """A person's new attempt for a locked application: other content, reasons, or both."""
        if overstepped := _overstepped(application, request):
            return Refused(problems=(wording.review_required(application, overstepped),))
        (outcome,) = await self._desk.issue(application.unit_id, (request,), acting=person.actor)
        step = (
            StepKind.CONFIRMED
            if same_content(application.request, request) and request.confirmations
            else StepKind.CORRECTED
        )
        note = "；".join(f"{each.rule}：{each.reason}" for each in request.confirmations)
        if isinstance(outcome, Issued):
            told = await store.change(connection, application, step, person, note=note, request=request)
            await finish(connection, told, outcome.bill, person)
        elif isinstance(outcome, NeedsConfirmation):
            if not self._unchanged(application, request, outcome):
                await store.change(
                    connection,
                    application,
                    step,
                    person,
                    note=note,
                    request=request,
                    state=ApplicationState.NEEDS_CONFIRMATION,
                    findings=outcome.hits,
                    claims=outcome.claims,
                    problems=(),
                )
        elif isinstance(outcome, AwaitsEvidence):
            waiting = await store.change(
                connection,
                application,
                step,
                person,
                note=note,
                request=request,
                state=ApplicationState.CHECKING,
            )
            return Pending(application=waiting)
        return outcome

    @staticmethod
    def _unchanged(application: Application, request: IssueRequest, outcome: NeedsConfirmation) -> bool:
        """Whether an attempt told nothing new, as when a program asks again and again."""
        return (
            application.state is ApplicationState.NEEDS_CONFIRMATION
            and application.request == request
            and application.findings == outcome.hits
        )

    async def advance(self, application_id: int) -> Application:
        """Go on with an application that waits for its files or was approved, as far as it goes now.

        One whose bill was issued without it, as a plain request under its business number, has ended.

        Safe to repeat and to break off. Raises `Refusal` (`application.unknown`, 404).
        """
        async with self._turn, self._database.system() as connection:
            application = await store.lock(connection, application_id)
            if application.state is ApplicationState.CHECKING:
                return await go_on(connection, self._desk, application)
            if application.state is ApplicationState.APPROVED:
                return await issue_approved(connection, self._desk, application, self._due())
            if application.state.open:
                return await acknowledge(connection, application)
            return application


def same_content(one: IssueRequest, other: IssueRequest) -> bool:
    """Whether two requests ask for the same bill with the same files; reasons given do not matter."""
    return msgspec.structs.replace(one, confirmations=()) == msgspec.structs.replace(other, confirmations=())


def _counts(last: Application) -> bool:
    """Whether the word of the last application under a business number still stands."""
    return last.state.open or last.state is ApplicationState.REJECTED


def _overstepped(application: Application, request: IssueRequest) -> frozenset[str]:
    """Rules that a department let stand and that the handler now answers alone."""
    return application.held_rules & {each.rule for each in request.confirmations}


def _check_reasons(asks: Sequence[Hit], given: Mapping[str, Confirmation]) -> None:
    """Raises `Refusal` that names every finding without a sound reason."""
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
